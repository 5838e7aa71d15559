"""Autoencoders, trained for real, reach what their presets promise; failures fail as announced."""

import dataclasses
import time
from collections.abc import Sequence
from functools import cache

import pytest
import torch

from benchmarks.linear import pca_of_noisy
from benchmarks.promises import run as promises
from latentop.engine.data import Dataset, load
from latentop.engine.objectives.denoising import Denoising
from latentop.engine.run.events import AlarmRaised, Event, Frame, Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue
from latentop.presets.data import Data

pytestmark = pytest.mark.slow


CPU = torch.device("cpu")


@cache
def data(spec: Data) -> Dataset:
    return load(spec, CPU)


def few(name: str, overrides: Sequence[str] = (), *, test: int = 100) -> tuple[Trainer, Dataset]:
    """A trainer of the preset with few held-out data, which keep its pictures cheap."""
    preset = catalogue.load(catalogue.find(name), overrides)
    dataset = data(preset.data)
    dataset = dataclasses.replace(dataset, test=dataset.test[:test], test_labels=dataset.test_labels[:test])
    return Trainer(preset, dataset, CPU, wall=time.time, clock=time.monotonic), dataset


def at_the_end(events: Sequence[Event], step: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for event in events:
        if isinstance(event, Scalars) and event.step == step:
            found |= {name: float(value) for name, value in event.values.items()}
    return found


@pytest.mark.parametrize("seed", [*range(1, 11), 42])
def test_a_linear_autoencoder_performs_pca_from_any_seed(seed: int) -> None:
    trainer, _ = few("linear-pca", [f"seed={seed}"])
    events = list(trainer.run())
    reached = at_the_end(events, trainer.preset.steps)
    assert abs(reached["pca/relative-error"]) < 0.001
    assert reached["pca/angle"] < 1.0
    assert not [event.sentence for event in events if isinstance(event, AlarmRaised)]


@pytest.mark.parametrize("name", ["denoising-gaussian", "denoising-dropout"])
def test_denoising_beats_the_noisy_input_and_pca(name: str) -> None:
    trainer, dataset = few(name, ["steps=6000", "keep.frames=1000"], test=500)
    reached = at_the_end(list(trainer.run()), 6000)
    assert reached["valid/reconstruction"] < reached["valid/noisy-input"]

    assert isinstance(trainer.objective, Denoising)
    assert reached["valid/reconstruction"] < pca_of_noisy(trainer.objective, dataset, 30)


@pytest.mark.parametrize(("name", "steps"), [("vae", 1500), ("convolutional-vae", 500)])
def test_a_variational_autoencoder_keeps_its_codings_and_is_no_gan(name: str, steps: int) -> None:
    trainer, _ = few(name, [f"steps={steps}"], test=500)
    events = list(trainer.run())
    reached = at_the_end(events, steps)
    assert reached["kl/active-units"] > 3
    assert reached["valid/loss"] < 0.045
    assert not any(name.startswith("diversity/") for name in reached)
    assert not [event for event in events if isinstance(event, AlarmRaised)]
    assert {"samples", "interpolation", "traversal"} <= {e.kind for e in events if isinstance(e, Frame)}


@pytest.mark.parametrize("seed", [42, 1])
@pytest.mark.parametrize(
    ("name", "alarm", "limit"),
    [("posterior-collapse", "posterior-collapse", 1000), ("too-powerful", "over-fitting", 1500)],
)
def test_a_failure_fails_as_announced(name: str, alarm: str, limit: int, seed: int) -> None:
    words = [f"steps={limit}", "keep.frames=0.5"]
    run = promises.train(name, seed, speed=200, words=words, until=lambda run: bool(run.raised))
    assert [event.name for event in run.raised] == [alarm]
