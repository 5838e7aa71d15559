"""Real workers: their settings are changed while they train and while they are paused, undone, and kept."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from latentop.engine.run import commands
from latentop.engine.run.commands import Answer
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from tests.support.forkserver import fork_server
from tests.support.real_runs import SMALL_GAN, ask, end, everything, facts, training, wait_until
from tests.training.test_worker import LONG, state

pytestmark = pytest.mark.slow


def answers(run: RunFolder, *asked: tuple[commands.Name, Mapping[str, object]]) -> list[Answer]:
    """What becomes of commands that are left at once, one after the other, by as many viewers."""
    numbers = [commands.ask(run, name, arguments) for name, arguments in asked]
    wait_until(lambda: all(commands.answer(run, number).state != "asked" for number in numbers))
    return [commands.answer(run, number) for number in numbers]


def newest_checkpoint(run: RunFolder) -> int:
    """The step of the newest one on disk."""
    return max(int(path.stem.removeprefix("step-")) for path in run.checkpoints.glob("step-*.pt"))


def edits(run: RunFolder) -> list[tuple[int, str]]:
    return [(mark.step, mark.text) for mark in everything(run).marks if mark.kind == "edit"]


def test_settings_are_changed_while_running_and_while_paused_and_undone(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 0)
        first = ask(run, "set", {"generator.lr": 5e-5, "watch.diversity_alarm": 0.5, "steps": 900_000})
        said = "steps 1000000 → 900000, watch.diversity_alarm 0.6 → 0.5, generator.lr 0.0002 → 5e-05"
        assert (first.state, first.text) == ("applied", said)
        wait_until(lambda: facts(run).settings["generator.lr"] == 5e-5)
        assert (facts(run).steps, facts(run).diversity_alarm) == (900_000, 0.5)
        wait_until(lambda: newest_checkpoint(run) > (first.step or 0))  # a step has followed it

        assert ask(run, "pause").state == "applied"
        second = ask(run, "set", {"objective.discriminator_steps": 3})
        assert second.text == "objective.discriminator_steps 1 → 3"
        assert ask(run, "undo").text == "undone: objective.discriminator_steps 3 → 1"
        last = ask(run, "undo")
        assert (last.text or "").startswith("undone: steps 900000 → 1000000, ")
        empty = ask(run, "undo")
        assert empty.state == "refused"
        assert (empty.text or "").startswith("no edit is left to undo")
        wait_until(lambda: facts(run).settings["generator.lr"] == 2e-4)
        assert facts(run).steps == 1_000_000

        assert ask(run, "resume").state == "applied"
        wait_until(lambda: facts(run).step > (last.step or 0))
    assert len(edits(run)) == 4
    assert [command.asked_by for command in everything(run).commands if not command.asked_by] == []


def test_what_cannot_be_changed_says_why_and_nothing_of_it_is_changed(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 3)
        for values, said in (
            ({"generator.channels": 3}, "weights would not fit"),
            ({"data.size": "full"}, "data are read at the start; fork the run to change it"),
            ({"generator.lr": 1e-3, "steps": 1}, "steps = 1 are over"),
            ({"generator.lr": 1e-3, "batch": 20_000}, "can't be drawn from 1000 training images"),
            ({"generator.lr": 1e-3, "mixed": True}, "mixed can't be changed"),
            ({"generator.lr": "[b]"}, "'[b]' is not accepted"),
        ):
            answer = ask(run, "set", values)
            assert (answer.state, said in (answer.text or "")) == ("refused", True), answer
        assert facts(run).settings["generator.lr"] == 2e-4
    assert edits(run) == []


def test_commands_that_conflict_are_carried_out_in_order_and_each_is_told(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 0)
        told = answers(
            run,
            ("pause", {}),
            ("pause", {}),
            ("set", {"generator.lr": 1e-3}),
            ("set", {"generator.lr": 1e-4}),
            ("set", {"generator.lr": 1e-4}),
            ("undo", {}),
            ("resume", {}),
            ("resume", {}),
        )
        assert [(one.state, one.text) for one in told] == [
            ("applied", f"paused at step {told[0].step}"),
            ("refused", "it is paused already"),
            ("applied", "generator.lr 0.0002 → 0.001"),
            ("applied", "generator.lr 0.001 → 0.0001"),
            ("applied", "nothing changed: it had that value"),
            ("applied", "undone: generator.lr 0.0001 → 0.001"),
            ("applied", f"training again from step {told[0].step}"),
            ("refused", "it is not paused"),
        ]
    recorded = everything(run).commands
    assert [command.id for command in recorded] == sorted(command.id for command in recorded)


def test_an_edit_survives_the_worker_and_can_be_undone_by_the_next(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 0)
        edit = ask(run, "set", {"objective.ema": 0.9, "objective.r1": 1.0, "discriminator.clip": 0.5})
        assert edit.state == "applied"
        wait_until(lambda: newest_checkpoint(run) > (edit.step or 0))
        end(run)  # before any checkpoint but the edit's own

        fork_server().resume(run)
        wait_until(lambda: state(run) == "running" and facts(run).step > (edit.step or 0))
        now = facts(run).settings
        assert (now["objective.ema"], now["objective.r1"], now["discriminator.clip"]) == (0.9, 1.0, 0.5)
        undone = ask(run, "undo")
        assert "objective.ema 0.9 → 0" in (undone.text or "")
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: state(run) == "stopped")
    assert len(edits(run)) == 2


def test_what_was_changed_at_a_resumption_is_undone_first(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 0)
        assert ask(run, "set", {"generator.beta1": 0.25}).state == "applied"
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: state(run) == "stopped")
        launch.start(run, resume=True, words=["generator.lr=0.001"])
        wait_until(lambda: state(run) == "running")
        assert ask(run, "undo").text == "undone: generator.lr 0.001 → 0.0002"
        assert (ask(run, "undo").text or "").startswith("undone: generator.beta1 0.25 → ")
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: state(run) == "stopped")


def test_an_edited_run_goes_on_after_a_stop_as_if_it_had_not_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs with the same edits at the same step, paused at their first; one is stopped and resumed."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # both compute alike, however busy the machine is
    values = {"generator.lr": 1e-3, "objective.discriminator_steps": 2, "steps": 12}
    losses = []
    for stops in (False, True):
        with training(tmp_path / str(stops), "dcgan", [*SMALL_GAN, "steps=1000000"]) as run:
            number = commands.ask(run, "pause")
            wait_until(lambda number=number, run=run: commands.answer(run, number).state != "asked")
            paused_at = facts(run).step
            assert ask(run, "set", values).state == "applied"
            if stops:
                assert ask(run, "stop").state == "applied"
                wait_until(lambda run=run: state(run) == "stopped")
                fork_server().resume(run)
            else:
                assert ask(run, "resume").state == "applied"
            wait_until(lambda run=run: state(run) == "finished")
        bins = everything(run).bins["loss/generator"]
        losses.append((paused_at, bins.n.sum(), bins.step[-1], bins.last[-1]))
    assert losses[0] == losses[1]
    assert np.isfinite(losses[0][-1])
