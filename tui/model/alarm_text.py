"""An alarm in words, the same ones everywhere: its title, and its sentence without what that says. Pure."""

from latentop.engine.run.store.reader import Alarm
from latentop.tui.model import run_state

_SAID = {
    "collapsed": ("mode collapse",),
    "cycling": ("mode cycling",),
    "memorising": ("memorising",),
    "diverged": ("training diverged", "divergence"),
    "exploding": ("training explodes",),
    "posterior-collapse": ("posterior collapse",),
}
"""What sentences begin with that the title says already."""
_SINCE = " · since step "


def title(alarm: Alarm) -> str:
    """``COLLAPSED``: the verdict that a critical one is; ``WARNING`` of others, named in the sentence."""
    return run_state.verdict(alarm.name if alarm.severity == "critical" else "warning", alive=True).upper()


def named(alarm: Alarm) -> str:
    """The title of one whose sentence is not beside it: ``COLLAPSED``, ``WARNING over-fitting``."""
    return title(alarm) if alarm.severity == "critical" else f"{title(alarm)} {alarm.name}"


def sentence(alarm: Alarm) -> str:
    """What it says, with numbers, but not since when, and not its title once more."""
    said = alarm.sentence.partition(_SINCE)[0]
    if alarm.severity == "critical":
        for head in _SAID.get(alarm.name, ()):
            said = said.removeprefix(f"{head}: ")
    return said


def in_full(alarm: Alarm) -> str:
    """Title and sentence."""
    return f"{title(alarm)}  {sentence(alarm)}"
