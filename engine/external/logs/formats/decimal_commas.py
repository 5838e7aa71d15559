"""Numbers with decimal commas, as many countries write them: ``D-Loss = 0,9385``."""

import re

_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
_POINT = re.compile(r"[0-9]\.[0-9]")
_NAMED = re.compile(r"[:=A-Za-z)]\s*[-+]?(?:0,[0-9]+|[0-9]+,(?![0-9]{3}(?![0-9]))[0-9]+)(?![0-9,.])")
"""A number behind its name, with a comma that parts no thousands."""


def has_decimal_commas(line: str) -> bool:
    """Whether a line writes so: no number in it has a point, and one has a comma elsewhere than thousands."""
    return "," in line and _POINT.search(line) is None and _NAMED.search(line) is not None


def dotted(text: str) -> str:
    """The same with points; what commas and blanks part stays apart."""
    return _COMMA.sub(".", text)
