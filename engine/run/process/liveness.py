"""Is a run being trained right now? Told from pid, start time, boot, host and heartbeat, not from hope."""

import socket
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from latentop.engine.run.events import Facts
from latentop.engine.run.facts import RunFacts, told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, worker_log

FRESH_SECONDS = 3.0
SILENT_SECONDS = 15.0
_ENDED = {"finished", "stopped", "failed"}
_KILLED = "by SIGKILL"


@dataclass(frozen=True, slots=True)
class Liveness:
    """``name`` is queued, starting, running, paused, stopping, finished, stopped, failed, crashed or lost."""

    name: str
    alive: bool
    detail: str = ""
    elsewhere: bool = False
    """Whether a process that can't be looked for from here may train it on."""
    quiet: float = 0.0
    """Seconds since it was heard, or trained on, where its process is there and that is long; else 0."""
    watched: bool = False
    """Whether another program trains it, and its process here only reads that one's log."""
    removed: bool = False
    """See RunFacts."""


def identity(pid: int | None = None) -> Facts:
    """The facts by which others recognise a process, this one by default: pid, start time, boot, host.

    Times are seconds since the epoch.
    """
    process = psutil.Process(pid)
    return told(
        pid=process.pid,
        process_started=process.create_time(),
        booted=psutil.boot_time(),
        boot=_boot(),
        processes=_processes(process.pid),
        host=socket.gethostname(),
        memory_kills=_memory_kills(),
    )


def place(database: Path) -> Facts:
    """The fact by which the run that a worker writes is told from a copy of it."""
    return told(inode=database.stat().st_ino)


def judge(facts: RunFacts, now: float) -> Liveness:
    """The run's true state at ``now`` (seconds since the epoch), whatever it last wrote about itself."""
    return replace(_judged(facts, now), watched=bool(facts.watches), removed=facts.removed)


def _judged(facts: RunFacts, now: float) -> Liveness:
    if facts.state in _ENDED:
        return Liveness(facts.state, False, facts.detail)
    recorded = Liveness(facts.state, True, facts.detail)
    silent = now - (facts.heartbeat or facts.created)
    who = "its queue" if facts.state == "queued" else facts.trainer
    if not here(facts):
        if silent > SILENT_SECONDS:
            silence = f"no word from {facts.host} for {silent:.0f} s"
            return Liveness("lost", False, silence, elsewhere=True)
        return recorded
    if facts.boot not in (None, _boot()):
        return Liveness("lost", False, f"{facts.host} was rebooted meanwhile")
    if facts.copied and silent >= FRESH_SECONDS:
        what = "watched: nobody reads its log" if facts.watches else "in training: nobody trains it"
        return Liveness("crashed", False, f"a copy of a run {what} here")
    if facts.pid is None or facts.process_started is None:
        return Liveness("crashed", False, f"{who} never began") if silent > 2 * SILENT_SECONDS else recorded
    if lives(facts, fresh=silent < FRESH_SECONDS):
        if silent > SILENT_SECONDS:
            silence = f"no word from {who} for {_span(silent)}"
            return Liveness(facts.state, True, facts.detail or silence, quiet=silent)
        return _stuck(facts) or recorded
    return Liveness("crashed", False, f"{who} {_end(facts, facts.pid)}")


def here(facts: RunFacts) -> bool:
    """Whether the run's process, if it has one, can be looked for from here."""
    return facts.host in (None, socket.gethostname()) and facts.processes in (None, _processes())


def _end(facts: RunFacts, pid: int) -> str:
    """How a run's process ended, as far as anybody can know."""
    queued = facts.state == "queued"
    seen = launch.end_of(pid) or facts.died
    log = RunFolder(Path(facts.folder)).log
    logged = "" if queued else worker_log.ending(log)
    if logged and logged.startswith(seen):
        return f"ended {logged}"
    if seen not in ("", _KILLED):
        return f"ended {seen}"
    kills, before = _memory_kills(), facts.memory_kills
    if kills is not None and before is not None and kills > before:
        ended = f"ended {seen}" if seen else "is gone without a word"
        several = "a process" if kills == before + 1 else f"{kills - before} processes"
        return f"{ended}: since it began, the system has ended {several} for want of memory"
    if seen:
        return f"ended {seen}: somebody's kill -9, or want of memory"
    if queued:
        return "is gone without a word"
    said = "is gone without a word, as after kill -9, want of memory or os._exit"
    elsewhere = facts.scripted and not log.exists()  # what it printed went to where it was started
    return said if elsewhere else f"{said}; its log: {log.name}"


def _memory_kills() -> int | None:
    """How many processes the system has ended for want of memory since it was booted; None: it says not."""
    try:
        counts = dict(line.split() for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines())
        return int(counts["oom_kill"])
    except (OSError, ValueError, KeyError):
        return None


def _stuck(facts: RunFacts) -> Liveness | None:
    """A run that is heard, and whose training does not get on; both times are of the worker's own clock."""
    if facts.state not in ("running", "stopping") or facts.heartbeat is None or facts.doing_since is None:
        return None
    idle = facts.heartbeat - facts.doing_since
    if idle <= SILENT_SECONDS:
        return None
    long = _span(idle)
    said = f"nothing new for {long}" if facts.watches else f"no step for {long}: {facts.doing}"
    return Liveness(facts.state, True, said, quiet=idle)


def _span(seconds: float) -> str:
    """As ``number_text.duration`` has it, which nothing here can import."""
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join(f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min")) if count)


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


def lives(facts: RunFacts, *, fresh: bool = False) -> bool:
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
