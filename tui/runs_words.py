"""The sentences around the list of runs: above it, below it, and in its place where it is empty."""

from collections.abc import Sequence
from pathlib import Path

from tui import runs_cells, runs_list
from tui.runs_feed import RunRow
from tui.runs_list import View
from tui.terminal import Terminal
from tui.widgets.textline import Words
from tui.widgets.texts import Span
from tui.wording import clean, megabytes, shortened

EMPTY = "No runs here yet.\n\np chooses a preset and trains it at once."
LOOKING = "looking …"
TITLE = " latentop "
OF_A_RUN = ("choose", "mark", "find", "sort", "rename", "note", "delete")
"""Actions that need a run in the list."""
NAMED = 4
"""At most as many runs are named in a question."""
GAP = 3
LEAST = 8
"""Characters of the path that always stay."""


def heading(
    runs: Path, shown: int, count: int, hidden: int, view: View, terminal: Terminal, width: int
) -> Words:
    """Where the runs lie, how many are shown, in which order, how many are marked; ``hidden`` of these."""
    parts = [f"{shown} of {count}" if view.words else f"{count}"] if count else []
    if count > 1:
        parts.append(f"by {runs_cells.heading(view.by, view, ascii=terminal.ascii)}")
    if view.marked:
        parts.append(f"{len(view.marked)} marked" + (f" ({hidden} hidden)" if hidden else ""))
    told = clean(" · ".join(parts), ascii=terminal.ascii)
    words = "  runs in "
    room = width - len(TITLE) - len(words) - (GAP + len(told) + 1 if told else 0)
    path = shortened(clean(str(runs), ascii=terminal.ascii), max(room, LEAST), ascii=terminal.ascii)
    text = f"{words}{path}" + (f"{' ' * GAP}{told}" if told else "")
    return (Span(TITLE, bold=True), text)


def about(row: RunRow | None) -> Words:
    """The run under the cursor in a line: id, name, note, what it is a fork of; or why it can't be read."""
    if row is None:
        return ()
    facts = row.summary.facts
    trouble = row.trouble.replace(f"{row.run.path}/", "")
    parts = (facts.name, facts.note, runs_list.origin(row), row.liveness.detail, trouble)
    told = " · ".join(filter(None, parts))
    return (Span(f" {row.run.id}", bold=True), f"  {told}")


def deletion(names: Sequence[str], hidden: int, size: int) -> str:
    """The question before runs are deleted; ``hidden`` of them the search hides, ``size`` in bytes."""
    told = ", ".join(names[:NAMED])
    told += f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    marks = f" {len(names)} marked, {hidden} of them hidden by the search." if hidden else ""
    return f"Delete {told}?{marks} {megabytes(size)} would be gone for good."


def labels(view: View, count: int) -> dict[str, str]:
    """The actions that have no place in the bottom line now, since there is nothing to do them to."""
    idle = [*(OF_A_RUN if not count else ()), *(("compare",) if len(view.marked) < 2 else ())]
    return dict.fromkeys(idle, "")


def nothing(view: View, count: int | None, trouble: str, terminal: Terminal) -> str:
    """Why no run is shown, and what to do about it; ``count`` is None until they are counted."""
    if count is None:
        return clean(LOOKING, ascii=terminal.ascii)
    if trouble:
        return clean(trouble, ascii=terminal.ascii)
    if count:
        found = f"Nothing matches {view.words.strip()!r}: {count} runs are hidden."
        return clean(found, ascii=terminal.ascii) + "\n\nesc shows all."
    return EMPTY
