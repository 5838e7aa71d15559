"""The line of runs: who begins when, and what is answered. Workers are processes that wait to be ended."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.run import commands, launch, liveness
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.queue import Queue, ordinal
from tests.recorded import DCGAN, write
from tests.support import everything, facts


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[RunFolder, subprocess.Popen[bytes]]]:
    """The processes that stand for workers, by run; they end when their input is closed."""
    started: dict[RunFolder, subprocess.Popen[bytes]] = {}

    def start(run: RunFolder) -> subprocess.Popen[bytes]:
        assert run not in started
        started[run] = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        return started[run]

    monkeypatch.setattr(launch, "start", start)
    yield started
    for worker in started.values():
        finish(worker)


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
    finish(workers[run])
    assert not queue.look()
    assert state(run)[0] == "crashed"


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
    monkeypatch.setattr("engine.run.queue.HEARTBEAT_SECONDS", 0.0)
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


def test_a_worker_that_cannot_be_started_does_not_hold_up_the_line(
    queued: Make, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = queued(2)
    real = launch.start

    def start(run: RunFolder) -> subprocess.Popen[bytes]:
        if run == runs[0]:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return real(run)

    monkeypatch.setattr(launch, "start", start)
    queue = Queue(runs, jobs=1)
    assert queue.look()
    assert queue.look()
    assert list(workers) == runs[1:]
