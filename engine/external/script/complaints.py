"""Trouble that ends no training: each is told once, on standard error and in the run."""

import logging
import re
import sys
from collections.abc import Callable
from contextlib import suppress

from latentop.engine.external.script.calls import values

MOST = 100
_NUMBER = re.compile(r"\d+")
_LOG = logging.getLogger("latentop")


class Complaints:
    """Of a run that may not be there yet. What differs but in its numbers, as of a step, is the same."""

    def __init__(self) -> None:
        self._mark: Callable[[str], object] | None = None
        self._instead: Callable[[], str] = str
        self._said: dict[str, str] = {}
        self._heard = _Heard(self)

    def into(self, mark: Callable[[str], object], instead: Callable[[], str]) -> None:
        """``mark`` writes one into the run from now on, first those that have been said.

        What the parts of a run log is said, too; they mark what is to be marked. ``instead`` returns what is
        to be said in the place of all else, once there is such a thing.
        """
        self._mark, self._instead = mark, instead
        for line in self._said.values():
            mark(line)
        _LOG.addHandler(self._heard)
        _LOG.propagate = False

    def end(self) -> None:
        """Leave what is logged to others again."""
        _LOG.removeHandler(self._heard)
        _LOG.propagate = not _LOG.handlers

    def tell(self, text: str, *, marked: bool = True) -> None:
        """Say it, unless it has been said; of very many, no more."""
        line = values.printable(self._instead() or text)
        kind = _NUMBER.sub("0", line)
        if kind in self._said or len(self._said) >= MOST:
            return
        self._said[kind] = line
        with suppress(Exception):  # a closed standard error is no reason to end a training
            sys.stderr.write(f"latentop: {line}\n")
        with suppress(Exception):
            if self._mark and marked:
                self._mark(line)


def said(error: Exception, where: str) -> str:
    """What an error says, on one line, and where it was raised."""
    return f"{type(error).__name__} in {where}: {' '.join(str(error).split())}"


class _Heard(logging.Handler):
    """Tells what is logged."""

    def __init__(self, complaints: Complaints) -> None:
        super().__init__(logging.WARNING)
        self._complaints = complaints

    def emit(self, record: logging.LogRecord) -> None:
        """Say its message."""
        self._complaints.tell(record.getMessage(), marked=False)
