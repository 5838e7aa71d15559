"""Lines that are nothing but names, each with its number behind a blank: ``step 100 foo 0.5 bar 1.2``.

The step may stand before them in brackets: ``[100] foo 0.5``.
"""

import re

from latentop.engine.external.logs import counters

_NUMBER = r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|nan|inf(?:inity)?)"
_PAIR = rf"(?P<name>[^\W\d][\w./+*()-]*):?\s+{_NUMBER}"
_NAME = re.compile(rf"(?:^|(?<=[\s,;:|]))(?:{_PAIR})(?=$|[\s,;:|])", re.IGNORECASE)
_PAIRS = rf"(?:{_PAIR.replace('?P<name>', '?:')}(?:[\s,;:|]+|$))"
_LINE = re.compile(rf"{_PAIRS}{{2,}}", re.IGNORECASE)
_BEHIND_STEP = re.compile(rf"\[\s*[0-9]+(?:\s*/\s*[0-9]+)?\s*\][\s:,|-]*(?P<pairs>{_PAIRS}+)", re.IGNORECASE)
_MEASURED = re.compile(r"\s[-+]?(?:[0-9]*\.[0-9]|[0-9]+e-|nan\b|inf)", re.IGNORECASE)
_OF_PROSE = frozenset(
    {"a", "after", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "than", "the", "to"}
    | {"took", "until", "was", "with"}
)


def is_of_pairs(line: str) -> bool:
    """Whether a line is made of such pairs alone, a counter among them, and is no prose.

    Elsewhere a word before a number is no name: ``loaded 500 images``. ``steps 2000`` says how many there
    will be.
    """
    told = line.strip(" \t\r\n-=>*#|")
    if behind := _BEHIND_STEP.fullmatch(told):
        names = [found["name"].lower() for found in _NAME.finditer(behind["pairs"])]
        return _MEASURED.search(behind["pairs"]) is not None and _OF_PROSE.isdisjoint(names)
    if not _LINE.fullmatch(told):
        return False
    names = [found["name"].lower() for found in _NAME.finditer(told)]
    counting = [name for name in names if counters.is_counter(name)]
    return any(not name.endswith("s") for name in counting) and _OF_PROSE.isdisjoint(names)
