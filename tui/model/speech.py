"""Words for who listens instead of looking: sentences, numbers and units as they are said, no symbols."""

import math
import re
from collections.abc import Container

from latentop.tui.model.number_text import duration, number
from latentop.tui.model.shown_series import measured

_SYMBOLS = (
    (" · ", ", "),
    ("·", ","),
    (" ± ", " plus or minus "),
    ("→", "to"),
    ("≥", "at least"),
    ("≤", "at most"),
    ("×", "times"),
    ("|∇G|", "gradient norm of the generator"),
    ("|∇D|", "gradient norm of the discriminator"),
    ("∇", "gradient "),
    ("°", " degrees"),
    ("…", ""),
    (" %", " percent"),
    ("%", " percent"),
    (" (", ", "),
    ("(", ""),
    (")", ""),
)
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?!\d)")
_UNITS = {"s": "second", "min": "minute", "h": "hour", "d": "day"}
_SPOKEN_UNITS = {
    " steps/s": " steps a second",
    " mse": "",
    " modes": "",
    " units": "",
    " norm": "",
    " probability": "",
    " rate": "",
    " mean": "",
}
"""Those that the name of the series says already are left out."""


def sentence(text: str) -> str:
    """The text as a sentence: a capital at its start, a full stop at its end, nothing that reads badly."""
    said = without_symbols(text).strip().rstrip(".")
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def without_symbols(text: str) -> str:
    """The text with symbols in words and numbers without gaps: ``31 percent``, ``step 3900``."""
    text = _THOUSANDS.sub(lambda found: found[0].replace(" ", ""), text)
    for symbol, words in _SYMBOLS:
        text = text.replace(symbol, words)
    return " ".join(text.split())


def value_of(series: str, value: float, among: Container[str] = ()) -> str:
    """The value of a series with its unit, as it is said: ``87 percent of real``, ``not a number``.

    ``among`` are the names of its run's series.
    """
    if not math.isfinite(value):
        return number(value).replace("NaN", "not a number")
    said = without_symbols(measured(series, value, among))
    for unit, words in _SPOKEN_UNITS.items():
        said = said.removesuffix(unit) + words if said.endswith(unit) else said
    return said


def span(seconds: float) -> str:
    """A time span by its two largest units: ``2 hours 5 minutes``."""
    count, unit, *rest = [*duration(seconds).split(), ""]
    if unit not in _UNITS:
        return count
    words = [(count, unit), *([(rest[0], rest[1])] if len(rest) > 1 else [])]
    return " ".join(f"{one} {_UNITS[unit]}{'' if one == '1' else 's'}" for one, unit in words)


def several(count: int, what: str) -> str:
    """A count of things: ``no alarm``, ``1 alarm``, ``2 alarms``."""
    return f"{count or 'no'} {what}{'s' if count > 1 else ''}"
