"""Numbers, times and states in words. Text that comes from runs is made harmless here."""

import time
import unicodedata

from engine.run.liveness import Liveness
from tui.draw.sheet import plain_ascii

THIN = "\u2009"

STATES = {
    "starting": "starting",
    "running": "training",
    "paused": "paused",
    "stopping": "stopping",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "crashed": "crashed",
    "lost": "lost",
}
ASKED = {
    "pause": "pausing",
    "resume": "resuming",
    "stop": "stopping",
    "checkpoint": "writing a checkpoint",
    "set": "changing a setting",
}
VERDICTS = {
    "unknown": "too early to judge",
    "healthy": "healthy",
    "warning": "warning",
    "collapsed": "COLLAPSED",
    "diverged": "DIVERGED",
    "cycling": "CYCLING",
    "oscillating": "OSCILLATING",
    "memorising": "MEMORISING",
    "stalled": "STALLED",
}
TONES = {
    "running": "success",
    "starting": "accent",
    "paused": "warning",
    "stopping": "warning",
    "finished": "primary",
    "stopped": "primary",
    "failed": "error",
    "crashed": "error",
    "lost": "error",
    "healthy": "success",
    "warning": "warning",
    "unknown": "foreground",
}
"""Which colour of the theme goes with a state or a verdict; the verdicts left out are errors."""


def tone(name: str) -> str:
    """The theme's colour for a state or a verdict."""
    return TONES.get(name, "error")


def clean(text: str, *, ascii: bool = False) -> str:
    """One line without control, format or bidirectional characters, which a terminal might obey."""
    kept = "".join(
        " " if character in "\n\r\t" else character
        for character in text
        if character in "\n\r\t" or not unicodedata.category(character).startswith("C")
    )
    return plain_ascii(_plainer(kept)) if ascii else kept


def spaced(number: int, *, ascii: bool = False) -> str:
    """A whole number with its thousands apart: 4 210."""
    return f"{number:,}".replace(",", " " if ascii else THIN)


def percent(share: float) -> str:
    """A share as ``87 %``."""
    return f"{share:.0%}".replace("%", " %")


def duration(seconds: float) -> str:
    """Seconds as a person says them: ``45 s``, ``31 min``, ``2 h 05 min``, ``3 d 4 h``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    return f"{hours // 24} d {hours % 24} h"


def rate(speed: float) -> str:
    """Steps a second: ``9.3 it/s``; slow ones by the step: ``4.1 s/it``."""
    if speed >= 100:
        return f"{speed:.0f} it/s"
    return f"{speed:.1f} it/s" if speed >= 1 else f"{1 / speed:.1f} s/it"


def clock(wall: float) -> str:
    """The time of day of a wall time, in this machine's zone: ``14:03``."""
    return time.strftime("%H:%M", time.localtime(wall))


def state(liveness: Liveness, pending: tuple[str, ...] = ()) -> str:
    """A run's state in words, or what it has been asked to do and has not answered yet."""
    if pending:
        return f"{ASKED.get(pending[-1], clean(pending[-1]))} …"
    return STATES.get(liveness.name, clean(liveness.name))


def verdict(name: str) -> str:
    """A verdict in words; those that need somebody are in capitals."""
    return VERDICTS.get(name, clean(name).replace("-", " ").upper())


def number(value: float) -> str:
    """A measured value in at most six characters: ``0.0123``, ``1.21``, ``480``, ``nan``."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value != 0 and (abs(value) < 1e-3 or abs(value) >= 1e5):
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:.3g}"


def _plainer(text: str) -> str:
    for fancy, plain in (
        (THIN, " "),
        ("·", "-"),
        ("│", "|"),
        ("…", "..."),
        ("—", "-"),
        ("●", "*"),
        ("→", "->"),
        ("∇", "grad "),
    ):
        text = text.replace(fancy, plain)
    return text
