"""Whether a run is being trained right now: told from the process itself, not from what it last wrote."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from engine.run import commands, liveness
from engine.run.errors import UsageError
from engine.run.facts import RunFacts, from_values
from engine.run.folder import RunFolder
from engine.run.liveness import SILENT_SECONDS, judge
from tests.recorded import alive, new_run, write
from tests.support import facts, wait_until

NOW = 1_000_000.0


@pytest.fixture
def running() -> RunFacts:
    """A run that this very process trains, and that was heard of just now."""
    return from_values({**liveness.identity(), "state": "running", "heartbeat": NOW, "created": NOW - 60})


@pytest.fixture
def ended() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has ended, and that nobody has asked about yet: a zombie."""
    process = subprocess.Popen(["true"])
    wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
    yield process
    process.wait()


@pytest.mark.parametrize("state", ["starting", "running", "paused", "stopping"])
def test_a_living_worker_is_what_it_says(running: RunFacts, state: str) -> None:
    told = judge(replace(running, state=state, detail="reading data"), NOW + 1)
    assert (told.name, told.alive, told.detail) == (state, True, "reading data")


def test_a_living_worker_that_is_silent_is_said_to_be(running: RunFacts) -> None:
    told = judge(running, NOW + 42)
    assert (told.name, told.alive) == ("running", True)
    assert told.detail == "no word from the worker for 42 s"
    assert judge(running, NOW + SILENT_SECONDS).detail == ""


@pytest.mark.parametrize("state", ["starting", "running", "paused", "stopping"])
def test_a_dead_worker_has_crashed_whatever_it_last_wrote(
    running: RunFacts, ended: subprocess.Popen[bytes], state: str
) -> None:
    gone = replace(
        running, state=state, pid=ended.pid, process_started=psutil.Process(ended.pid).create_time()
    )
    ended.wait()
    told = judge(gone, NOW)
    assert (told.name, told.alive) == ("crashed", False)
    assert told.detail == "the worker is gone without a word"


def test_a_zombie_has_crashed(running: RunFacts, ended: subprocess.Popen[bytes]) -> None:
    zombie = replace(running, pid=ended.pid, process_started=psutil.Process(ended.pid).create_time())
    assert judge(zombie, NOW).name == "crashed"


def test_a_stranger_with_the_workers_pid_is_not_the_worker(running: RunFacts) -> None:
    assert running.process_started is not None
    for seconds in (-3600, 3600):
        recycled = replace(running, process_started=running.process_started + seconds)
        assert judge(recycled, NOW + 5).name == "crashed"


def test_a_stepped_clock_is_no_crash(running: RunFacts) -> None:
    assert running.process_started is not None
    assert running.booted is not None
    stepped = replace(running, process_started=running.process_started + 60, booted=running.booted + 60)
    assert judge(stepped, NOW + 5).name == running.state
    unsure = replace(running, process_started=running.process_started + 60)
    assert judge(unsure, NOW).name == running.state  # its heartbeat is fresh


@pytest.mark.parametrize("state", ["finished", "stopped", "failed"])
def test_a_run_that_ended_stays_so_even_where_its_process_lives(running: RunFacts, state: str) -> None:
    for now in (NOW, NOW + 1e6):
        told = judge(replace(running, state=state), now)
        assert (told.name, told.alive) == (state, False)


def test_a_worker_on_another_host_is_known_by_its_heartbeat_only(running: RunFacts) -> None:
    there = replace(running, host=f"not-{socket.gethostname()}", pid=os.getpid(), process_started=1.0)
    assert judge(there, NOW + 1).name == "running"
    lost = judge(there, NOW + 42)
    assert (lost.name, lost.alive) == ("lost", False)
    assert lost.detail == f"no word from not-{socket.gethostname()} for 42 s"


def test_a_run_is_queued_only_while_its_queue_lives(
    running: RunFacts, ended: subprocess.Popen[bytes]
) -> None:
    queued = replace(running, state="queued", detail="3rd in line")
    assert judge(queued, NOW + 42) == liveness.Liveness("queued", True, "3rd in line")
    gone = replace(queued, pid=ended.pid, process_started=psutil.Process(ended.pid).create_time())
    ended.wait()
    told = judge(gone, NOW)
    assert (told.name, told.alive, told.detail) == ("crashed", False, "its queue is gone without a word")
    made = RunFacts(state="queued", created=NOW)
    assert judge(made, NOW + 5).name == "queued"
    assert judge(made, NOW + 42) == liveness.Liveness("crashed", False, "its queue never began")


def test_another_process_is_recognised_as_it_recognises_itself(ended: subprocess.Popen[bytes]) -> None:
    assert liveness.identity() == liveness.identity(os.getpid())
    assert liveness.identity(ended.pid)["pid"] == ended.pid


def test_a_worker_that_never_began_has_crashed_after_a_while() -> None:
    made = RunFacts(state="starting", created=NOW)
    assert judge(made, NOW + 5).name == "starting"
    told = judge(made, NOW + 3 * SILENT_SECONDS)
    assert (told.name, told.alive, told.detail) == ("crashed", False, "the worker never began")


def test_a_machine_that_was_rebooted_has_lost_its_runs_whoever_has_their_pid_now(running: RunFacts) -> None:
    if running.boot is None:
        pytest.skip("this system gives its boots no names")
    told = judge(replace(running, boot="another boot"), NOW + 1)
    assert (told.name, told.alive, told.elsewhere) == ("lost", False, False)
    assert told.detail == f"{socket.gethostname()} was rebooted meanwhile"
    assert judge(replace(running, boot="another boot", state="finished"), NOW + 1).name == "finished"


def test_in_a_container_of_the_same_name_only_the_heartbeat_tells(running: RunFacts) -> None:
    """It shares the host's name and boot, but a pid means another process there."""
    if running.processes is None:
        pytest.skip("this system has no namespaces")
    there = replace(running, processes="pid:[1]", pid=2**30)
    assert judge(there, NOW + 1).name == "running"
    assert judge(there, NOW + 42).name == "lost"


def test_a_worker_that_was_held_and_a_lost_one_that_is_heard_again_revive(running: RunFacts) -> None:
    there = replace(running, host="elsewhere")
    assert judge(there, NOW + 42).name == "lost"
    assert judge(replace(there, heartbeat=NOW + 41), NOW + 42) == liveness.Liveness("running", True)
    process = subprocess.Popen(["sleep", "1000"])
    try:
        told = from_values({**asdict(running), **liveness.identity(process.pid)})
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)
        held = judge(told, NOW + 42)
        assert (held.name, held.alive, held.detail) == ("running", True, "no word from the worker for 42 s")
        process.send_signal(signal.SIGCONT)
        assert judge(replace(told, heartbeat=NOW + 42), NOW + 42) == liveness.Liveness("running", True)
    finally:
        process.kill()
        process.wait()
    assert judge(told, NOW + 1).name == "crashed"


def test_a_real_stranger_with_a_recycled_pid_is_not_the_worker(running: RunFacts) -> None:
    """The process that lives under the pid began later than the worker, whenever it was last heard of."""
    stranger = subprocess.Popen(["sleep", "1000"])
    try:
        began = psutil.Process(stranger.pid).create_time()
        recycled = replace(running, pid=stranger.pid, process_started=began - 30)
        assert judge(recycled, NOW + 5).name == "crashed"
        assert judge(replace(recycled, process_started=began), NOW + 5).name == "running"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_copy_of_a_run_in_training_is_not_in_training(tmp_path: Path) -> None:
    run = new_run(tmp_path / "runs", **{**alive(), "heartbeat": NOW})
    write(run, facts=liveness.place(run.database))
    assert judge(facts(run), NOW + 5).name == "running"
    moved = run.path.rename(tmp_path / "moved")
    copy = RunFolder(Path(shutil.copytree(moved, tmp_path / "copy")))
    assert judge(facts(RunFolder(moved)), NOW + 5).name == "running"
    told = judge(facts(copy), NOW + 5)
    assert (told.name, told.alive) == ("crashed", False)
    assert told.detail == "a copy of a run in training: nobody trains it here"
    with pytest.raises(UsageError, match="nobody is there to pause it"):
        commands.ask(copy, "pause")
