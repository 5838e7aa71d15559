"""Is a run being trained right now? Told from pid, start time, boot, host and heartbeat, not from hope."""

import socket
from dataclasses import dataclass

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


def identity(pid: int | None = None) -> dict[str, object]:
    """The facts by which others recognise a process, this one by default: pid, start time, boot, host.

    Times are seconds since the epoch.
    """
    process = psutil.Process(pid)
    return {
        "pid": process.pid,
        "process_started": process.create_time(),
        "booted": psutil.boot_time(),
        "host": socket.gethostname(),
    }


def judge(facts: RunFacts, now: float) -> Liveness:
    """The run's true state at ``now`` (seconds since the epoch), whatever it last wrote about itself."""
    if facts.state in _ENDED:
        return Liveness(facts.state, False, facts.detail)
    recorded = Liveness(facts.state, True, facts.detail)
    silent = now - (facts.heartbeat or facts.created)
    who = "its queue" if facts.state == "queued" else "the worker"
    if facts.host not in (None, socket.gethostname()):
        if silent > SILENT_SECONDS:
            return Liveness("lost", False, f"no word from {facts.host} for {silent:.0f} s")
        return recorded
    if facts.pid is None or facts.process_started is None:
        return Liveness("crashed", False, f"{who} never began") if silent > 2 * SILENT_SECONDS else recorded
    if _lives(facts, fresh=silent < FRESH_SECONDS):
        if silent > SILENT_SECONDS:
            silence = f"no word from {who} for {silent:.0f} s"
            return Liveness(facts.state, True, facts.detail or silence)
        return recorded
    return Liveness("crashed", False, f"{who} is gone without a word")


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
