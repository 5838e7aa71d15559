"""Numbers, times and other people's text in words that are safe and pleasant to print."""

import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from textwrap import shorten

from latentop.engine.run.errors import LatentopError
from latentop.engine.run.facts import RunFacts
from latentop.tui.model.number_text import megabytes

RECENT = "recent mean"
"""What the value is called that is told of a series which jumps from batch to batch."""
_IN_BRACKETS = re.compile(r" \([^()]*\)")
_CLAUSE = re.compile("[;,] ")
_ENDS = {"; ": "", ", ": ", …"}
"""What is left of what ends a clause."""
TELLING = 20
"""Characters with which the beginning of a sentence still tells something."""
_BLANK = str.maketrans({"\n": " ", "\r": " ", "\t": " "})
SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))
"""Variation selectors: with one a character may be wider than by itself, and terminals disagree how wide."""


def clean(text: str) -> str:
    r"""The text on one line with nothing in it that a terminal obeys.

    Control characters, escape codes and invisible direction marks are spelt out: ``\x1b``. Each character is
    as wide as by itself. What a run's database says of itself was written by somebody else, so all output
    goes through here.
    """
    text = text.translate(SELECTORS)
    if text.isprintable():
        return text
    return "".join(_visible(one) for one in text.translate(_BLANK))


def _visible(one: str) -> str:
    if one.isprintable() or unicodedata.category(one) == "Zs":
        return one
    return one.encode("unicode_escape").decode("ascii")


def shortened(text: str, width: int) -> str:
    """The text in at most ``width`` characters, cut in the middle: of a run, day and seed stay."""
    if len(text) <= width:
        return text
    room = max(0, width - 1)
    return (text[: room - room // 2] + "…" + text[len(text) - room // 2 :])[:width]


def abridged(text: str, width: int) -> str:
    """The text in at most ``width`` characters, cut at the end: after a clause, if that leaves a third.

    What is in brackets goes first. After a comma three dots stand for the rest, which may belong to a list.
    Empty where so little is left that it tells nothing.
    """
    if len(text) <= width:
        return text
    text = _IN_BRACKETS.sub("", text)
    if len(text) <= width:
        return text
    clauses = [text[: found.start()] + _ENDS[found.group()] for found in _CLAUSE.finditer(text)]
    fitting = [one for one in clauses if width // 3 < len(one) <= width]
    cut = fitting[-1] if fitting else shorten(text, max(width, 2), placeholder=" …")
    return cut if len(cut) >= TELLING else ""


def table(rows: Sequence[Sequence[str]], *, right: Collection[int] = (), gap: int = 2) -> list[str]:
    """Rows of cells as aligned lines; the columns numbered in ``right`` are aligned to the right.

    Between columns are ``gap`` blanks. Nothing is cut or wrapped, however narrow the terminal: the lines are
    also read by programs.
    """
    from rich.cells import cell_len  # most commands print no table, and start without it

    cells = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        blanks = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        padded = (
            blank + cell if place in right else cell + blank
            for place, (cell, blank) in enumerate(zip(row, blanks, strict=True))
        )
        lines.append((" " * gap).join(padded).rstrip())
    return lines


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


def as_many(names: Sequence[str], room: int) -> str:
    """The first of the names that fit, whole, and how many more there are: ``Sandal, Bag +3``."""
    shown = fitting(names, room)
    return _first(names, shown) if shown else str(len(names))


def fitting(names: Sequence[str], room: int) -> int:
    """How many of the names ``as_many`` has room for."""
    return next((shown for shown in range(len(names), 0, -1) if len(_first(names, shown)) <= room), 0)


def _first(names: Sequence[str], shown: int) -> str:
    more = f" +{len(names) - shown}" if shown < len(names) else ""
    return f"{', '.join(names[:shown])}{more}"


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key to sort names with numbers in them as people do: ``unit-2`` before ``unit-10``."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name))


def room(size: int, facts: RunFacts) -> str:
    """What a run takes on disk and may take: ``43 MB``, ``1 830 of 2 000 MB, thinned``."""
    if not facts.pressure or facts.size_limit is None:
        return megabytes(size)
    return f"{megabytes(size).removesuffix(' MB')} of {megabytes(facts.size_limit)}, thinned"
