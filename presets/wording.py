"""Numbers and other people's names in sentences: what presets, training and screens write alike."""

from collections.abc import Sequence

NAMED = 5
"""Names in a sentence, at most."""


def spaced(number: int) -> str:
    """A whole number with its thousands apart: ``4 210``."""
    return f"{number:,}".replace(",", " ")


def gibibytes(size: float) -> str:
    """A number of bytes of memory as ``3.2 GiB``."""
    return f"{size / 2**30:.1f} GiB"


def printable(name: str) -> str:
    """A name in which nothing can move a cursor or break a line: � stands for whatever could."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)


def listed(names: Sequence[str]) -> str:
    """The first names, fit to be printed, and … where there are more."""
    more = ["…"] if len(names) > NAMED else []
    return ", ".join([*map(printable, names[:NAMED]), *more])
