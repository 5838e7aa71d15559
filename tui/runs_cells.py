"""What the list of runs shows in each of its columns, and which columns fit."""

from collections.abc import Sequence

import numpy as np

from engine.run import series
from engine.run.folder import RunFolder
from engine.run.summary import Summary
from tui import runs_list, states, wording
from tui.draw.spark import spark
from tui.naming import told_apart
from tui.runs_feed import RunRow
from tui.runs_list import View
from tui.terminal import Terminal
from tui.widgets.celltable import GAP, MARGIN, Column
from tui.widgets.texts import Span

WIDTHS = {
    "mark": 1,
    "run": 26,
    "state": 10,
    "verdict": 12,
    "step": 9,
    "done": 5,
    "trend": 10,
    "newest values": 30,
    "age": 6,
    "preset": 14,
    "note": 30,
}
"""Columns in their order, and widths in cells; name and note get more where there is room."""
NEEDED = ("mark", "run", "state", "verdict", "step")
MORE = ("trend", "newest values", "age", "done", "preset", "note")
"""Where there is room, the most important first."""
FEWEST = 24
"""The cells that newest values can do with."""
RIGHT = frozenset({"step", "done"})
WORDS = {
    "diversity/coverage": "coverage",
    "valid/reconstruction": "valid",
    "valid/loss": "valid loss",
    "accuracy/fine-tuned": "accuracy",
    "loss/reconstruction": "error",
    "loss/generator": "G",
    "loss/discriminator": "D",
}


def columns(width: int, longest: int, view: View, *, ascii: bool) -> list[Column]:
    """The columns that fit side by side; ``longest`` is the length of the longest name."""
    found = {name: WIDTHS[name] for name in NEEDED}
    room = width - 2 * MARGIN + GAP - sum(one + GAP for one in found.values())
    for name in MORE:
        wanted = max(FEWEST, min(WIDTHS[name], room - GAP)) if name == MORE[1] else WIDTHS[name]
        if wanted + GAP <= room:
            found[name] = wanted
            room -= wanted + GAP
    more = max(0, min(longest - found["run"], room))
    found["run"] += more
    if "note" in found:
        found["note"] += room - more
    return [
        Column(name, heading(name, view, ascii=ascii), found[name], name in RIGHT)
        for name in WIDTHS
        if name in found
    ]


def heading(name: str, view: View, *, ascii: bool) -> str:
    """The name of a column, with an arrow where the list is sorted by it."""
    if name == "mark":
        return ""
    arrow = ("v" if view.descending else "^") if ascii else ("↓" if view.descending else "↑")
    return f"{name} {arrow}" if name == view.by else name


def names(rows: Sequence[RunRow], columns: Sequence[Column]) -> dict[RunFolder, str]:
    """What each run is called: by its whole id if there is room for every one, else without the date."""
    whole = {row.run: row.summary.facts.name or row.run.id for row in rows}
    room = next((column.width for column in columns if column.name == "run"), 0)
    if all(len(name) <= room for name in whole.values()):
        return whole
    return told_apart({row.run: row.summary.facts.name for row in rows})


def cells(
    row: RunRow, name: str, view: View, columns: Sequence[Column], now: float, terminal: Terminal
) -> list[Span]:
    """What the run of that name shows in each of the columns, at ``now`` (seconds since the epoch)."""
    summary, facts, ascii = row.summary, row.summary.facts, terminal.ascii
    widths = {column.name: column.width for column in columns}
    name = wording.clean(name, ascii=ascii)
    trouble = row.trouble.replace(str(row.run.database), row.run.database.name)
    spans = {
        "mark": Span(("*" if ascii else "●") if row.run in view.marked else "", "accent"),
        "run": Span(wording.shortened(name, widths.get("run", 0), ascii=ascii), bold=bool(facts.name)),
        "preset": Span(facts.preset),
        "state": Span(runs_list.state(row), states.tone(row.liveness.name)),
        "verdict": Span(runs_list.verdict(row), states.tone(facts.verdict)),
        "step": Span(wording.spaced(summary.step) if summary.begun else ""),
        "done": Span(_done(summary)),
        "trend": Span(trend(summary, widths.get("trend", 0), ascii=ascii), "primary"),
        "newest values": Span(_values(summary, widths.get("newest values", 0)) or trouble),
        "age": Span(_age(now - facts.created) if facts.created else ""),
        "note": Span(facts.note),
    }
    return [spans[column.name] for column in columns]


def trend(summary: Summary, width: int, *, ascii: bool) -> str:
    """The course of the first of the newest values as small bars.

    A share goes from 0 to 1 or to its largest, so that a collapse looks like one; what should be small is
    drawn by its logarithm, since it falls by powers of ten; anything else from smallest to largest.
    """
    unit, better = series.describe(summary.course_of)
    values = summary.course
    finite = values[np.isfinite(values)]
    if unit in ("share", "of real"):
        return spark(values, width, ascii, limits=(0.0, max(1.0, float(finite.max(initial=0.0)))))
    if better == "smaller" and finite.size and finite.min() > 0:
        values = np.log(values)
    return spark(values, width, ascii)


def _age(seconds: float) -> str:
    """Seconds are not counted: a list in which nothing happens stays as it is."""
    return wording.roughly(seconds) if seconds >= 60 else "now"


def _done(summary: Summary) -> str:
    steps = summary.facts.steps
    return wording.percent(int(100 * summary.step / steps) / 100) if summary.begun and steps > 0 else ""


def _values(summary: Summary, width: int) -> str:
    """As many as fit, none of them cut."""
    told = ""
    for name, value in summary.values.items():
        share = series.describe(name)[0] in ("share", "of real") and np.isfinite(value)
        part = f"{WORDS[name]} {wording.percent(value) if share else wording.short(value)}"
        longer = f"{told}  {part}" if told else part
        if len(longer) > width:
            break
        told = longer
    return told
