"""The table of the checks, the verdict below it, and its place in the results."""

from collections import Counter
from collections.abc import Sequence

from benchmarks.gpu.check import Check, State

BEGIN, END = "<!-- gpu: written by `python -m benchmarks gpu --write` -->", "<!-- end of gpu -->"
HEAD = ("| check | | figure | wanted | s |", "|---|---|---|---|---|")
_MARKS: dict[State, str] = {"passed": "passed", "failed": "**failed**", "skipped": "skipped"}


def line(check: Check) -> str:
    """The row in Markdown."""
    cells = (
        *(check.name, _MARKS[check.state], check.figure, check.wanted),
        f"{check.seconds:.1f}",
    )
    return f"| {' | '.join(one.replace('|', '/') for one in cells)} |"


def verdict(checks: Sequence[Check], *, whole: bool = True) -> str:
    """One sentence: what failed by name, and how many were not looked at. ``whole``: run to the end."""
    counts = Counter(one.state for one in checks)
    figures = ", ".join(f"{counts[state]} {state}" for state in _MARKS)
    failed = [one.name for one in checks if one.state == "failed"]
    if failed:
        return f"FAILED: {', '.join(failed)} ({figures})"
    if not whole:
        return f"UNKNOWN: interrupted ({figures})"
    if not counts["passed"]:
        return f"UNKNOWN: nothing was looked at ({figures})"
    return f"PASSED: nothing failed ({figures})"


def written(document: str, section: str) -> str:
    """The document with the section between its two markers, which are put at its end where it has none."""
    block = f"{BEGIN}\n\n{section}\n{END}"
    if BEGIN not in document:
        return f"{document.rstrip()}\n\n{block}\n"
    before, _, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the results have no line {END}")
    return f"{before}{block}{after}"
