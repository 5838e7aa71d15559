"""A run that goes on from a checkpoint can't be told from one that never stopped."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from engine import checkpoint
from engine.data import load
from engine.run.events import Scalars
from engine.run.folder import RunFolder
from engine.trainer import Trainer
from presets import catalogue, live
from tests.support import SMALL_GAN

CPU = torch.device("cpu")
TOLERANCE = 1e-3
"""What a loss may differ by, relative to itself, on CUDA, where sums have no fixed order: in 23 steps."""


def trainer(name: str, overrides: Sequence[str], device: torch.device = CPU) -> Trainer:
    preset = catalogue.load(catalogue.find(name), ["steps=40", *overrides])
    return Trainer(preset, load(preset.data, device), device, wall=time.time, clock=time.monotonic)


def steps(of: Trainer) -> dict[int, dict[str, float]]:
    """Every step's values. What only a clock decides, like speed, is no part of a step."""
    return {
        event.step: {name: float(value) for name, value in event.values.items()}
        for event in of.run()
        if isinstance(event, Scalars)
        and ("loss/generator" in event.values or "loss/reconstruction" in event.values)
    }


@pytest.mark.parametrize(
    ("name", "overrides"),
    [("dcgan", SMALL_GAN), ("stacked", ()), ("dcgan", (*SMALL_GAN, "precision=bfloat16"))],
)
def test_resuming_gives_the_same_losses_to_the_last_bit(
    tmp_path: Path, name: str, overrides: Sequence[str]
) -> None:
    whole, rest = stopped_at_17(tmp_path, name, overrides, CPU)
    assert min(rest) == 18
    assert rest == {step: values for step, values in whole.items() if step > 17}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize(("name", "overrides"), [("dcgan", SMALL_GAN), ("stacked", ())])
def test_on_cuda_it_gives_the_same_losses_but_for_rounding(
    tmp_path: Path, name: str, overrides: Sequence[str]
) -> None:
    whole, rest = stopped_at_17(tmp_path, name, overrides, torch.device("cuda"))
    for step, values in rest.items():
        losses = {name: value for name, value in values.items() if name.startswith("loss/")}
        assert losses == pytest.approx({name: whole[step][name] for name in losses}, rel=TOLERANCE)


def stopped_at_17(
    folder: Path, name: str, overrides: Sequence[str], device: torch.device
) -> tuple[dict[int, dict[str, float]], dict[int, dict[str, float]]]:
    """The steps of a training, and those of one that stopped after 17, from its checkpoint on."""
    run = RunFolder(folder)
    run.checkpoints.mkdir()
    whole = steps(trainer(name, overrides, device))

    first = trainer(name, overrides, device)
    for _ in itertools.takewhile(lambda _: first.step < 17, first.run()):
        pass
    checkpoint.save(run, first.state(), keep=3)
    torch.rand(100)  # whatever happens to the random numbers in between

    second = trainer(name, overrides, device)
    found = checkpoint.load_newest(run)
    assert not found.broken
    second.restore(found.state)
    return whole, steps(second)


def test_a_changed_learning_rate_survives_a_checkpoint(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.checkpoints.mkdir()
    first = trainer("stacked", ())
    first.adopt(live.changed(first.preset, {"autoencoder.lr": 0.125}))
    checkpoint.save(run, first.state(), keep=3)
    state = checkpoint.load_newest(run).state
    assert state["optimisers"]["autoencoder"]["param_groups"][0]["lr"] == 0.125


def test_a_truncated_checkpoint_is_passed_over_and_named(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.checkpoints.mkdir()
    one = trainer("stacked", ())
    checkpoint.save(run, one.state(), keep=3)
    one.step = 7
    newest = checkpoint.save(run, one.state(), keep=3)
    newest.write_bytes(newest.read_bytes()[:-1000])

    found = checkpoint.load_newest(run)

    assert found.state["step"] == 0
    assert found.broken == [newest.name]


def test_watching_has_no_say_in_the_training() -> None:
    often = steps(
        trainer("dcgan", [*SMALL_GAN, "watch.every=0.001", "watch.budget=1.0", "keep.frames=0.001"])
    )
    seldom = steps(trainer("dcgan", [*SMALL_GAN, "watch.every=1000", "keep.frames=1000"]))
    assert often == seldom
