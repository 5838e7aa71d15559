"""Which runs are in training right now, and which could train on."""

from pathlib import Path

from latentop.engine.run import folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import Liveness
from latentop.tui.runs.glance import glance

UNREADABLE = Liveness("unreadable", False)
"""The state of a run of which nothing can be read."""
CUT_OFF = ("crashed", "lost")
RESUMABLE = (*CUT_OFF, "stopped", "failed")


def liveness_of(run: RunFolder) -> Liveness:
    """The run's true state as of now; whatever keeps it from being read, it is unreadable."""
    try:
        return glance(run)[1]
    except Exception:  # a damaged run may fail in any way, and must not stand in the way of others
        return UNREADABLE


def living(runs: Path) -> list[RunFolder]:
    """The runs in training, newest first.

    Those that wait for it, that another program trains, or that can't be read, count as not.
    """
    try:
        states = [(run, liveness_of(run)) for run in folder.every(runs)]
        return [run for run, state in states if trains(state) and not state.watched]
    except LatentopError:
        return []


def any_runs(runs: Path) -> bool:
    """Whether the folder holds a run; one that can't be read holds none."""
    try:
        return bool(folder.every(runs))
    except LatentopError:
        return False


def trains(state: Liveness) -> bool:
    """Whether a process of its own is there: a run that is queued lives, but has none yet."""
    return state.alive and state.name != "queued"


def resumable(run: RunFolder, state: Liveness) -> int | None:
    """The step that a run which ended early can train on from, 0 if it never began; None where it can't."""
    if state.name not in RESUMABLE or state.removed:
        return None
    newest = run.newest_checkpoint
    return 0 if newest is None and _never_began(run) else newest


def cut_off(runs: Path, *, scripted: bool = False) -> list[RunFolder]:
    """The runs that were in training or in line when their process ended, and can go on; the oldest first.

    Those of scripts, or else these alone: somebody is asked before a script is started.
    """
    states = {run: liveness_of(run) for run in reversed(folder.every(runs))}
    return [
        run
        for run, state in states.items()
        if state.name in CUT_OFF
        and not state.elsewhere
        and resumable(run, state) is not None
        and glance(run)[0].scripted == scripted
    ]


def _never_began(run: RunFolder) -> bool:
    try:
        facts, _ = glance(run)
    except LatentopError:
        return False
    if facts.watches:  # a log is read again from its beginning
        return True
    return not facts.step and (facts.scripted or facts.started is None)
