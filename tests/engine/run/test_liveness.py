"""Whether a run is being trained right now: told from the process itself, not from what it last wrote."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from latentop.engine.run import commands
from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import RunFacts, from_values
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness, worker_log
from latentop.engine.run.process.liveness import SILENT_SECONDS, judge
from tests.support.real_runs import facts, wait_until
from tests.support.recorded_runs import alive, new_run, write

NOW = 1_000_000.0
NOBODY_KNOWS = "is gone without a word, as after kill -9, want of memory or os._exit; its log: worker.log"
THROWS = """
import os
print("terminate called after throwing an instance of 'std::bad_alloc'")
print("  what():  std::bad_alloc", flush=True)
os.abort()
"""
"""Prints what C++ does of an exception that nobody caught, and ends as it does."""


@pytest.fixture
def running() -> RunFacts:
    """A run that this very process trains, and that was heard of just now."""
    return from_values(
        {**liveness.identity().values, "state": "running", "heartbeat": NOW, "created": NOW - 60}
    )


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
    assert told.quiet == 42
    assert judge(running, NOW + 600).detail == "no word from the worker for 10 min"
    assert judge(running, NOW + 7500).detail == "no word from the worker for 2 h 5 min"
    assert judge(running, NOW + SILENT_SECONDS) == liveness.Liveness("running", True)


def test_a_worker_that_is_heard_and_takes_no_step_says_what_it_is_at(running: RunFacts) -> None:
    stuck = replace(running, doing="taking step 301", doing_since=NOW - 27)
    told = judge(stuck, NOW + 1)
    assert (told.name, told.alive, told.quiet) == ("running", True, 27)
    assert told.detail == "no step for 27 s: taking step 301"
    for state in ("paused", "starting"):
        assert judge(replace(stuck, state=state), NOW + 1) == liveness.Liveness(state, True)
    assert judge(replace(stuck, doing_since=NOW - 3), NOW + 1) == liveness.Liveness("running", True)
    assert judge(replace(stuck, doing_since=NOW - 27), NOW + 42).detail == "no word from the worker for 42 s"


@pytest.mark.parametrize(
    ("program", "how"),
    [
        ("raise SystemExit(7)", "with exit code 7"),
        ("import os; os.abort()", "by SIGABRT"),
        ("import os; os.kill(os.getpid(), 9)", "by SIGKILL: somebody's kill -9, or want of memory"),
    ],
)
def test_who_started_a_worker_knows_how_it_ended(running: RunFacts, program: str, how: str) -> None:
    worker = launch.spawn([sys.executable, "-c", program], subprocess.DEVNULL, subprocess.DEVNULL)
    gone = replace(running, pid=worker.pid, process_started=psutil.Process(worker.pid).create_time())
    wait_until(lambda: judge(gone, NOW).name == "crashed")
    assert judge(gone, NOW).detail == f"the worker ended {how}"
    launch.spawn(["true"], subprocess.DEVNULL, subprocess.DEVNULL).wait()  # others come, and it is reaped
    assert judge(gone, NOW).detail == f"the worker ended {how}"


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
    assert told.detail == f"the worker {NOBODY_KNOWS}"


@pytest.mark.parametrize(
    ("program", "how"),
    [
        ("import faulthandler; faulthandler._sigsegv()", "ended by SIGSEGV"),
        ("import os; os.abort()", "ended by SIGABRT"),
        ("import ctypes; ctypes.pythonapi.Py_FatalError(b'it broke')", "ended by SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGFPE)", "ended by SIGFPE"),
        (THROWS, "ended by SIGABRT (std::bad_alloc)"),
        ("import os; os._exit(7)", NOBODY_KNOWS),
        ("import os; os.kill(os.getpid(), 9)", NOBODY_KNOWS),
    ],
)
def test_who_did_not_start_a_worker_reads_in_its_log_how_it_ended(
    tmp_path: Path, program: str, how: str
) -> None:
    """After ``train --detach`` nobody is left who could ask for its exit code."""
    run = new_run(tmp_path, **alive())
    with run.log.open("w") as log:
        before = "Fatal Python error: Bus error, of an older one"
        print(before, f"INFO {worker_log.BEGINS}: process 7", "at work", sep="\n", file=log, flush=True)
        worker = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-c", program], stdout=log, stderr=log
        )
        write(run, facts={"pid": worker.pid, "process_started": psutil.Process(worker.pid).create_time()})
        worker.wait()
    told = judge(facts(run), NOW)
    assert (told.name, told.detail) == ("crashed", f"the worker {how}")


def test_that_the_system_ran_out_of_memory_meanwhile_is_told(
    running: RunFacts, ended: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = replace(running, pid=ended.pid, process_started=psutil.Process(ended.pid).create_time())
    ended.wait()
    monkeypatch.setattr(liveness, "_memory_kills", lambda: 5)
    told = "since it began, the system has ended {} for want of memory"
    for before, several in ((4, "a process"), (2, "3 processes")):
        known = replace(gone, memory_kills=before)
        assert judge(known, NOW).detail == f"the worker is gone without a word: {told.format(several)}"
        seen = judge(replace(known, died="by SIGKILL"), NOW).detail
        assert seen == f"the worker ended by SIGKILL: {told.format(several)}"
    for nothing in (replace(gone, memory_kills=5), replace(gone, memory_kills=None)):
        assert judge(nothing, NOW).detail == f"the worker {NOBODY_KNOWS}"
    assert (
        judge(replace(gone, memory_kills=4, died="by SIGTERM"), NOW).detail == "the worker ended by SIGTERM"
    )


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
    assert judge(queued, NOW + 3) == liveness.Liveness("queued", True, "3rd in line")
    assert judge(queued, NOW + 42) == liveness.Liveness("queued", True, "3rd in line", quiet=42)
    gone = replace(queued, pid=ended.pid, process_started=psutil.Process(ended.pid).create_time())
    ended.wait()
    told = judge(gone, NOW)
    assert (told.name, told.alive, told.detail) == ("crashed", False, "its queue is gone without a word")
    made = RunFacts(state="queued", created=NOW)
    assert judge(made, NOW + 5).name == "queued"
    assert judge(made, NOW + 42) == liveness.Liveness("crashed", False, "its queue never began")


def test_another_process_is_recognised_as_it_recognises_itself(ended: subprocess.Popen[bytes]) -> None:
    assert liveness.identity() == liveness.identity(os.getpid())
    assert liveness.identity(ended.pid).values["pid"] == ended.pid


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
        told = from_values({**asdict(running), **liveness.identity(process.pid).values})
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
    write(run, facts=liveness.place(run.database).values)
    assert judge(facts(run), NOW + 5).name == "running"
    moved = run.path.rename(tmp_path / "moved")
    copy = RunFolder(Path(shutil.copytree(moved, tmp_path / "copy")))
    assert judge(facts(RunFolder(moved)), NOW + 5).name == "running"
    told = judge(facts(copy), NOW + 5)
    assert (told.name, told.alive) == ("crashed", False)
    assert told.detail == "a copy of a run in training: nobody trains it here"
    with pytest.raises(UsageError, match="nobody is there to pause it"):
        commands.ask(copy, "pause")
