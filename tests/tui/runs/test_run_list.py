"""The list of runs: what the search lets through, what comes first, and which columns there are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.summary import Summary
from latentop.tui.runs import run_columns, run_list, run_list_text
from latentop.tui.runs.folder_feed import RunRow
from latentop.tui.runs.run_list import RunListView, by_column, by_next, shown
from latentop.tui.widgets.celltable import Column


def row(number: int, *, state: str = "finished", coverage: float | None = 0.8, **facts: object) -> RunRow:
    known = {"preset": "dcgan", "verdict": "healthy", "step": 100 * number, "steps": 1_000, **facts}
    values = {} if coverage is None else {"diversity/coverage": coverage}
    return RunRow(
        run=RunFolder(Path(f"/runs/2026112{number}-1405-dcgan-s{number}")),
        summary=Summary(
            facts=RunFacts(**known),  # type: ignore[arg-type]
            step=100 * number,
            begun=True,
            values=values,
            course_of=next(iter(values), ""),
        ),
        liveness=Liveness(state, state == "running"),
    )


ROWS = [
    row(4, preset="vae", coverage=None, state="running", note="try again with fewer units"),
    row(3, verdict="collapsed", coverage=0.2),
    row(2, name="Zebra", coverage=0.95),
    row(1, verdict="warning", state="crashed", coverage=0.5),
]
"""Newest first, as the feed has them."""


def order(view: RunListView) -> list[int]:
    return [int(one.run.id[-1]) for one in shown(ROWS, view)]


@pytest.mark.parametrize(
    ("by", "descending", "expected"),
    [
        ("age", False, [4, 3, 2, 1]),
        ("age", True, [1, 2, 3, 4]),
        ("run", False, [1, 3, 4, 2]),
        ("state", False, [4, 1, 3, 2]),
        ("verdict", False, [3, 1, 4, 2]),
        ("step", True, [4, 3, 2, 1]),
        ("done", False, [1, 2, 3, 4]),
        ("trend", False, [2, 1, 3, 4]),
        ("trend", True, [3, 1, 2, 4]),
        ("preset", False, [3, 2, 1, 4]),
    ],
)
def test_what_comes_first(by: str, descending: bool, expected: list[int]) -> None:
    assert order(RunListView(by=by, descending=descending)) == expected


def test_a_column_is_sorted_by_what_one_looks_for_first_and_then_the_other_way() -> None:
    steps = by_column(RunListView(), "step")
    assert (steps.by, steps.descending) == ("step", True)
    assert by_column(steps, "step").descending is False
    assert by_column(RunListView(), "run").descending is False
    assert by_column(RunListView(), "note") == RunListView()


def test_one_key_leads_through_all_orders_and_back() -> None:
    seen, view = [], RunListView()
    for _ in run_list.ORDERS:
        view = by_next(view)
        seen.append(view.by)
    assert seen[-1] == "age"
    assert set(seen) == set(run_list.ORDERS)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", [4, 3, 2, 1]),
        ("zebra", [2]),
        ("VAE", [4]),
        ("crashed", [1]),
        ("collapsed", [3]),
        ("fewer again", [4]),
        ("dcgan healthy", [4, 2]),
        ("nothing of that", []),
    ],
)
def test_every_word_must_occur_somewhere(words: str, expected: list[int]) -> None:
    assert order(RunListView(words=words)) == expected


def test_a_fork_says_so_and_is_found_by_it() -> None:
    rows = [row(2, parent="20261122-1405-dcgan-s1", parent_step=1_200), row(1)]
    assert [one.run.id[-1] for one in shown(rows, RunListView(words="fork"))] == ["2"]
    told, plain = ("".join(getattr(part, "text", part) for part in run_list_text.about(one)) for one in rows)
    assert "fork of 20261122-1405-dcgan-s1 at step 1 200" in told
    assert "fork" not in plain


def test_why_it_failed_is_told_and_not_of_one_that_was_resumed() -> None:
    failed, again = (
        row(1, state=state, error="mygan.py:31: no such layer") for state in ("failed", "running")
    )
    assert "no such layer" in str(run_list_text.about(failed))
    assert "no such layer" not in str(run_list_text.about(again))


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 200, 300])
@pytest.mark.parametrize("longest", [10, 26, 60])
def test_columns_fit_side_by_side_and_none_is_cut(width: int, longest: int) -> None:
    columns = run_columns.columns(width, longest, RunListView(), short=longest - 10)
    taken = sum(column.width for column in columns) + 2 * (len(columns) - 1) + 2
    assert taken <= max(width, 70)
    assert all(len(column.heading) <= column.width for column in columns)
    names = [column.name for column in columns]
    assert names == [name for name in run_columns.WIDTHS if name in names]


def test_a_trend_shows_a_share_from_0_to_1_and_an_error_by_its_logarithm() -> None:
    falls = Summary(course_of="diversity/coverage", course=np.array([0.9, 0.9, 0.1]))
    assert run_columns.course(falls, 3) == "▇▇▂"
    steady = Summary(course_of="diversity/coverage", course=np.array([0.90, 0.91, 0.90]))
    assert run_columns.course(steady, 3) == "▇▇▇"
    error = Summary(course_of="loss/reconstruction", course=np.array([1.0, 0.1, 0.01]))
    assert run_columns.course(error, 3) == "█▅▁"
    lost = Summary(course_of="loss/reconstruction", course=np.array([1.0, np.nan, 0.01]))
    assert run_columns.course(lost, 3) == "█×▁"
    assert run_columns.course(Summary(), 3) == "   "


def test_a_trend_is_named_and_its_bars_stand_below_one_another() -> None:
    told = [
        Summary(course_of=name, course=np.array([0.9, 0.5, 0.1]), values={name: value})
        for name, value in (("diversity/coverage", 0.38), ("valid/reconstruction", 0.0123))
    ]
    assert [run_columns.trend(one, 18) for one in told] == ["coverage 38 %  ▇▅▂", "valid 0.0123   █▆▁"]
    assert run_columns.trend(told[0], 14) == "coverage 38 %"
    assert run_columns.trend(Summary(), 18) == ""


def test_how_far_a_run_is_stands_as_a_bar_where_there_is_room() -> None:
    half = Summary(facts=RunFacts(steps=1_000), step=505, begun=True)
    assert run_columns.progress(half, 6) == " 50 %"
    assert run_columns.progress(half, 12) == "━━━───  50 %"
    endless = Summary(facts=RunFacts(), step=1_234_567, begun=True)
    assert (run_columns.progress(endless, 6), run_columns.progress(endless, 12)) == ("1.23M", "1 234 567")
    assert run_columns.progress(Summary(facts=RunFacts(steps=1_000)), 12) == ""


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_preset_of_a_renamed_run_is_always_there(width: int) -> None:
    columns = run_columns.columns(width, 10, RunListView())
    names = run_columns.names(ROWS, columns, run_columns.short_names(ROWS))
    zebra = next(one for one in ROWS if one.summary.facts.name == "Zebra")
    cells = run_columns.cells(zebra, names[zebra.run], RunListView(), columns, 0.0)
    assert any("dcgan" in cell.text for cell in cells)


def test_the_longest_verdict_has_room() -> None:
    dead = row(1, verdict="posterior-collapse")
    for width in (80, 120):
        verdict = run_columns.verdict_width([dead], width)
        columns = run_columns.columns(width, 10, RunListView(), verdict=verdict)
        cells = run_columns.cells(dead, "s1", RunListView(), columns, 0.0)
        assert "POSTERIOR COLLAPSE" in [cell.text for cell in cells]


def test_why_a_run_cannot_be_read_stands_where_most_of_it_fits() -> None:
    why = "run.db is no database, or a damaged one; restore it from a copy"
    broken = replace(row(1, coverage=None), trouble=why)
    for width, told in ((120, why), (200, "run.db is no database, …")):
        columns = run_columns.columns(width, 10, RunListView())
        cells = run_columns.cells(broken, "s1", RunListView(), columns, 0.0)
        assert told in [cell.text for cell in cells]


def test_newest_values_have_names_of_their_own_and_none_is_cut() -> None:
    known = {
        "accuracy/fine-tuned": 0.8,
        "valid/reconstruction": 0.0123,
        "valid/loss": 0.0456,
        "loss/reconstruction": 0.0789,
    }
    one = RunRow(run=ROWS[0].run, summary=Summary(values=known, course_of="accuracy/fine-tuned", begun=True))
    for width, told in (
        (60, "valid 0.0123  valid loss 0.0456  error 0.0789"),
        (44, "valid 0.0123  valid loss 0.0456"),
        (24, "valid 0.0123"),
    ):
        columns = [Column("values", "", width)]
        (cell,) = run_columns.cells(one, "", RunListView(), columns, 0.0)
        assert cell.text == told
