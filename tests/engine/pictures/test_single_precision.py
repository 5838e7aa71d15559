"""A device without double precision, as MPS is: what is drawn and measured there never asks for it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from latentop.engine.data import Dataset, load
from latentop.engine.objectives import PretrainThenClassify
from latentop.engine.pictures import exhibits
from latentop.engine.run.events import Frame
from latentop.engine.train.trainer import Trainer
from latentop.engine.watch.samples.mixture import MixtureMeter
from latentop.presets import catalogue
from latentop.presets.schema import Pretraining

CPU = torch.device("cpu")


class Single(Tensor):
    """A tensor that becomes no float64 unless it is taken to the CPU first."""

    @classmethod
    def __torch_function__(
        cls,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func is Tensor.cpu:
            return args[0].as_subclass(Tensor)
        result = super().__torch_function__(func, types, args, kwargs)
        if isinstance(result, Single) and result.dtype == torch.float64:
            raise TypeError("there is no float64 on this device")
        return result


def on_device(dataset: Dataset) -> Dataset:
    mixture = dataset.mixture
    return replace(
        dataset,
        train=dataset.train.as_subclass(Single),
        test=dataset.test.as_subclass(Single),
        mixture=mixture and replace(mixture, centres=mixture.centres.as_subclass(Single)),
    )


def test_the_stand_in_refuses_what_such_a_device_refuses() -> None:
    with pytest.raises(TypeError, match="float64"):
        torch.zeros(3).as_subclass(Single).double()
    assert torch.zeros(3).as_subclass(Single).cpu().double().dtype == torch.float64


@pytest.mark.parametrize("name", ["linear-pca", "stacked", "ring", "oscillation"])
def test_every_kind_of_exhibit_is_shown(name: str) -> None:
    preset = catalogue.load(catalogue.find(name))
    dataset = load(preset.data, CPU)
    one = Trainer(preset, dataset, CPU, wall=time.time, clock=time.monotonic)
    shown = [
        event
        for exhibit in exhibits(one.objective, on_device(dataset), preset)
        for event in exhibit.show(1, 0.0)
    ]
    assert any(isinstance(event, Frame) for event in shown)


def test_modes_of_a_mixture_are_counted() -> None:
    dataset = on_device(load(catalogue.load(catalogue.find("ring")).data, CPU))
    assert dataset.mixture is not None
    meter = MixtureMeter(
        real=dataset.test, centres=dataset.mixture.centres, sd=dataset.mixture.sd, classes=dataset.classes
    )
    assert meter.read(dataset.train[: meter.samples]).series()["diversity/modes"] == 8


def test_accuracies_are_shares() -> None:
    words = ["autoencoder.hidden=[8]", "autoencoder.latent_dim=4", "labels=10", "classifier.batch=10"]
    preset = catalogue.load(catalogue.find("pretrain-classifier"), words)
    dataset = load(preset.data, CPU)
    assert isinstance(preset, Pretraining)
    objective = PretrainThenClassify(preset, dataset, CPU)
    found = objective.accuracies(dataset.test.as_subclass(Single), dataset.test_labels)
    assert all(shares.dtype == torch.float64 and shares.min() >= 0 for shares in found.values())
