"""Learning rates that fall: from full to nothing, the steeper the name says."""

import math
import time

import pytest
import torch

from latentop.engine.data import load
from latentop.engine.run.events import Scalars
from latentop.engine.train import rate_schedule
from latentop.engine.train.rate_schedule import Schedule
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_it_falls_from_full_to_nothing_and_is_half_in_the_middle(name: Schedule) -> None:
    left = [rate_schedule.share(name, step / 10) for step in range(11)]
    assert (left[0], left[5], left[10]) == pytest.approx((1, 0.5, 0))
    assert left == sorted(left, reverse=True)


def test_a_cooldown_stays_and_falls_at_last() -> None:
    left = [rate_schedule.share("cooldown", step / 10) for step in range(11)]
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
    trainer.objective.optimisers["autoencoder"].param_groups[0]["lr"] = 0.125
    names = {name for event in trainer.run() if isinstance(event, Scalars) for name in event.values}
    assert trainer.objective.optimisers["autoencoder"].param_groups[0]["lr"] == 0.125
    assert not any(name.startswith("lr/") for name in names)


def test_in_two_phases_each_network_has_a_whole_schedule_of_its_own() -> None:
    words = ["pretrain=4", "steps=12", "data.train=200", "data.held_out=100", "seeds=2", "labels=50"]
    words += ["autoencoder.schedule=linear", "classifier.schedule=linear"]
    preset = catalogue.load(catalogue.find("pretrain-classifier"), words)
    trainer = Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)
    shares: dict[str, list[float]] = {"autoencoder": [], "classifier": []}
    for event in trainer.run():
        if isinstance(event, Scalars) and any(name.startswith("loss/") for name in event.values):
            now = "autoencoder" if event.step <= 4 else "classifier"
            rate = trainer.objective.optimisers[now].param_groups[0]["lr"]
            shares[now].append(rate / getattr(preset, now).lr)
    assert shares["autoencoder"] == pytest.approx([1, 3 / 4, 1 / 2, 1 / 4])
    assert shares["classifier"] == pytest.approx([1 - step / 8 for step in range(8)])
