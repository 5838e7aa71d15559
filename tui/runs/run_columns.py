"""What the list of runs shows in each of its columns, and which columns fit."""

from collections.abc import Mapping, Sequence
from math import floor

import numpy as np

from latentop.engine.run import series
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.summary import Summary
from latentop.tui.draw.small.progress_bar import progress_bar
from latentop.tui.draw.small.spark import spark
from latentop.tui.model import number_text, plain_text, run_state
from latentop.tui.model.shown_table import of
from latentop.tui.runs import run_list
from latentop.tui.runs.folder_feed import RunRow
from latentop.tui.runs.names import told_apart
from latentop.tui.runs.run_list import RunListView
from latentop.tui.widgets.celltable import GAP, MARGIN, Column
from latentop.tui.widgets.texts import Span

WIDTHS = {
    "mark": 1,
    "run": 19,
    "preset": 15,
    "state": 10,
    "done": 6,
    "verdict": 12,
    "trend": 20,
    "values": 30,
    "in": 6,
    "left": 6,
    "age": 6,
    "step": 11,
    "note": 30,
}
"""Columns in their order, and widths in cells; name and note get more where there is room."""
NEEDED = ("mark", "run", "state", "done", "verdict")
MORE = ("trend", "age", "preset", "left", "in", "values", "step", "note")
"""Where there is room, the most important first."""
FEWEST = {"trend": 14, "values": 24}
"""The cells that these can do with: name and value of one series."""
BARRED, WIDE, VERY_WIDE = 12, 110, 160
"""Cells of a progress with a bar, and from which width of the screen on there is room for it, and more."""
SHORTEST, MOST = 10, 25
"""Cells of a name on a narrow screen; and those that it takes from what is less important."""
NAMED = 14
"""Cells that name and value of a trend take, so that the bars stand below one another."""
LONG = " to judge"
"""What ends a verdict that does without."""
RIGHT = frozenset({"left", "in", "step"})


def columns(width: int, longest: int, view: RunListView, *, short: int = 0, verdict: int = 0) -> list[Column]:
    """The columns that fit.

    ``longest``, ``short`` and ``verdict`` are the lengths of the longest id, name without the day, verdict.
    """
    found = {name: WIDTHS[name] for name in NEEDED}
    found["run"] = max(found["run"], min(short, MOST))
    found["verdict"] = max(found["verdict"], verdict)
    if width >= WIDE:
        found["done"] = BARRED if width < VERY_WIDE else BARRED + 8
    room = width - 2 * MARGIN + GAP - sum(one + GAP for one in found.values())
    if room < 0:
        found["run"] = max(SHORTEST, found["run"] + room)
    for name in MORE:
        wanted = max(FEWEST.get(name, WIDTHS[name]), min(WIDTHS[name], room - GAP))
        if wanted + GAP <= room:
            found[name] = wanted
            room -= wanted + GAP
    more = max(0, min(longest - found["run"], room))
    found["run"] += more
    if "note" in found:
        found["note"] += room - more
    return [Column(name, heading(name, view), found[name], name in RIGHT) for name in WIDTHS if name in found]


def heading(name: str, view: RunListView) -> str:
    """The name of a column, with an arrow where the list is sorted by it."""
    if name == "mark":
        return ""
    arrow = "↓" if view.descending else "↑"
    return f"{name} {arrow}" if name == view.by else name


def verdict_width(rows: Sequence[RunRow], width: int) -> int:
    """The cells that the longest verdict takes on a screen so wide: none is cut, one has a shorter form."""
    told = (run_list.verdict(row) for row in rows)
    return max((len(one if width >= VERY_WIDE else one.removesuffix(LONG)) for one in told), default=0)


def short_names(rows: Sequence[RunRow]) -> dict[RunFolder, str]:
    """What each run is called without the day, as far as that tells it from the others."""
    return told_apart({row.run: row.summary.facts.name for row in rows})


def names(
    rows: Sequence[RunRow], columns: Sequence[Column], short: Mapping[RunFolder, str]
) -> Mapping[RunFolder, str]:
    """What each run is called: by its whole id if there is room for every one, else by its ``short`` name.

    Where the preset has no column, one that has a name of its own says it, too.
    """
    widths = {column.name: column.width for column in columns}
    whole: Mapping[RunFolder, str] = {row.run: row.summary.facts.name or row.run.id for row in rows}
    if not all(len(name) <= widths.get("run", 0) for name in whole.values()):
        whole = short
    if "preset" in widths:
        return whole
    presets = {row.run: row.summary.facts.preset for row in rows if row.summary.facts.name}
    return {run: f"{name} · {presets[run]}" if presets.get(run) else name for run, name in whole.items()}


def cells(row: RunRow, name: str, view: RunListView, columns: Sequence[Column], now: float) -> list[Span]:
    """What the run of that name shows in each of the columns, at ``now`` (seconds since the epoch)."""
    summary, facts = row.summary, row.summary.facts
    widths = {column.name: column.width for column in columns}
    name = plain_text.clean(name)
    trouble = row.trouble.replace(str(row.run.database), row.run.database.name)
    tone = run_state.tone(row.liveness.name)
    spans = {
        "mark": Span("●" if row.run in view.marked else "", "accent"),
        "run": Span(plain_text.shortened(name, widths.get("run", 0)), bold=bool(facts.name)),
        "preset": Span(plain_text.shortened(plain_text.clean(facts.preset), widths.get("preset", 0))),
        "state": Span(run_list.state(row), tone),
        "done": Span(progress(summary, widths.get("done", 0)), tone if row.liveness.alive else ""),
        "verdict": Span(_verdict(row, widths.get("verdict", 0)), run_state.tone(facts.verdict)),
        "trend": Span(trend(summary, widths.get("trend", 0)), "primary"),
        "values": Span(_values(summary, widths.get("values", 0))),
        "in": Span(number_text.roughly(facts.elapsed) if facts.elapsed else ""),
        "left": Span(_left(row)),
        "age": Span(_age(now - facts.created) if facts.created else ""),
        "step": Span(number_text.spaced(summary.step) if summary.begun else ""),
        "note": Span(facts.note),
    }
    if trouble and not spans["trend"].text:
        widest = max(("trend", "values"), key=lambda one: widths.get(one, 0))
        spans[widest] = Span(plain_text.abridged(trouble, widths.get(widest, 0)) or trouble)
    return [spans[column.name] for column in columns]


def _verdict(row: RunRow, width: int) -> str:
    """The verdict, never cut: where there is no room ``too early`` has to do."""
    told = run_list.verdict(row)
    return told if len(told) <= width else told.removesuffix(LONG)


def progress(summary: Summary, width: int) -> str:
    """How far it is, as a bar where there is room; the step where nobody knows how many there will be."""
    steps = summary.facts.steps
    if not summary.begun:
        return ""
    if steps <= 0:
        step = number_text.spaced(summary.step)
        return step if len(step) <= width else number_text.short(summary.step)
    share = min(1.0, summary.step / steps)
    told = f"{floor(100 * share):>3} %"
    return f"{progress_bar(share, width - len(told) - 1)} {told}" if width >= BARRED else told


def trend(summary: Summary, width: int) -> str:
    """The first of the newest values by name, and its course as small bars.

    A share goes from 0 to 1 or to its largest, so that a collapse looks like one; what should be small is
    drawn by its logarithm, since it falls by powers of ten; anything else from smallest to largest.
    """
    if not summary.course_of:
        return ""
    told = _value(summary.course_of, summary.values.get(summary.course_of, float("nan")))
    return f"{told:<{NAMED}} {course(summary, width - NAMED - 1)}" if width > NAMED + 1 else told


def course(summary: Summary, width: int) -> str:
    """The course alone, in so many bars."""
    known = series.of(summary.course_of)
    values = summary.course
    finite = values[np.isfinite(values)]
    if known.relative:
        return spark(values, width, limits=(0.0, max(1.0, float(finite.max(initial=0.0)))))
    if known.better == "smaller" and finite.size and finite.min() > 0:
        values = np.log(values)
    return spark(values, width)


def _left(row: RunRow) -> str:
    """How long a run in training will take still, as fast as it was so far."""
    facts, step = row.summary.facts, row.summary.step
    done = step - facts.parent_step
    if row.liveness.name != "running" or facts.elapsed <= 0 or done <= 0 or facts.steps <= step:
        return ""
    return number_text.roughly((facts.steps - step) * facts.elapsed / done)


def _age(seconds: float) -> str:
    """Seconds are not counted: a list in which nothing happens stays as it is."""
    return number_text.roughly(seconds) if seconds >= 60 else "now"


def _values(summary: Summary, width: int) -> str:
    """What the trend leaves out, as many as fit, none of them cut."""
    told = ""
    for name, value in summary.values.items():
        if name == summary.course_of:
            continue
        longer = f"{told}  {_value(name, value)}" if told else _value(name, value)
        if len(longer) > width:
            break
        told = longer
    return told


def _value(name: str, value: float) -> str:
    share = series.of(name).relative and np.isfinite(value)
    called = of(name).column or plain_text.clean(of(name).label)
    return f"{called} {number_text.percent(value) if share else number_text.short(value)}"
