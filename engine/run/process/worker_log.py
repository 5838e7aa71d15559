"""What a worker's log tells of its end: its last words, and the signal that ended it."""

from pathlib import Path

from latentop.engine.run import plain_files

BEGINS = "a worker begins"
"""Stands in the first line that a worker prints."""
_DIED = "Fatal Python error"
"""Begins what Python prints of a signal that ends it; behind it comes the line that it was at."""
_SIGNALS = {
    "Segmentation fault": "SIGSEGV",
    "Bus error": "SIGBUS",
    "Floating point exception": "SIGFPE",
    "Illegal instruction": "SIGILL",
}
"""As Python calls them there; of every other fatal error it aborts."""
_UNCAUGHT = ("terminate called", "libc++abi: terminating")
"""Begins what C++ prints, before it aborts, of an exception that nobody caught; see the next one, too."""
_WHAT = "what():"
_LAST = 16_384
_REASON = 80
"""Letters of a reason, at most."""


def last_words(log: Path, most: int) -> tuple[str, ...]:
    """The lines that say how the newest worker ended, at most so many: the last, in general."""
    lines = _lines(log)
    at = _died(lines)
    if at is None:
        return tuple(lines[-most:])
    return (*_uncaught(lines[:at]), *lines[at:])[:most]


def ending(log: Path) -> str:
    """How the newest worker ended, as what follows ``it ended``: ``by SIGABRT (std::bad_alloc)``.

    Empty where the log does not say: nobody prints a word of what SIGKILL or ``os._exit`` ends.
    """
    lines = _lines(log)
    at = _died(lines)
    if at is None:
        return ""
    name = _SIGNALS.get(lines[at].removeprefix(_DIED).lstrip(": "), "SIGABRT")
    said = [line.strip().removeprefix(_WHAT).strip() for line in _uncaught(lines[:at]) if _WHAT in line]
    return f"by {name} ({said[0][:_REASON]})" if said else f"by {name}"


def _lines(log: Path) -> list[str]:
    """What the newest worker printed last."""
    lines = [line.rstrip() for line in plain_files.tail(log, _LAST).splitlines() if line.strip()]
    began = max((at for at, line in enumerate(lines) if BEGINS in line), default=-1)
    return lines[began + 1 :]


def _died(lines: list[str]) -> int | None:
    return next((at for at, line in enumerate(lines) if line.startswith(_DIED)), None)


def _uncaught(before: list[str]) -> list[str]:
    """The lines of an exception that C++ aborted for, at the end of those ``before`` Python's own."""
    began = [at for at, line in enumerate(before) if line.startswith(_UNCAUGHT)]
    return before[began[-1] :] if began else []
