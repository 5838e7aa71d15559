"""Which runs are in training right now, and which could train on."""

from pathlib import Path

from engine.run import folder
from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from engine.run.liveness import Liveness
from tui.looking import glance

UNREADABLE = Liveness("unreadable", False)
"""The state of a run of which nothing can be read."""
RESUMABLE = ("stopped", "crashed", "failed", "lost")


def liveness_of(run: RunFolder) -> Liveness:
    """The run's true state as of now; whatever keeps it from being read, it is unreadable."""
    try:
        return glance(run)[1]
    except Exception:  # a damaged run may fail in any way, and must not stand in the way of others
        return UNREADABLE


def living(runs: Path) -> list[RunFolder]:
    """The runs in training, newest first; those that wait for it, or can't be read, count as not."""
    try:
        return [run for run in folder.every(runs) if trains(liveness_of(run))]
    except LatentopError:
        return []


def any_runs(runs: Path) -> bool:
    """Whether the folder holds a run; one that can't be read holds none."""
    try:
        return bool(folder.every(runs))
    except LatentopError:
        return False


def trains(state: Liveness) -> bool:
    """Whether a worker of its own is there: a run that is queued lives, but has none yet."""
    return state.alive and state.name != "queued"


def resumable(run: RunFolder, state: Liveness) -> int | None:
    """The step that a run which ended early can train on from, 0 if it never began; None where it can't."""
    if state.name not in RESUMABLE:
        return None
    newest = run.newest_checkpoint
    return 0 if newest is None and _never_began(run) else newest


def _never_began(run: RunFolder) -> bool:
    try:
        facts, _ = glance(run)
    except LatentopError:
        return False
    return facts.started is None and not facts.step
