"""What befalls a run in training: each fault a function that strikes it, and says nothing of what follows."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil

from latentop.engine.run import commands
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from latentop.engine.run.store import database
from tests.support.real_runs import ask, end, facts, wait_until
from tests.support.terminal import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``strike`` hits a run in training; how, and how long, it draws from the random numbers it is given.

    It returns when the run is over, or trains again. ``told`` is what the run's marks say of it after a
    resume. ``sudden``: the worker is killed in the midst of training.
    """

    name: str
    strike: Callable[[RunFolder, Random], None]
    told: str = ""
    sudden: bool = False
    back: bool = False
    """Whether it takes the training back: what was recorded after that is to be forgotten."""


def state(run: RunFolder) -> str:
    """What the run is doing, as everybody sees it."""
    return liveness.judge(facts(run), time.time()).name


def trains_on(run: RunFolder) -> None:
    """Return when the run has trained further than it has now."""
    step = facts(run).step
    wait_until(lambda: state(run) == "running" and facts(run).step > step)


def kill(run: RunFolder) -> None:
    """Kill the run's worker, if it lives, and return when it is gone."""
    pid = facts(run).pid
    end(run)
    wait_until(lambda: pid is None or not psutil.pid_exists(pid))


def _kill_worker(run: RunFolder, chance: Random) -> None:
    if chance.random() < 0.5:
        commands.ask(run, "checkpoint")  # and die before, while or after it is written
    time.sleep(chance.uniform(0.0, 0.2))
    kill(run)


def _truncate_checkpoint(run: RunFolder, chance: Random) -> None:
    assert ask(run, "checkpoint").state == "applied"
    kill(run)
    newest = max(run.checkpoints.glob("step-*.pt"))
    os.truncate(newest, chance.randrange(newest.stat().st_size))


def _stop(run: RunFolder, chance: Random) -> None:
    if chance.random() < 0.5:
        assert ask(run, "stop").state == "applied"
    else:
        os.kill(_worker(run), signal.SIGTERM)
    wait_until(lambda: state(run) == "stopped")


def _pause(run: RunFolder, chance: Random) -> None:
    assert ask(run, "pause").state == "applied"
    wait_until(lambda: state(run) == "paused")
    time.sleep(chance.uniform(0.0, 1.0))
    if chance.random() < 0.5:
        assert ask(run, "resume").state == "applied"
        trains_on(run)
    else:
        kill(run)


def _go_back(run: RunFolder, chance: Random) -> None:
    wait_until(lambda: facts(run).snapshots)
    rewinds = facts(run).rewinds
    commands.ask(run, "rollback")
    if chance.random() < 0.5:
        wait_until(lambda: facts(run).rewinds > rewinds)
        trains_on(run)
    else:  # die before, while or after it is done
        time.sleep(chance.uniform(0.0, 0.2))
        kill(run)


def _freeze(run: RunFolder, chance: Random) -> None:
    os.kill(_worker(run), signal.SIGSTOP)
    time.sleep(chance.uniform(0.0, 2.0))
    os.kill(_worker(run), signal.SIGCONT)
    trains_on(run)


def _kill_viewer(run: RunFolder, chance: Random) -> None:
    with Terminal("attach", str(run.path)) as viewer:
        viewer.wait_for("training")
        time.sleep(chance.uniform(0.0, 0.5))
        viewer.process.kill()
    trains_on(run)


def _hang_up(run: RunFolder, chance: Random) -> None:
    with Terminal("attach", str(run.path)) as viewer:
        viewer.wait_for("training")
        time.sleep(chance.uniform(0.0, 0.5))
        os.kill(_worker(run), signal.SIGHUP)
        viewer.hang_up()
        wait_until(lambda: viewer.process.poll() is not None)
    trains_on(run)


def _fill_disk(run: RunFolder, chance: Random) -> None:
    with _no_room(run):
        wait_until(lambda: "no space" in _detail(run) or "no word" in _detail(run))
        if killed := chance.random() < 0.5:
            kill(run)
    if not killed:
        trains_on(run)


def _lock_database(run: RunFolder, chance: Random) -> None:
    with _locked(run):
        time.sleep(chance.choice((0.5, 1.0, 2.0, 3.0, database.BUSY_SECONDS + 1.0)))
    trains_on(run)


FAULTS = (
    Fault(name="worker killed", strike=_kill_worker, sudden=True),
    Fault(name="viewer killed", strike=_kill_viewer),
    Fault(name="terminal hung up", strike=_hang_up),
    Fault(name="stopped", strike=_stop),
    Fault(name="paused", strike=_pause),
    Fault(name="gone back", strike=_go_back, back=True),
    Fault(name="frozen", strike=_freeze),
    Fault(name="disk full", strike=_fill_disk),
    Fault(name="checkpoint truncated", strike=_truncate_checkpoint, told="can't be read"),
    Fault(name="database locked", strike=_lock_database),
)


def deal(number: int, chance: Random) -> list[Fault]:
    """So many faults in a random order, of each kind as many as of the others, or one more."""
    order = chance.sample(FAULTS, len(FAULTS))
    dealt = [order[place % len(order)] for place in range(number)]
    chance.shuffle(dealt)
    return dealt


def _worker(run: RunFolder) -> int:
    pid = facts(run).pid
    assert pid is not None
    return pid


def _detail(run: RunFolder) -> str:
    return liveness.judge(facts(run), time.time()).detail


def _no_room(run: RunFolder) -> AbstractContextManager[None]:
    """As long as it holds, the run can't grow: on a small disk of its own by what else lies there."""
    runs = run.path.parent
    return _filled(runs) if runs.is_mount() else _limited(_worker(run))


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    """Fill a disk to the last byte."""
    filler = disk / "filler"
    try:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(65_536))
        yield
    finally:
        filler.unlink()


@contextmanager
def _limited(pid: int) -> Iterator[None]:
    """Let a process write no file past 16 KB, as a quota does."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (16_384, resource.RLIM_INFINITY))
    yield
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def _locked(run: RunFolder) -> Iterator[None]:
    """Another program holds the run's database for itself."""
    command = [sys.executable, "-c", _HOLD, str(run.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield
