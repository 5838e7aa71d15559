"""The sentences around the list of runs: above it, below it, and in its place where it is empty."""

from collections.abc import Sequence
from pathlib import Path

from latentop.tui.model.number_text import megabytes
from latentop.tui.model.plain_text import clean, shortened
from latentop.tui.runs import run_columns, run_list
from latentop.tui.runs.folder_feed import RunRow
from latentop.tui.runs.run_list import RunListView
from latentop.tui.widgets.textline import Words
from latentop.tui.widgets.texts import Span

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
    runs: Path, shown: int, count: int, training: int, hidden: int, view: RunListView, width: int
) -> Words:
    """Where the runs lie, how many are shown and train, in which order, how many are marked.

    ``hidden`` of the marked ones the search hides.
    """
    parts = [f"{shown} of {count}" if view.words else f"{count}"] if count else []
    if view.marked:
        parts.append(f"{len(view.marked)} marked" + (f" ({hidden} hidden)" if hidden else ""))
    if training:
        parts.append(f"{training} in training")
    if count > 1:
        first = f", {'oldest' if view.descending else 'newest'} first" if view.by == "age" else ""
        parts.append(f"by {run_columns.heading(view.by, view)}{first}")
    told = " · ".join(parts)
    words = "  runs in "
    room = width - len(TITLE) - len(words) - (GAP + len(told) + 1 if told else 0)
    path = shortened(clean(str(runs)), max(room, LEAST))
    text = f"{words}{path}" + (f"{' ' * GAP}{told}" if told else "")
    return (Span(TITLE, bold=True), text)


def about(row: RunRow | None) -> Words:
    """The run under the cursor in a line: id, name, note, origin, config, and what went wrong with it."""
    if row is None:
        return ()
    facts = row.summary.facts
    trouble = row.trouble.replace(f"{row.run.path}/", "")
    parts = (
        facts.name,
        facts.note,
        run_list.origin(row),
        row.liveness.detail,
        facts.error if row.liveness.name == "failed" else "",
        trouble,
        run_list.config(row),
        run_list.unjudged(row),
    )
    told = " · ".join(filter(None, parts))
    return (Span(f" {row.run.id}", bold=True), f"  {told}")


def deletion(names: Sequence[str], hidden: int, size: int) -> str:
    """The question before runs are deleted; ``hidden`` of them the search hides, ``size`` in bytes."""
    told = ", ".join(names[:NAMED])
    told += f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    marks = f" {len(names)} marked, {hidden} of them hidden by the search." if hidden else ""
    return f"Delete {told}?{marks} {megabytes(size)} would be gone for good."


def labels(view: RunListView, count: int) -> dict[str, str]:
    """The actions that have no place in the bottom line now, since there is nothing to do them to."""
    idle = [*(OF_A_RUN if not count else ()), *(("compare",) if len(view.marked) < 2 else ())]
    return dict.fromkeys(idle, "")


def nothing(view: RunListView, count: int | None, trouble: str) -> str:
    """Why no run is shown, and what to do about it; ``count`` is None until they are counted."""
    if count is None:
        return LOOKING
    if trouble:
        return clean(trouble)
    if count:
        found = f"Nothing matches {view.words.strip()!r}: {count} runs are hidden."
        return clean(found) + "\n\nesc shows all."
    return EMPTY
