"""Numbers, times and other people's text in words that are safe and pleasant to print."""

import json
import math
import re
import time
import unicodedata
from collections.abc import Sequence

from engine.run import series
from engine.run.errors import LatentopError
from engine.run.facts import RunFacts
from tui.draw.plain import plain_ascii

RECENT = "recent mean"
"""What the value is called that is told of a series which jumps from batch to batch."""
_BLANK = str.maketrans({"\n": " ", "\r": " ", "\t": " "})
_SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))
"""Variation selectors: with one a character may be wider than by itself, and terminals disagree how wide."""


def printable(text: str) -> str:
    r"""The text on one line with nothing in it that a terminal obeys.

    Control characters, escape codes and invisible direction marks are spelt out: ``\x1b``. Each character is
    as wide as by itself. What a run's database says of itself was written by somebody else, so all output
    goes through here.
    """
    text = text.translate(_SELECTORS)
    if text.isprintable():
        return text
    return "".join(_visible(one) for one in text.translate(_BLANK))


def _visible(one: str) -> str:
    if one.isprintable() or unicodedata.category(one) == "Zs":
        return one
    return one.encode("unicode_escape").decode("ascii")


def clean(text: str, *, ascii: bool = False) -> str:
    """Printable text for the screen; for one that shows nothing but ASCII, in the nearest such characters."""
    shown = printable(text)
    return plain_ascii(_plainer(shown)) if ascii else shown


def shortened(text: str, width: int, *, ascii: bool = False) -> str:
    """The text in at most ``width`` characters, cut in the middle: of a run, day and seed stay."""
    if len(text) <= width:
        return text
    gap = "..." if ascii else "…"
    room = max(0, width - len(gap))
    return (text[: room - room // 2] + gap + text[len(text) - room // 2 :])[:width]


def reason(error: Exception) -> str:
    """Why something could not be done, and what to do about it, in a line."""
    if isinstance(error, LatentopError):
        return f"{error.message}; {error.hint}"
    return f"unexpected {type(error).__name__}: {error}"


def setting(value: object) -> str:
    """The value of a setting as TOML, and as ``--set`` takes it: ``[100, 50]``, ``false``, ``leaky-relu``."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            plain = re.fullmatch(r"[A-Za-z][\w-]*", value) and value not in ("true", "false", "inf", "nan")
            return value if plain else json.dumps(value, ensure_ascii=False)
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            pairs = (f"{_key(str(key))} = {_toml(one)}" for key, one in value.items())
            return f"{{ {', '.join(pairs)} }}" if value else "{}"
    return str(value)


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else setting(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def spaced(number: int) -> str:
    """A whole number with its thousands apart: ``4 210``."""
    return f"{number:,}".replace(",", " ")


def number(value: float) -> str:
    """Four significant digits; ``NaN`` and ``infinite`` in words."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    if float(value).is_integer() and abs(value) < 1e15:
        return spaced(int(value))
    return f"{value:.4g}"


def short(value: float) -> str:
    """A measured value in at most six characters: ``0.0123``, ``1.21``, ``480``, ``nan``."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value != 0 and (abs(value) < 1e-3 or abs(value) >= 1e5):
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:.3g}"


def as_many(names: Sequence[str], room: int) -> str:
    """The first of the names that fit, whole, and how many more there are: ``Sandal, Bag +3``."""
    for shown in range(len(names), 0, -1):
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        text = f"{', '.join(names[:shown])}{more}"
        if len(text) <= room:
            return text
    return str(len(names))


def measured(name: str, value: float) -> str:
    """The value of a series with its unit: ``0.8312 nats``, ``87 % of real``, ``9.3 steps/s``."""
    unit, _ = series.describe(name)
    if unit in ("share", "of real") and math.isfinite(value):
        return share(value) + (" of real" if unit == "of real" else "")
    return f"{number(value)} {unit}".rstrip()


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key to sort names with numbers in them as people do: ``unit-2`` before ``unit-10``."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name))


def percent(share: float) -> str:
    """A share as ``87 %``."""
    if math.isfinite(share) and abs(share) >= 1e4:
        return f"{short(100 * share)} %"
    return f"{share:.0%}".replace("%", " %")


def share(value: float) -> str:
    """A finite share to three digits, such that two which differ look different: ``8.13 %``, ``1 743 %``."""
    if 10 <= abs(value) < 1e4:
        return f"{spaced(round(100 * value))} %"
    return f"{100 * value:.3g} %"


def room(size: int, facts: RunFacts) -> str:
    """What a run takes on disk and may take: ``43 MB``, ``1 830 of 2 000 MB, thinned``."""
    if not facts.pressure or facts.size_limit is None:
        return megabytes(size)
    return f"{megabytes(size).removesuffix(' MB')} of {megabytes(facts.size_limit)}, thinned"


def megabytes(size: int) -> str:
    """A number of bytes as ``0.4 MB``, ``12 MB``, ``1 204 MB``."""
    millions = size / 1e6
    return f"{millions:.1f} MB" if millions < 10 else f"{spaced(round(millions))} MB"


def duration(seconds: float) -> str:
    """A time span by its two largest units: ``45 s``, ``12 min``, ``2 h 5 min``, ``3 d 4 h``."""
    if not math.isfinite(seconds):
        return "unknown"
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def roughly(seconds: float) -> str:
    """A time span by its largest unit, in at most six characters: ``45 s``, ``12 min``, ``5 h``, ``3 d``."""
    whole = max(round(seconds), 0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= length:
            return f"{whole // length} {unit}"
    return f"{whole} s"


def age(wall: float, now: float) -> str:
    """How long ago a moment was: ``just now``, ``5 min ago``."""
    return "just now" if now - wall < 3 else f"{duration(now - wall)} ago"


def progress(step: int, steps: int) -> str:
    """How far a run is: ``4 210 of 20 000 (21 %)``."""
    if steps <= 0:
        return spaced(step)
    return f"{spaced(step)} of {spaced(steps)} ({math.floor(100 * step / steps)} %)"


def traffic(bytes_per_second: float) -> str:
    """What goes over a link, such as ``4.2 kB/s``."""
    if bytes_per_second < 1000:
        return f"{bytes_per_second:.0f} B/s"
    return f"{bytes_per_second / 1000:.1f} kB/s"


def rate(speed: float) -> str:
    """Steps a second: ``9.3 it/s``; slow ones by the step: ``4.1 s/it``."""
    if speed >= 100:
        return f"{speed:.0f} it/s"
    return f"{speed:.1f} it/s" if speed >= 1 else f"{1 / speed:.1f} s/it"


def clock(wall: float) -> str:
    """The time of day of a wall time, in this machine's zone: ``14:03``."""
    return time.strftime("%H:%M", time.localtime(wall))


def _plainer(text: str) -> str:
    for fancy, plain in (
        ("·", "-"),
        ("│", "|"),
        ("…", "..."),
        ("—", "-"),
        ("●", "*"),
        ("→", "->"),
        ("←", "<-"),
        ("∇|", "grad|"),
        ("∇", "grad "),
        ("±", "+-"),
        ("×", "x"),
        ("σ", "s"),
        ("Δ", "d"),
        ("°", ""),
    ):
        text = text.replace(fancy, plain)
    return text
