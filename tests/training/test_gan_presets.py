"""What is particular to each kind of GAN, and to each failure of one, in real training."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from benchmarks.promises import run as promises
from latentop.engine.checkpoint.snapshots import Snapshot, copy
from latentop.engine.data import load
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.run.events import Facts, Frame, Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue
from latentop.presets.schema import GAN

pytestmark = pytest.mark.slow


CPU = torch.device("cpu")
CONVOLUTIONAL = ("generator.channels=4", "discriminator.channels=4", "batch=16", "watch.samples=64")


def trainer(name: str, words: Sequence[str]) -> Trainer:
    preset = catalogue.load(catalogue.find(name), words)
    return Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)


def steps(of: Trainer) -> dict[int, dict[str, float]]:
    """Every step's values, as hexadecimal text, in which a NaN equals itself."""
    return {
        event.step: {name: float(value).hex() for name, value in event.values.items()}
        for event in of.run()
        if isinstance(event, Scalars) and "loss/generator" in event.values
    }


def objective(name: str, *words: str) -> Adversarial:
    preset = catalogue.load(catalogue.find(name), [*CONVOLUTIONAL, *words])
    assert isinstance(preset, GAN)
    torch.manual_seed(0)
    return Adversarial(preset, (1, 28, 28), 10, CPU)


def test_a_conditional_gan_draws_the_classes_in_turn() -> None:
    gan = objective("conditional-dcgan")
    drawn = gan.draw(23, seed=1)
    gan.generator.eval()
    codings = torch.randn(23, 100, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        asked = gan.generator(codings, torch.arange(23) % 10)
    assert torch.equal(drawn, (asked + 1) / 2)
    assert gan.draw(23, seed=1).equal(drawn)


def test_the_average_lags_and_is_what_samples_are_drawn_from() -> None:
    gan = objective("sn-hinge", "objective.ema=0.9", "generator.lr=0.01")
    newest, average = (gan.networks[name].state_dict() for name in ("generator", "average"))
    start = {name: value.clone() for name, value in newest.items()}
    for _ in range(5):
        gan.step(torch.rand(16, 1, 28, 28), torch.zeros(16, dtype=torch.int64))
    for name, value in average.items():
        if value.is_floating_point():
            moved, ahead = (value - start[name]).norm(), (newest[name] - start[name]).norm()
            assert 0 < moved < ahead
    drawn = gan.draw(4, seed=0)
    with torch.no_grad():
        for parameter in gan.generator.parameters():
            parameter.zero_()
    assert torch.equal(gan.draw(4, seed=0), drawn)


def test_a_critic_trains_several_times_a_step_each_time_on_other_images() -> None:
    gan = objective("wgan-gp")
    seen: list[torch.Tensor] = []
    gan.discriminator.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    batch = torch.rand(5 * 8, 1, 28, 28)
    gan.step(batch, torch.zeros(40, dtype=torch.int64))
    shown = [one for one in seen if any(torch.equal(one, part * 2 - 1) for part in batch.split(8))]
    assert len(shown) == 5
    assert len({float(one.sum()) for one in shown}) == 5


def test_a_convolutional_gan_says_which_guidelines_it_keeps() -> None:
    words = [*CONVOLUTIONAL, "steps=1", "data.held_out=500"]
    facts = [event.values for event in trainer("r1", words).run() if isinstance(event, Facts)]
    assert (
        "broken: batch normalisation in both networks (in discriminator.layers.2)" in facts[0]["guidelines"]
    )


def test_the_dirac_gan_circles_and_is_stilled_by_a_penalty() -> None:
    radii = {}
    for weight in (0, 1):
        last = trainer("oscillation", ["steps=2000", f"objective.r1={weight}", "keep.frames=1000"])
        values = list(steps(last).values())[-1]
        place, slope = (float.fromhex(values[f"dirac/{one}"]) for one in ("generator", "discriminator"))
        radii[weight] = float(np.hypot(place, slope))
    assert radii[0] == pytest.approx(2**0.5, rel=0.02)
    assert radii[1] < 0.2


def test_gone_back_the_phase_plane_shows_nothing_of_the_future_that_was_given_up() -> None:
    one = trainer("oscillation", ["steps=400", "objective.r1=0", "keep.frames=1000"])
    snapshot = Snapshot(step=0, wall=0.0, verdict="unknown", state=copy(one.state()))
    drawn = [event for event in one.run() if isinstance(event, Frame) and event.kind == "samples"]
    one.go_back(snapshot)
    again = next(event for event in one.run() if isinstance(event, Frame) and event.kind == "samples")
    assert np.array_equal(again.images, drawn[0].images)
    assert not np.array_equal(again.images, drawn[-1].images)


def test_a_mixed_batch_lets_the_discriminator_win() -> None:
    words = ["steps=80", "generator.channels=8", "discriminator.channels=8", "watch.samples=64"]
    values = steps(trainer("discriminator-wins", words))
    assert float.fromhex(values[80]["accuracy/discriminator"]) == 1
    assert float.fromhex(values[80]["loss/discriminator"]) < 0.1


def test_modes_take_turns_and_that_is_what_is_told_first() -> None:
    """Most of three runs, since each processor trains runs of its own from these seeds."""
    told = []
    for seed, speed in ((42, 100), (1, 250), (2, 40)):
        run = promises.train("cycling", seed, speed=speed, words=["steps=4000"], until=_critical)
        told += [alarm.name for alarm in run.raised if alarm.severity == "critical"][:1]
    assert told.count("cycling") >= 2, told


def _critical(run: promises.Run) -> bool:
    return any(alarm.severity == "critical" for alarm in run.raised)
