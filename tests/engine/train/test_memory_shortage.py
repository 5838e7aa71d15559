"""A look that finds too little memory is left out: training goes on as if nobody had looked."""

import weakref
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
import torch
from torch import Tensor, nn

from latentop.engine.checkpoint import snapshots
from latentop.engine.data import load
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.run.events import Event, Frame, Mark, Scalars
from latentop.engine.train import devices
from latentop.engine.train.memory_shortage import Shortage
from latentop.engine.train.trainer import Trainer
from latentop.engine.watch.signals.weights import Weights
from latentop.presets import catalogue
from tests.support.real_runs import SMALL_GAN

CPU = torch.device("cpu")
FULL = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of …"
PRESET = catalogue.load(
    catalogue.find("dcgan"), [*SMALL_GAN, "steps=12", "data.train=300", "data.held_out=100", "keep.images=4"]
)
DATA = load(PRESET.data, CPU)


class Clock:
    """Every look at it takes a tenth of a second: all that is due at times is due often."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


def trained() -> tuple[Trainer, list[Event]]:
    trainer = Trainer(PRESET, DATA, CPU, wall=lambda: 0.0, clock=Clock())
    return trainer, list(trainer.run())


def losses(events: Iterable[Event]) -> list[dict[str, float]]:
    """All that the steps themselves have said."""
    every = (one.values for one in events if isinstance(one, Scalars) and "loss/generator" in one.values)
    return [{name: float(value) for name, value in values.items()} for values in every]


def said(events: Iterable[Event]) -> list[str]:
    return [one.text for one in events if isinstance(one, Mark) and one.kind == "trouble"]


def series(events: Iterable[Event]) -> set[str]:
    return {name for one in events if isinstance(one, Scalars) for name in one.values}


@pytest.fixture
def undisturbed() -> tuple[Trainer, list[Event]]:
    return trained()


def test_samples_that_there_is_no_room_for_are_neither_shown_nor_measured(
    undisturbed: tuple[Trainer, list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of the look nothing is left: modes, random numbers and weights are those of the training."""
    real, held, freed = Adversarial._generate, list[weakref.ref[Tensor]](), []

    def generate(self: Adversarial, generator: nn.Module, codings: Tensor, classes: Tensor) -> Tensor:
        if not generator.training:
            activations = torch.rand(1000)
            held.append(weakref.ref(activations))
            raise torch.OutOfMemoryError(FULL)
        return real(self, generator, codings, classes)

    monkeypatch.setattr(Adversarial, "_generate", generate)
    monkeypatch.setattr(devices, "release_all", lambda: freed.append(all(one() is None for one in held)))
    trainer, events = trained()
    before, all_before = undisturbed
    assert losses(events) == losses(all_before)
    for name, network in trainer.objective.networks.items():
        assert all(part.training for part in network.modules())
        assert all(
            torch.equal(one, other)
            for one, other in zip(
                network.state_dict().values(),
                before.objective.networks[name].state_dict().values(),
                strict=True,
            )
        )
    assert said(events) == [
        f"no {what} while memory is too short for them (2.00 GiB more were wanted): "
        "training goes on without; a smaller batch leaves more room"
        for what in ("pictures", "readings of samples")
    ]
    assert len(held) > 2, "it is tried again"
    assert len(freed) == len(held)
    assert all(freed), "what the look held is gone before memory is given back"
    shown = Counter(one.kind for one in events if isinstance(one, Frame))
    assert set(shown) == {"real"}
    assert "diversity/coverage" in series(all_before)
    assert "diversity/coverage" not in series(events)
    assert trainer.watch.verdict == "unknown"


@pytest.mark.parametrize("method", ["hold", "measure"])
def test_weights_that_there_is_no_room_to_look_at_are_not_looked_at(
    undisturbed: tuple[Trainer, list[Event]], monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def full(_: Weights) -> None:
        raise torch.OutOfMemoryError(FULL)

    monkeypatch.setattr(Weights, method, full)
    _, events = trained()
    _, all_before = undisturbed
    assert losses(events) == losses(all_before)
    (text,) = said(events)
    assert text.startswith("no readings of weights while memory is too short for them (2.00 GiB")
    assert {"update/generator", "speed/steps"} <= series(all_before)
    assert "update/generator" not in series(events)
    assert "speed/steps" in series(events)


def test_a_state_that_not_even_the_machine_has_room_for_is_not_kept(
    undisturbed: tuple[Trainer, list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def full(*_: object, to_host: bool = False) -> None:
        tried.append(to_host)
        raise MemoryError

    monkeypatch.setattr(snapshots, "copy", full)
    trainer, events = trained()
    assert losses(events) == losses(undisturbed[1])
    assert [text.partition(":")[0] for text in said(events)] == [
        "no states to go back to while memory is too short for them"
    ]
    assert list(trainer.snapshots) == []
    assert True in tried, "first the machine's memory is tried"
    assert len(tried) < 2 * len(losses(events)), "not at every step"


def test_whatever_else_goes_wrong_is_raised() -> None:
    shortage = Shortage()

    def looked() -> Iterator[int]:
        with shortage.leaving_out("pictures"):
            yield 1
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1"):
        list(looked())
    assert list(shortage.marks(1, 0.0)) == []


def test_each_thing_is_told_once() -> None:
    shortage, put_off = Shortage(), list[str]()
    for what in ("pictures", "readings of samples", "pictures"):
        with shortage.leaving_out(what, lambda: put_off.append("")):
            raise MemoryError
    assert [one.text.split(" while")[0] for one in shortage.marks(7, 1.0)] == [
        "no pictures",
        "no readings of samples",
    ]
    assert list(shortage.marks(8, 1.0)) == []
    assert len(put_off) == 3
