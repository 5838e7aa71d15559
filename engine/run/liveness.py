"""Is a run being trained right now? Told from pid, start time, boot, host and heartbeat, not from hope."""

import os
import socket
from dataclasses import dataclass

import psutil

from engine.run.facts import RunFacts

HEARTBEAT_SECONDS = 1.0
SILENT_SECONDS = 15.0
_ENDED = {"finished", "stopped", "failed"}


@dataclass(frozen=True, slots=True)
class Liveness:
    """``name`` is starting, running, paused, stopping, finished, stopped, failed, crashed or lost."""

    name: str
    alive: bool
    detail: str = ""


def identity() -> dict[str, object]:
    """The facts by which others recognise this process: pid, start time (seconds since the epoch), host."""
    return {
        "pid": os.getpid(),
        "process_started": psutil.Process().create_time(),
        "booted": psutil.boot_time(),
        "host": socket.gethostname(),
    }


def judge(facts: RunFacts, now: float) -> Liveness:
    """The run's true state at ``now`` (seconds since the epoch), whatever it last wrote about itself."""
    if facts.state in _ENDED:
        return Liveness(facts.state, False, facts.detail)
    recorded = Liveness(facts.state, True, facts.detail)
    silent = now - (facts.heartbeat or facts.created)
    if facts.host not in (None, socket.gethostname()):
        if silent > SILENT_SECONDS:
            return Liveness("lost", False, f"no word from {facts.host} for {silent:.0f} s")
        return recorded
    if facts.pid is None or facts.process_started is None:
        return (
            Liveness("crashed", False, "the worker never began") if silent > 2 * SILENT_SECONDS else recorded
        )
    if _same_process(facts.pid, facts.process_started):
        if silent > SILENT_SECONDS:
            return Liveness(facts.state, True, f"no word from the worker for {silent:.0f} s")
        return recorded
    return Liveness("crashed", False, "the worker is gone without a word")


def _same_process(pid: int, started: float) -> bool:
    """Whether that very process still runs: neither a zombie, nor a stranger with a recycled pid."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - started) < 2.0
    except psutil.Error:
        return False
