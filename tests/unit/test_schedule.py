"""Learning rates that fall: from full to nothing, the steeper the name says."""

import math
import time

import pytest
import torch

from engine import schedule
from engine.data import load
from engine.run.events import Scalars
from engine.schedule import Schedule
from engine.trainer import Trainer
from presets import catalogue

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_it_falls_from_full_to_nothing_and_is_half_in_the_middle(name: Schedule) -> None:
    left = [schedule.share(name, step / 10) for step in range(11)]
    assert (left[0], left[5], left[10]) == pytest.approx((1, 0.5, 0))
    assert left == sorted(left, reverse=True)


def test_a_cooldown_stays_and_falls_at_last() -> None:
    left = [schedule.share("cooldown", step / 10) for step in range(11)]
    assert left == pytest.approx([1] * 9 + [0.5, 0])


def test_a_network_is_trained_at_the_rate_of_the_step_and_says_so() -> None:
    words = ["steps=10", "data.train=200", "data.held_out=100", "autoencoder.schedule=cosine"]
    preset = catalogue.load(catalogue.find("stacked"), words)
    trainer = Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)
    rates, told = [], []
    for event in trainer.run():
        if isinstance(event, Scalars) and "loss/reconstruction" in event.values:
            rates.append(trainer.objective.optimisers["autoencoder"].param_groups[0]["lr"])
        if isinstance(event, Scalars) and "lr/autoencoder" in event.values:
            told.append((event.step, event.values["lr/autoencoder"]))
    expected = [1e-3 * (1 + math.cos(math.pi * step / 10)) / 2 for step in range(10)]
    assert rates == pytest.approx(expected)
    assert told[-1] == (10, pytest.approx(expected[-1]))


def test_a_constant_rate_is_left_as_it_was_set() -> None:
    preset = catalogue.load(catalogue.find("stacked"), ["steps=3", "data.train=200", "data.held_out=100"])
    trainer = Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)
    trainer.set_learning_rate("autoencoder", 0.125)
    names = {name for event in trainer.run() if isinstance(event, Scalars) for name in event.values}
    assert trainer.objective.optimisers["autoencoder"].param_groups[0]["lr"] == 0.125
    assert not any(name.startswith("lr/") for name in names)
