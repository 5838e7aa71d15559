"""Asking the person at the terminal, yes or no."""

import sys
from collections.abc import Sequence

from latentop.engine.run.errors import UsageError
from latentop.tui.commands.standard_output import aside

_YES = ("y", "yes")


def agreed(what: str, question: Sequence[str]) -> bool:
    """Whether the person agrees. Raises UsageError where nobody is there to be asked about ``what``."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{what}: nobody is there to be asked", "add --yes")
    first, *more = question
    aside(first, "warning")
    for line in more:
        aside(line)
    aside("yes or no:")
    return sys.stdin.readline().strip().lower() in _YES
