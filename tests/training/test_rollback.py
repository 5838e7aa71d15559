"""Going back, for real: runs that are ruined on purpose, and what becomes of them."""

import math
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.checkpoint.snapshots import Snapshot, copy
from latentop.engine.data import load
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.run.events import Scalars
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue, live
from tests.support.forkserver import fork_server
from tests.support.real_runs import SMALL_GAN, ask, end, everything, facts, training, wait_until
from tests.support.recorded_runs import latentop

pytestmark = pytest.mark.slow


CPU = torch.device("cpu")
LONG = (*SMALL_GAN, "steps=1000000")
RUINED = ("generator.lr=0.05", "discriminator.lr=0.05")
"""Of a critic without a bound: no value is finite after some twenty steps."""


def state(run: RunFolder) -> str:
    return liveness.judge(facts(run), time.time()).name


def tensors(state: Any) -> Iterator[torch.Tensor]:
    parts: Iterable[Any] = state.values() if isinstance(state, dict) else ()
    for part in parts:
        yield from [part] if isinstance(part, torch.Tensor) else tensors(part)


def losses(trainer: Trainer, until: int) -> dict[int, list[float]]:
    found = {}
    for event in trainer.run():
        if isinstance(event, Scalars) and "loss/generator" in event.values:
            found[event.step] = [float(value) for value in event.values.values()]
            if event.step == until:
                break
    return found


def rates(told: RunFacts) -> list[Any]:
    """The learning rates as they are now."""
    return [value for key, value in told.settings.items() if key.endswith(".lr")]


@pytest.mark.parametrize("seed", [None, 7])
def test_the_same_future_follows_to_the_last_bit_and_another_with_another_seed(seed: int | None) -> None:
    preset = catalogue.load(catalogue.find("dcgan"), ["steps=40", *SMALL_GAN])
    trainer = Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)
    losses(trainer, 12)
    snapshot = Snapshot(step=12, wall=0.0, verdict="unknown", state=copy(trainer.state()))
    first = losses(trainer, 30)
    for _ in range(2):  # what is gone back to stays as it was
        trainer.go_back(snapshot, seed=seed)
        again = losses(trainer, 30)
        assert again.keys() == first.keys() == set(range(13, 31))
        assert (again == first) == (seed is None)


def test_what_was_switched_on_after_a_state_is_gone_with_that_future() -> None:
    """The average that samples are drawn from, and the place between two penalties."""
    small = ("generator.hidden=[8]", "discriminator.hidden=[8]", "batch=16", "steps=40")
    preset = catalogue.load(catalogue.find("ring"), [*small, "objective.r1_every=4"])
    trainer = Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)
    assert isinstance(trainer.objective, Adversarial)
    losses(trainer, 5)
    snapshot = Snapshot(step=5, wall=0.0, verdict="unknown", state=copy(trainer.state()))
    drawn = trainer.objective.draw(16, seed=1)
    wanted = live.changed(preset, {"objective.ema": 0.999, "objective.r1": 1.0})
    futures = []
    for steps in (9, 20):
        trainer.adopt(wanted)
        futures.append(losses(trainer, 5 + steps))
        trainer.go_back(snapshot)
        assert torch.equal(trainer.objective.draw(16, seed=1), drawn)
    assert futures[0] == {step: futures[1][step] for step in futures[0]}


def test_going_back_amid_a_step_leaves_nothing_of_it(tmp_path: Path) -> None:
    preset = catalogue.load(catalogue.find("dcgan"), ["steps=30", *SMALL_GAN])
    trainer = Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)
    snapshot, steps = Snapshot(step=0, wall=0.0, verdict="unknown", state=copy(trainer.state())), []
    for event in trainer.run():
        if isinstance(event, Scalars) and "loss/generator" in event.values:
            steps.append(event.step)
            if len(steps) == 20:
                trainer.go_back(snapshot)
    assert steps == [*range(1, 21), *range(1, 31)]


def test_a_ruined_run_goes_back_and_trains_well(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: len(facts(run).snapshots) >= 2)
        good = facts(run).snapshots[-1]
        ask(run, "set", {"generator.lr": 9.0, "discriminator.lr": 9.0})
        wait_until(lambda: abs(everything(run).bins["loss/generator"].last[-1]) > 50)

        answer = ask(run, "rollback", {"step": good.step, "factor": 0.5, "seed": 7})

        assert (answer.state, answer.step) == ("applied", good.step)
        assert answer.text is not None
        assert f"back to {good.step}, generator.lr 9 → 0.0001, discriminator.lr 9 → 0.0001" in answer.text
        wait_until(lambda: facts(run).step > good.step + 40)
        assert ask(run, "pause").state == "applied"
    recorded = everything(run)
    losses = recorded.bins["loss/generator"]
    assert np.isfinite(losses.mean).all()
    assert losses.bad.sum() == 0
    assert np.abs(losses.last[losses.step > good.step]).max() < 50
    assert losses.n.sum() == losses.step[-1]
    assert recorded.facts.verdict in ("unknown", "healthy")
    assert rates(recorded.facts) == [1e-4, 1e-4]
    assert [mark.kind for mark in recorded.marks if mark.step <= good.step] == ["rollback"]
    weights = checkpoint_file.load_newest(run).state
    assert all(one.isfinite().all() for one in tensors(weights["networks"]))


def test_what_diverged_is_healthy_again_after_going_back(tmp_path: Path) -> None:
    with training(tmp_path, "stacked", ["steps=100000000"]) as run:
        wait_until(lambda: facts(run).verdict == "healthy" and len(facts(run).snapshots) >= 2)
        assert ask(run, "set", {"autoencoder.lr": 10.0}).state == "applied"
        wait_until(lambda: facts(run).verdict in ("diverged", "exploding"))
        ruined = facts(run)
        answer = ask(run, "rollback")
        assert answer.state == "applied"
        assert answer.step is not None
        assert answer.step < ruined.step
        wait_until(lambda: facts(run).verdict == "healthy" and facts(run).step > (answer.step or 0) + 500)
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: state(run) == "stopped")
    assert rates(facts(run)) == [1e-3]
    recorded = everything(run)
    losses = recorded.bins["loss/reconstruction"]
    assert losses.bad.sum() == 0
    assert losses.n.sum() == losses.step[-1] == recorded.facts.step
    weights = checkpoint_file.load_newest(run).state
    assert all(one.isfinite().all() for one in tensors(weights["networks"]))


def test_while_it_is_paused_it_goes_back_and_stays_paused(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: len(facts(run).snapshots) >= 2)
        assert ask(run, "pause").state == "applied"
        step = facts(run).snapshots[-1].step
        assert ask(run, "rollback", {"step": step}).step == step
        assert (state(run), facts(run).step) == ("paused", step)
        assert everything(run).bins["loss/generator"].step[-1] <= step
        assert ask(run, "resume").step == step
        wait_until(lambda: facts(run).step > step)


def test_what_cannot_be_gone_back_to_is_refused_and_nothing_happens(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).snapshots)
        assert ask(run, "pause").state == "applied"
        before = facts(run).step
        for arguments, why in (
            ({"factor": 1e9}, "accepted: a number above 0 up to 10"),
            ({"seed": -1}, "`int` >= 0 - at `$.seed`; it takes step, factor, seed"),
            ({"step": "4"}, "it can't go back so: Expected `int | null`, got `str` - at `$.step`"),
            ({"stepp": 3}, "unknown field `stepp`; it takes step, factor, seed"),
        ):
            answer = ask(run, "rollback", arguments)  # type: ignore[arg-type]
            assert answer.state == "refused"
            assert why in (answer.text or "")
        assert (facts(run).step, facts(run).rewinds) == (before, 0)


def test_after_a_crash_one_can_go_back_to_what_was_good_on_disk(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 0)
        saved = ask(run, "checkpoint").step
        assert saved is not None
        wait_until(lambda: facts(run).step > saved)
        assert ask(run, "pause").state == "applied"  # which writes another
        paused = facts(run).step
        end(run)
        assert state(run) == "crashed"

        fork_server().resume(run)
        wait_until(lambda: state(run) == "running" and facts(run).step > paused)
        assert {saved, paused} <= {one.step for one in facts(run).snapshots}
        assert ask(run, "rollback", {"step": saved}).step == saved
        wait_until(lambda: facts(run).step > saved)


def test_a_guard_that_stops_stops_with_a_checkpoint(tmp_path: Path) -> None:
    with training(tmp_path, "divergence", [*LONG, *RUINED, "watch.guard=stop"]) as run:
        wait_until(lambda: state(run) == "stopped")
    told = facts(run)
    assert (told.verdict, told.guard_used) == ("diverged", 0)
    assert told.guard_ended.startswith("training diverged: ")
    assert run.newest_checkpoint == told.step
    follow = latentop(tmp_path, "follow", run.id)
    assert follow.returncode == 3
    assert "ended DIVERGED: the guard stopped it, training diverged: " in follow.stderr


def test_a_guard_that_is_set_while_all_is_bad_acts_at_once(tmp_path: Path) -> None:
    with training(tmp_path, "divergence", [*LONG, *RUINED]) as run:
        wait_until(lambda: facts(run).verdict == "diverged")
        assert ask(run, "set", {"watch.guard": "stop"}).state == "applied"
        wait_until(lambda: state(run) == "stopped")
    assert facts(run).guard_ended.startswith("training diverged: ")


def test_a_guard_goes_back_as_often_as_it_may_and_no_more(tmp_path: Path) -> None:
    guard = ("watch.guard=rollback", "watch.guard_tries=2", "watch.guard_factor=0.9")
    with training(tmp_path, "divergence", [*LONG, *RUINED, *guard]) as run:
        wait_until(lambda: state(run) == "stopped")
    recorded = everything(run)
    told = recorded.facts
    assert (told.verdict, told.guard_used, told.guard_tries) == ("diverged", 2, 2)
    assert told.guard_ended.startswith("2 tries did not help: training diverged")
    assert all(math.isclose(rate, 0.05 * 0.9**2) for rate in rates(told))
    back = [mark.text for mark in recorded.marks if mark.kind == "rollback"]
    assert [text.partition(":")[0] for text in back] == ["diverged, guard 1 of 2", "diverged, guard 2 of 2"]
    assert all("Step" in text and "training diverged: " in text for text in back)
    assert [alarm.name for alarm in recorded.alarms] == ["diverged"]
    assert latentop(tmp_path, "follow", run.id).returncode == 3


def test_a_guard_saves_a_run_that_a_lower_rate_can_save(tmp_path: Path) -> None:
    guard = ("watch.guard=rollback", "watch.guard_factor=0.001")
    with training(tmp_path, "divergence", [*LONG, *RUINED, *guard]) as run:
        wait_until(lambda: facts(run).guard_used == 1)
        wait_until(lambda: facts(run).rewinds == 1)  # it is told that it will before it has
        wait_until(lambda: facts(run).step > 100)
        assert state(run) == "running"
    recorded = everything(run)
    assert recorded.facts.verdict != "diverged"
    assert recorded.bins["loss/generator"].bad.sum() == 0
    assert np.abs(recorded.bins["loss/generator"].mean).max() < 50
