"""Numbers with decimal commas, as many countries write them: ``D-Loss = 0,9385``."""

import re
from collections.abc import Sequence

_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
_POINT = re.compile(r"[0-9]\.[0-9]")
_NAMED = re.compile(r"[:=A-Za-z)]\s*[-+]?(?:0,[0-9]+|[0-9]+,(?![0-9]{3}(?![0-9]))[0-9]+)(?![.,]?[0-9])")
"""A number behind its name, with a comma that parts no thousands."""


def has_decimal_commas(line: str, *, known: bool = False) -> bool:
    """Whether a line writes so: no number in it has a point, and one has a comma elsewhere than thousands.

    Where other lines of its log are ``known`` to, any comma in a number will do.
    """
    if "," not in line or _POINT.search(line) is not None:
        return False
    return (_COMMA if known else _NAMED).search(line) is not None


def writes_commas(lines: Sequence[str]) -> bool:
    """Whether more lines of a log have decimal commas than points."""
    return sum(map(has_decimal_commas, lines)) > sum(_POINT.search(line) is not None for line in lines)


def dotted(text: str) -> str:
    """The same with points; what commas and blanks part stays apart."""
    return _COMMA.sub(".", text)
