"""Is a run being trained right now? Told from pid, start time, boot, host and heartbeat, not from hope."""

import socket
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.run.facts import RunFacts

FRESH_SECONDS = 3.0
SILENT_SECONDS = 15.0
_ENDED = {"finished", "stopped", "failed"}


@dataclass(frozen=True, slots=True)
class Liveness:
    """``name`` is queued, starting, running, paused, stopping, finished, stopped, failed, crashed or lost."""

    name: str
    alive: bool
    detail: str = ""
    elsewhere: bool = False
    """Whether a process that can't be looked for from here may train it on."""


def identity(pid: int | None = None) -> dict[str, object]:
    """The facts by which others recognise a process, this one by default: pid, start time, boot, host.

    Times are seconds since the epoch.
    """
    process = psutil.Process(pid)
    return {
        "pid": process.pid,
        "process_started": process.create_time(),
        "booted": psutil.boot_time(),
        "boot": _boot(),
        "processes": _processes(process.pid),
        "host": socket.gethostname(),
    }


def place(database: Path) -> dict[str, object]:
    """The fact by which the run that a worker writes is told from a copy of it."""
    return {"inode": database.stat().st_ino}


def judge(facts: RunFacts, now: float) -> Liveness:
    """The run's true state at ``now`` (seconds since the epoch), whatever it last wrote about itself."""
    if facts.state in _ENDED:
        return Liveness(facts.state, False, facts.detail)
    recorded = Liveness(facts.state, True, facts.detail)
    silent = now - (facts.heartbeat or facts.created)
    who = "its queue" if facts.state == "queued" else "the worker"
    if facts.host not in (None, socket.gethostname()) or facts.processes not in (None, _processes()):
        if silent > SILENT_SECONDS:
            silence = f"no word from {facts.host} for {silent:.0f} s"
            return Liveness("lost", False, silence, elsewhere=True)
        return recorded
    if facts.boot not in (None, _boot()):
        return Liveness("lost", False, f"{facts.host} was rebooted meanwhile")
    if facts.copied and silent >= FRESH_SECONDS:
        return Liveness("crashed", False, "a copy of a run in training: nobody trains it here")
    if facts.pid is None or facts.process_started is None:
        return Liveness("crashed", False, f"{who} never began") if silent > 2 * SILENT_SECONDS else recorded
    if _lives(facts, fresh=silent < FRESH_SECONDS):
        if silent > SILENT_SECONDS:
            silence = f"no word from {who} for {silent:.0f} s"
            return Liveness(facts.state, True, facts.detail or silence)
        return recorded
    return Liveness("crashed", False, f"{who} is gone without a word")


def _boot() -> str | None:
    """The name of this boot of the machine, whatever its clock does; None where the system gives none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _processes(pid: int | str = "self") -> str | None:
    """The namespace of a process: in a container, a pid means another process than outside of it."""
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return None


def _lives(facts: RunFacts, *, fresh: bool) -> bool:
    """Whether that very process still runs: neither a zombie, nor a stranger with a recycled pid.

    Start times are compared since the boot, and a fresh heartbeat needs none: a stepped clock moves them.
    """
    assert facts.pid is not None
    assert facts.process_started is not None
    try:
        process = psutil.Process(facts.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if facts.booted is None:
            moved = process.create_time() - facts.process_started
        else:
            moved = process.create_time() - psutil.boot_time() - (facts.process_started - facts.booted)
        return fresh or abs(moved) < 2.0
    except psutil.Error:
        return False
