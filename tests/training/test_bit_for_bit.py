"""A run that goes on from a checkpoint can't be told from one that never stopped."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.data import load
from latentop.engine.run.events import Scalars
from latentop.engine.run.folder import RunFolder
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue, live
from tests.support.real_runs import FEW_IMAGES, SMALL_GAN

CPU = torch.device("cpu")


def trainer(name: str, overrides: Sequence[str] = ()) -> Trainer:
    preset = catalogue.load(catalogue.find(name), ["steps=40", *FEW_IMAGES, *overrides])
    return Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)


def steps(of: Trainer) -> dict[int, dict[str, float]]:
    """Every step's values. What only a clock decides, like speed, is no part of a step."""
    return {
        event.step: {name: float(value) for name, value in event.values.items()}
        for event in of.run()
        if isinstance(event, Scalars)
        and ("loss/generator" in event.values or "loss/reconstruction" in event.values)
    }


@pytest.mark.slow
def test_resuming_gives_the_same_losses_to_the_last_bit_in_bfloat16_too(tmp_path: Path) -> None:
    """In float32 every preset does, in test_every_preset."""
    run = RunFolder(tmp_path)
    run.checkpoints.mkdir()
    low = (*SMALL_GAN, "precision=bfloat16")
    whole = steps(trainer("dcgan", low))

    first = trainer("dcgan", low)
    for _ in itertools.takewhile(lambda _: first.step < 17, first.run()):
        pass
    checkpoint_file.save(run, first.state(), keep=3)
    torch.rand(100)  # whatever happens to the random numbers in between

    second = trainer("dcgan", low)
    found = checkpoint_file.load_newest(run)
    assert not found.broken
    second.restore(found.state)
    assert steps(second) == {step: values for step, values in whole.items() if step > 17}


def test_a_changed_learning_rate_survives_a_checkpoint(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.checkpoints.mkdir()
    first = trainer("stacked")
    first.adopt(live.changed(first.preset, {"autoencoder.lr": 0.125}))
    checkpoint_file.save(run, first.state(), keep=3)
    state = checkpoint_file.load_newest(run).state
    assert state["optimisers"]["autoencoder"]["param_groups"][0]["lr"] == 0.125


def test_a_truncated_checkpoint_is_passed_over_and_named(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.checkpoints.mkdir()
    one = trainer("stacked")
    checkpoint_file.save(run, one.state(), keep=3)
    one.step = 7
    newest = checkpoint_file.save(run, one.state(), keep=3)
    newest.write_bytes(newest.read_bytes()[:-1000])

    found = checkpoint_file.load_newest(run)

    assert found.state["step"] == 0
    assert found.broken == [newest.name]


def test_watching_has_no_say_in_the_training() -> None:
    often = steps(
        trainer("dcgan", [*SMALL_GAN, "watch.every=0.001", "watch.budget=1.0", "keep.frames=0.001"])
    )
    seldom = steps(trainer("dcgan", [*SMALL_GAN, "watch.every=1000", "keep.frames=1000"]))
    assert often == seldom
