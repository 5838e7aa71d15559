"""The list of runs: what the search lets through, what comes first, and which columns there are."""

from pathlib import Path

import numpy as np
import pytest

from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.liveness import Liveness
from engine.run.summary import Summary
from tui import runs_cells, runs_list, runs_words
from tui.runs_feed import RunRow
from tui.runs_list import View, by_column, by_next, shown
from tui.terminal import Terminal
from tui.widgets.celltable import Column


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


def order(view: View) -> list[int]:
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
        ("newest values", False, [2, 1, 3, 4]),
        ("newest values", True, [3, 1, 2, 4]),
        ("preset", False, [3, 2, 1, 4]),
    ],
)
def test_what_comes_first(by: str, descending: bool, expected: list[int]) -> None:
    assert order(View(by=by, descending=descending)) == expected


def test_a_column_is_sorted_by_what_one_looks_for_first_and_then_the_other_way() -> None:
    steps = by_column(View(), "step")
    assert (steps.by, steps.descending) == ("step", True)
    assert by_column(steps, "step").descending is False
    assert by_column(View(), "run").descending is False
    assert by_column(View(), "trend") == View()


def test_one_key_leads_through_all_orders_and_back() -> None:
    seen, view = [], View()
    for _ in runs_list.ORDERS:
        view = by_next(view)
        seen.append(view.by)
    assert seen[-1] == "age"
    assert set(seen) == set(runs_list.ORDERS)


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
    assert order(View(words=words)) == expected


def test_a_fork_says_so_and_is_found_by_it() -> None:
    rows = [row(2, parent="20261122-1405-dcgan-s1", parent_step=1_200), row(1)]
    assert [one.run.id[-1] for one in shown(rows, View(words="fork"))] == ["2"]
    told, plain = ("".join(getattr(part, "text", part) for part in runs_words.about(one)) for one in rows)
    assert "fork of 20261122-1405-dcgan-s1 at step 1 200" in told
    assert "fork" not in plain


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 200, 300])
@pytest.mark.parametrize("longest", [10, 26, 60])
def test_columns_fit_side_by_side_and_none_is_cut(width: int, longest: int) -> None:
    columns = runs_cells.columns(width, longest, View(), ascii=False)
    taken = sum(column.width for column in columns) + 2 * (len(columns) - 1) + 2
    assert taken <= max(width, 70)
    assert all(len(column.heading) <= column.width for column in columns)
    names = [column.name for column in columns]
    assert names == [name for name in runs_cells.WIDTHS if name in names]


def test_a_trend_shows_a_share_from_0_to_1_and_an_error_by_its_logarithm() -> None:
    falls = Summary(course_of="diversity/coverage", course=np.array([0.9, 0.9, 0.1]))
    assert runs_cells.trend(falls, 3, ascii=False) == "▇▇▂"
    steady = Summary(course_of="diversity/coverage", course=np.array([0.90, 0.91, 0.90]))
    assert runs_cells.trend(steady, 3, ascii=False) == "▇▇▇"
    error = Summary(course_of="loss/reconstruction", course=np.array([1.0, 0.1, 0.01]))
    assert runs_cells.trend(error, 3, ascii=False) == "█▅▁"
    lost = Summary(course_of="loss/reconstruction", course=np.array([1.0, np.nan, 0.01]))
    assert runs_cells.trend(lost, 3, ascii=True) == "#x_"
    assert runs_cells.trend(Summary(), 3, ascii=False) == "   "


def test_newest_values_have_names_of_their_own_and_none_is_cut() -> None:
    known = {"valid/reconstruction": 0.0123, "valid/loss": 0.0456, "loss/reconstruction": 0.0789}
    one = RunRow(run=ROWS[0].run, summary=Summary(values=known, begun=True))
    for width, told in (
        (60, "valid 0.0123  valid loss 0.0456  error 0.0789"),
        (44, "valid 0.0123  valid loss 0.0456"),
        (24, "valid 0.0123"),
    ):
        columns = [Column("newest values", "", width)]
        (cell,) = runs_cells.cells(one, "", View(), columns, 0.0, Terminal())
        assert cell.text == told
