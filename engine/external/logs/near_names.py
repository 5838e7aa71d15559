"""What a log has, for a message about what it has not."""

import difflib
from collections.abc import Sequence

from latentop.engine.run.errors import UsageError

_LONGEST = 60


def short(name: str) -> str:
    """A name in a message: one line, of bounded length, with nothing that a terminal would obey."""
    told = name if name.isprintable() else ascii(name)[1:-1]
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"


def listed(names: Sequence[str], most: int = 30) -> str:
    """Names, the first of them."""
    more = len(names) - most
    return ", ".join(map(short, names[:most])) + (f" and {more} more" if more > 0 else "")


def no_column(place: str, asked: str, columns: Sequence[str]) -> UsageError:
    """The error that says so, and what may have been meant."""
    near = difflib.get_close_matches(asked, columns, n=1)
    return UsageError(
        f"{place} has no column {short(asked)!r}; it has: {listed(columns)}",
        f"did you mean {short(near[0])!r}?" if near else "name one of these",
    )
