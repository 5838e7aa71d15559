"""Where every command writes: safe lines for people, or JSON for programs. Colour only on a terminal."""

import json
import math
import os
import sys
from collections.abc import Mapping
from typing import TextIO

from latentop.tui.model.emphasis import Tone
from latentop.tui.model.plain_text import clean

_SGR: dict[Tone, str] = {"heading": "1", "faint": "2", "good": "32", "warning": "33", "critical": "31"}


PLAIN = ("dumb", "unknown")
"""What TERM says of a terminal that can do nothing but print lines."""


class Output:
    """Standard output of one command. ``as_json`` says that the asker wants JSON instead of words."""

    def __init__(self, stream: TextIO, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self._stream = stream
        self._colour = wants_colour(stream)

    def line(self, text: str = "", tone: Tone = "plain") -> None:
        """Write one line. Whatever the text holds, it stays one line and moves no cursor."""
        self._stream.write(f"{_toned(clean(text), tone, self._colour)}\n")
        self._stream.flush()

    def json(self, value: object, *, indent: int | None = None) -> None:
        """Write one JSON value; NaN and infinities become the texts ``NaN``, ``Infinity``, ``-Infinity``."""
        self._stream.write(f"{to_json(value, indent)}\n")
        self._stream.flush()


def aside(text: str, tone: Tone = "plain") -> None:
    """Write one safe line to standard error: what concerns the person, not the pipe."""
    sys.stderr.write(f"{_toned(clean(text), tone, wants_colour(sys.stderr))}\n")
    sys.stderr.flush()


def can_show_dashboard() -> bool:
    """Whether standard input and output are a terminal, and one whose cursor can be moved."""
    return not no_dashboard()


def no_dashboard() -> str:
    """Why standard input and output can show no dashboard; empty where they can."""
    for stream, called in ((sys.stdin, "standard input"), (sys.stdout, "standard output")):
        if not stream.isatty():
            return f"{called} is no terminal"
    name = os.environ.get("TERM", "")
    return f"TERM={name} is a terminal that can only print lines" if name in PLAIN else ""


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour what goes there: a terminal that can, and a person who did not say NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in PLAIN


def to_json(value: object, indent: int | None = None) -> str:
    """Valid JSON in plain ASCII, without a character that a terminal would obey."""
    text = json.dumps(_jsonable(value), allow_nan=False, indent=indent)
    return text.replace("\x7f", "\\u007f")


def _toned(text: str, tone: Tone, colour: bool) -> str:
    return f"\x1b[{_SGR[tone]}m{text}\x1b[0m" if colour and text and tone in _SGR else text


def _jsonable(value: object) -> object:
    match value:
        case float() if math.isnan(value):
            return "NaN"
        case float() if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        case Mapping():
            return {str(key): _jsonable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_jsonable(inner) for inner in value]
    return value
