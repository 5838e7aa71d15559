"""Pretraining and classifying for real: it learns, it says so, and it resumes in either phase."""

import itertools
import time
from pathlib import Path

import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.checkpoint.snapshots import Snapshot, copy
from latentop.engine.data import load
from latentop.engine.objectives.pretraining import ARMS
from latentop.engine.run.events import Frame, Scalars
from latentop.engine.run.folder import RunFolder
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue, live

pytestmark = pytest.mark.slow


CPU = torch.device("cpu")
SMALL = ["autoencoder.hidden=[32]", "autoencoder.latent_dim=16", "classifier.hidden=[16]", "seeds=2"]


def trainer(*overrides: str) -> Trainer:
    preset = catalogue.load(catalogue.find("pretrain-classifier"), [*SMALL, *overrides])
    return Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)


def losses(of: Trainer) -> dict[int, dict[str, float]]:
    """Every step's values."""
    return {
        event.step: {name: float(value) for name, value in event.values.items()}
        for event in of.run()
        if isinstance(event, Scalars) and any(name.startswith("loss/") for name in event.values)
    }


def frames(of: Trainer, until: int) -> list[Frame]:
    """All that is shown until that step is done."""
    events = itertools.takewhile(lambda _: of.step < until, of.run()) if until < of.preset.steps else of.run()
    return [event for event in events if isinstance(event, Frame)]


@pytest.mark.parametrize("stopped", [7, 12, 12 + 9])
def test_resuming_gives_the_same_losses_to_the_last_bit_in_both_phases(tmp_path: Path, stopped: int) -> None:
    settings = ["pretrain=12", "steps=30", "classifier.batch=100"]  # an epoch of labels is five steps
    run = RunFolder(tmp_path)
    run.checkpoints.mkdir()
    whole = losses(trainer(*settings))

    first = trainer(*settings)
    for _ in itertools.takewhile(lambda _: first.step < stopped, first.run()):
        pass
    checkpoint_file.save(run, first.state(), keep=3)
    torch.rand(100)  # whatever happens to the random numbers in between

    second = trainer(*settings)
    found = checkpoint_file.load_newest(run)
    second.restore(found.state)
    rest = losses(second)

    assert not found.broken
    assert rest == {step: values for step, values in whole.items() if step > stopped}


def test_it_reconstructs_then_classifies_better_than_chance() -> None:
    one = trainer("pretrain=150", "steps=350", "classifier.lr=0.01", "keep.frames=0.001")
    frames: list[Frame] = []
    seen: dict[str, list[tuple[int, float]]] = {}
    for event in one.run():
        if isinstance(event, Frame):
            frames.append(event)
        if isinstance(event, Scalars):
            for name, value in event.values.items():
                seen.setdefault(name, []).append((event.step, float(value)))

    assert {frame.kind for frame in frames} >= {"input", "reconstruction", "error"}
    afterwards = [frame.kind for frame in frames if frame.step > 150]
    assert len(afterwards) == len(set(afterwards)), "shown once more, when it changes no more"
    assert seen["loss/reconstruction"][-1][0] == 150
    assert seen["valid/reconstruction"][-1][1] < seen["valid/reconstruction"][0][1] / 2
    for arm in ARMS:
        assert [step for step, _ in seen[f"loss/{arm}"]] == list(range(151, 351))
        step, accuracy = seen[f"accuracy/{arm}"][-1]
        assert step == 350
        assert accuracy > 0.4
    spreads = [
        seen[f"accuracy/{arm}-sd"][-1][1] for arm in ARMS
    ]  # two classifiers may be right equally often
    assert 0 < max(spreads) < 0.2
    lead = seen["accuracy/frozen"][-1][1] - seen["accuracy/scratch"][-1][1]
    assert seen["lead/frozen"][-1][1] == pytest.approx(lead)


def test_gone_back_from_the_classifiers_the_autoencoder_is_shown_as_before() -> None:
    one = trainer("pretrain=8", "steps=24")
    shown = {frame.kind for frame in frames(one, until=3)}
    snapshot = Snapshot(step=3, wall=0.0, verdict="unknown", state=copy(one.state()))
    frames(one, until=20)
    one.go_back(snapshot)
    again = frames(one, until=24)
    assert shown >= {"input", "reconstruction", "codings"}
    assert {frame.kind for frame in again if frame.step <= 8} == shown
    assert sorted(frame.kind for frame in again if frame.step > 8) == sorted(shown), "and once then"


def test_the_classifiers_learning_rate_can_be_changed() -> None:
    one = trainer()
    one.adopt(live.changed(one.preset, {"classifier.lr": 0.125}))
    rates = {
        name: optimiser["param_groups"][0]["lr"] for name, optimiser in one.state()["optimisers"].items()
    }
    assert rates == {"autoencoder": 1e-3, "classifier": 0.125}
