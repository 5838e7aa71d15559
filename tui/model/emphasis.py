"""How a line of words is meant; what writes it knows the colours."""

from typing import Literal

Tone = Literal["plain", "heading", "faint", "good", "warning", "critical"]

_VERDICTS: dict[str, Tone] = {"healthy": "good", "unknown": "plain", "warning": "warning"}


def of_verdict(name: str) -> Tone:
    """How a verdict or a severity is meant: all others are names of critical alarms."""
    return _VERDICTS.get(name, "critical")
