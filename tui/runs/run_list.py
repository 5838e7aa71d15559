"""The list of runs as one looks at it: what is in it, in which order, which runs are marked. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from latentop.engine.run import series
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.verdicts import rank
from latentop.tui.model import judgement, run_state
from latentop.tui.model.number_text import spaced
from latentop.tui.model.plain_text import setting
from latentop.tui.runs.folder_feed import RunRow

Sortable = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunListView:
    """How somebody looks at the list; it is kept while they look at something else."""

    by: str = "age"
    descending: bool = False
    words: str = ""
    """Only runs in which all of these words occur."""
    marked: frozenset[RunFolder] = frozenset()
    cursor: str = ""
    """The id of the run that the cursor is on."""


def by_column(view: RunListView, column: str) -> RunListView:
    """Sorted by that column, what one looks for first; by the same one again the other way round."""
    if column not in ORDERS:
        return view
    turned = not view.descending if column == view.by else column in DESCENDING
    return replace(view, by=column, descending=turned)


def by_next(view: RunListView) -> RunListView:
    """Sorted by the next column that one can sort by."""
    names = list(ORDERS)
    return by_column(view, names[(names.index(view.by) + 1) % len(names)])


def turned_mark(view: RunListView, run: RunFolder) -> RunListView:
    """The view with the mark of a run set, or taken away."""
    return replace(view, marked=view.marked ^ {run})


def shown(rows: Sequence[RunRow], view: RunListView) -> list[RunRow]:
    """The rows that the view lets through, in its order; where there is nothing to compare a row is last."""
    kept = [row for row in rows if matches(row, view.words)]
    if view.by == "age":
        return kept[::-1] if view.descending else kept
    order = ORDERS[view.by]
    known = [row for row in kept if order(row) is not None]
    ordered = sorted(known, key=lambda row: order(row) or (), reverse=view.descending)
    return ordered + [row for row in kept if order(row) is None]


def marked(rows: Sequence[RunRow], view: RunListView) -> list[RunRow]:
    """The marked rows in the order of the view, those that the search hides too."""
    return [row for row in shown(rows, replace(view, words="")) if row.run in view.marked]


def hidden(rows: Sequence[RunRow], view: RunListView) -> int:
    """How many marked runs the search hides."""
    return sum(not matches(row, view.words) for row in marked(rows, view))


def matches(row: RunRow, words: str) -> bool:
    """Whether each word occurs in what a run says of itself: its name, state, note, config …"""
    facts = row.summary.facts
    told = (
        row.run.id,
        facts.name,
        facts.preset,
        state(row),
        verdict(row),
        facts.note,
        origin(row),
        config(row),
    )
    text = " ".join(told).casefold()
    return all(word in text for word in words.casefold().split())


def state(row: RunRow) -> str:
    """The run's state in words, or what it was asked and has not answered."""
    return run_state.state(row.liveness, row.summary.pending if row.liveness.alive else ())


def verdict(row: RunRow) -> str:
    """The run's verdict in words; empty before there is anything to judge."""
    if not row.summary.begun:
        return ""
    return judgement.verdict(row.summary.facts, alive=row.liveness.alive)


def unjudged(row: RunRow) -> str:
    """Why it has no verdict, and what to try; empty where it has one, and before it began."""
    return judgement.in_full(row.summary.facts, alive=row.liveness.alive) if row.summary.begun else ""


def origin(row: RunRow) -> str:
    """Of which run it is a fork, and from which step on; empty for one that began anew."""
    facts = row.summary.facts
    return f"fork of {facts.parent} at step {spaced(facts.parent_step)}" if facts.parent else ""


def config(row: RunRow) -> str:
    """What a script says of itself: ``batch_size=64 model/width=32``."""
    return " ".join(f"{key}={setting(value)}" for key, value in row.summary.facts.config.items())


def _name(row: RunRow) -> Sortable:
    return ((row.summary.facts.name or row.run.id).casefold(),)


def _preset(row: RunRow) -> Sortable | None:
    return (row.summary.facts.preset,) if row.summary.facts.preset else None


def _state(row: RunRow) -> Sortable:
    return (not row.liveness.alive, state(row))


def _verdict(row: RunRow) -> Sortable | None:
    name = row.summary.facts.verdict
    return (rank(name), name) if row.summary.begun else None


def _step(row: RunRow) -> Sortable | None:
    return (row.summary.step,) if row.summary.begun else None


def _done(row: RunRow) -> Sortable | None:
    steps = row.summary.facts.steps
    return (row.summary.step / steps,) if row.summary.begun and steps > 0 else None


def _values(row: RunRow) -> Sortable | None:
    """Runs of the same kind together, the best of them first."""
    name = row.summary.course_of
    value = row.summary.values.get(name, float("nan"))
    if value != value:
        return None
    return (name, series.behind(name, value))


ORDERS: dict[str, Callable[[RunRow], Sortable | None]] = {
    "age": lambda row: (),
    "run": _name,
    "state": _state,
    "verdict": _verdict,
    "step": _step,
    "done": _done,
    "trend": _values,
    "preset": _preset,
}
"""By what one can sort. By age the order is that of the folder, newest first."""
DESCENDING = frozenset({"step", "done"})
