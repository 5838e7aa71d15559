"""The line of runs: who begins when, and what is answered. Workers are processes that wait to be ended."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from latentop.engine.run import commands
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.process.run_queue import Queue, ordinal
from tests.support.real_runs import everything, facts
from tests.support.recorded_runs import DCGAN, write


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[RunFolder, subprocess.Popen[bytes]]]:
    """The processes that stand for workers, by run; they end when their input is closed."""
    started: dict[RunFolder, subprocess.Popen[bytes]] = {}

    def start(run: RunFolder, *, resume: bool = False, turn: int | None = None) -> subprocess.Popen[bytes]:
        assert run not in started
        turns[run] = turn
        started[run] = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        return started[run]

    monkeypatch.setattr(launch, "start", start)
    yield started
    for worker in started.values():
        finish(worker)


turns: dict[RunFolder, int | None] = {}
"""The turn that each worker was given, if any."""


@pytest.fixture
def queued(tmp_path: Path) -> Callable[[int], list[RunFolder]]:
    def make(count: int) -> list[RunFolder]:
        return [
            launch.new(tmp_path, RunFacts(preset="dcgan", seed=seed, steps=300), DCGAN, queued=True)
            for seed in range(count)
        ]

    return make


def finish(worker: subprocess.Popen[bytes]) -> None:
    assert worker.stdin is not None
    worker.stdin.close()
    worker.wait()


def state(run: RunFolder) -> tuple[str, str]:
    told = liveness.judge(facts(run), time.time())
    return told.name, told.detail


Make = Callable[[int], list[RunFolder]]
Workers = dict[RunFolder, subprocess.Popen[bytes]]


def test_runs_begin_in_order_and_never_more_than_jobs_at_once(queued: Make, workers: Workers) -> None:
    runs = queued(4)
    queue = Queue(runs, jobs=2)
    assert queue.look()
    assert list(workers) == runs[:2]
    assert [state(run) for run in runs[2:]] == [("queued", "next in line"), ("queued", "2nd in line")]
    assert facts(runs[0]).pid == workers[runs[0]].pid
    assert queue.look()
    assert list(workers) == runs[:2]
    finish(workers[runs[1]])
    assert queue.look()
    assert list(workers) == runs[:3]
    assert state(runs[3]) == ("queued", "next in line")
    finish(workers[runs[0]])
    finish(workers[runs[2]])
    assert queue.look()
    finish(workers[runs[3]])
    assert not queue.look()


def test_a_worker_that_dies_before_it_begins_is_seen_to_have_crashed(queued: Make, workers: Workers) -> None:
    (run,) = queued(1)
    queue = Queue([run], jobs=1)
    queue.look()
    assert state(run) == ("starting", "")
    workers[run].kill()
    workers[run].wait()
    assert not queue.look()
    assert state(run) == ("crashed", "the worker ended by SIGKILL: somebody's kill -9, or want of memory")


def test_a_run_that_is_stopped_leaves_the_line(queued: Make, workers: Workers) -> None:
    runs = queued(3)
    queue = Queue(runs, jobs=1)
    queue.look()
    number = commands.ask(runs[1], "stop")
    assert queue.look()
    answer = commands.answer(runs[1], number)
    assert (answer.state, answer.text) == ("applied", "taken out of line before it began")
    assert state(runs[1]) == ("stopped", "taken out of line before it began")
    assert [mark.kind for mark in everything(runs[1]).marks] == ["stop"]
    assert state(runs[2]) == ("queued", "next in line")
    finish(workers[runs[0]])
    queue.look()
    assert list(workers) == [runs[0], runs[2]]


def test_a_run_that_was_to_be_gone_on_with_leaves_the_line_where_it_is(
    queued: Make, workers: Workers
) -> None:
    runs = queued(2)
    write(runs[1], facts={"step": 250})
    queue = Queue(runs, jobs=1)
    queue.look()
    commands.ask(runs[1], "stop")
    queue.look()
    assert state(runs[1]) == ("stopped", "taken out of line before it trained on")
    assert [mark.step for mark in everything(runs[1]).marks] == [250]


def test_a_run_that_is_resumed_trains_out_of_turn_and_takes_a_place(queued: Make, workers: Workers) -> None:
    runs = queued(3)
    queue = Queue(runs, jobs=1)
    queue.look()
    number = commands.ask(runs[2], "resume")
    queue.look()
    assert commands.answer(runs[2], number).text == "it trains now, out of turn"
    assert list(workers) == [runs[0], runs[2]]
    finish(workers[runs[0]])
    queue.look()
    assert list(workers) == [runs[0], runs[2]]  # one still trains
    finish(workers[runs[2]])
    queue.look()
    assert list(workers) == [runs[0], runs[2], runs[1]]


def test_a_run_in_line_is_heard_of_again_and_again_and_names_the_queue(
    queued: Make, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = queued(2)
    queue = Queue(runs, jobs=1)
    queue.look()
    monkeypatch.setattr("latentop.engine.run.process.run_queue.HEARTBEAT_SECONDS", 0.0)
    write(runs[1], facts={"heartbeat": 1.0, "pid": None})
    queue.look()
    assert (facts(runs[1]).heartbeat or 0) > 1.0
    assert facts(runs[1]).pid == os.getpid()


def test_what_only_a_worker_can_do_is_refused(queued: Make, workers: Workers) -> None:
    runs = queued(2)
    queue = Queue(runs, jobs=1)
    queue.look()
    number = commands.ask(runs[1], "pause")
    queue.look()
    assert commands.answer(runs[1], number) == commands.Answer(
        state="refused", step=0, text="it is queued and has not begun"
    )


def test_a_run_that_was_deleted_is_passed_over(queued: Make, workers: Workers) -> None:
    runs = queued(3)
    queue = Queue(runs, jobs=1)
    queue.look()
    shutil.rmtree(runs[1].path)
    finish(workers[runs[0]])
    assert queue.look()
    queue.look()
    assert list(workers) == [runs[0], runs[2]]


def test_a_run_that_somebody_else_began_is_left_alone(queued: Make, workers: Workers) -> None:
    runs = queued(2)
    queue = Queue(runs, jobs=1)
    queue.look()
    write(runs[1], facts={"state": "finished"})
    finish(workers[runs[0]])
    assert not queue.look()
    assert state(runs[1])[0] == "finished"


def test_each_of_several_workers_takes_its_share_of_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert [launch.threads(jobs) for jobs in (1, 2, 3, 20)] == [8, 4, 2, 1]
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert launch.threads(2) == 5


def test_places_are_said_as_words() -> None:
    words = ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "113th"]
    assert [ordinal(place) for place in (1, 2, 3, 4, 11, 12, 13, 21, 102, 113)] == words


@pytest.mark.parametrize(
    "error", [BlockingIOError(11, "Resource temporarily unavailable"), LatentopError("no process", "wait")]
)
def test_a_worker_that_cannot_be_started_does_not_hold_up_the_line(
    queued: Make, workers: Workers, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    runs = queued(2)
    real = launch.start

    def start(run: RunFolder, *, resume: bool = False, turn: int | None = None) -> subprocess.Popen[bytes]:
        if run == runs[0]:
            raise error
        return real(run, resume=resume, turn=turn)

    monkeypatch.setattr(launch, "start", start)
    queue = Queue(runs, jobs=1)
    assert queue.look()
    assert queue.look()
    assert list(workers) == runs[1:]
    monkeypatch.setattr(launch, "start", real)
    finish(workers[runs[1]])
    queue.look()
    assert list(workers) == [runs[1], runs[0]]  # what could not be then may be possible now


def test_runs_side_by_side_have_turns_of_their_own(workers: Workers, queued: Make) -> None:
    """By which each takes another GPU: the one of whoever ended is free again."""
    runs = queued(4)
    queue = Queue(runs, 2)
    queue.look()
    assert [turns[run] for run in runs[:2]] == [0, 1]
    finish(workers[runs[0]])
    queue.look()
    assert turns[runs[2]] == 0


def test_a_run_beside_no_other_has_no_turn_and_may_choose(workers: Workers, queued: Make) -> None:
    (run,) = queued(1)
    Queue([run], 1).look()
    assert turns[run] is None


def test_a_run_that_is_only_to_be_looked_at_fails_alone_and_says_why(
    queued: Make, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, other = queued(2)
    (odd.path / "photos").symlink_to(odd.path)
    real = launch.start

    def start(run: RunFolder, *, resume: bool = False, turn: int | None = None) -> subprocess.Popen[bytes]:
        refuse_foreign(run.path)
        return real(run, turn=turn)

    monkeypatch.setattr(launch, "start", start)
    queue = Queue([odd, other], jobs=1)
    queue.look()
    assert list(workers) == [other]
    assert state(odd)[0] == "failed"
    assert "photos is a link" in str(facts(odd).error)


def test_a_run_that_cannot_be_opened_is_passed_over(queued: Make, workers: Workers) -> None:
    damaged, other = queued(2)
    damaged.database.write_bytes(b"this is no database, however long one reads" * 100)
    assert Queue([damaged, other], jobs=2).look()
    assert list(workers) == [other]


def test_what_is_asked_of_a_run_that_left_the_line_is_not_left_unanswered(
    queued: Make, workers: Workers
) -> None:
    _, run = queued(2)
    queue = Queue([_, run], jobs=1)
    queue.look()
    stop, late = commands.ask(run, "stop"), commands.ask(run, "checkpoint")
    queue.look()
    assert [commands.answer(run, number).state for number in (stop, late)] == ["applied", "refused"]
