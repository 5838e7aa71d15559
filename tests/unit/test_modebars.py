"""Bars of modes: by name where there is room, and always in their columns."""

import pytest

from tui.presence import Mode
from tui.widgets.modebars import Spans, in_a_row, in_columns
from tui.widgets.texts import Span


def modes(count: int, *lost: int) -> list[Mode]:
    return [
        Mode(
            name=f"class {place}°",
            share=0.0 if place in lost else 1.0,
            lost_since=9 if place in lost else None,
        )
        for place in range(count)
    ]


def told(spans: Spans) -> str:
    return "".join(span.text if isinstance(span, Span) else span for span in spans)


@pytest.mark.parametrize(("count", "width"), [(4, 40), (10, 50), (25, 50), (32, 50), (100, 50)])
@pytest.mark.parametrize("ascii", [False, True])
def test_a_row_has_a_bar_for_each_mode_that_fits_and_a_cross_for_one_that_is_gone(
    count: int, width: int, ascii: bool
) -> None:
    row = told(in_a_row(modes(count, 2), width, ascii=ascii))
    assert len(row) <= width
    assert row.count("x" if ascii else "✕") == 1
    assert row.count("*" if ascii else "▇") == min(count, width) - 1
    assert row.isascii() or not ascii


def test_names_go_when_there_is_no_room_for_two_letters() -> None:
    assert "cl" in told(in_a_row(modes(10), 50, ascii=False))
    assert "c" not in told(in_a_row(modes(25), 50, ascii=False))


@pytest.mark.parametrize("width", [60, 93, 105])
def test_columns_stay_where_they_are_when_a_mode_is_lost(width: int) -> None:
    whole = [told(row) for row in in_columns(modes(10), width, 5, ascii=False)]
    lost = [told(row) for row in in_columns(modes(10, 3, 7), width, 5, ascii=False)]
    assert [len(row) for row in whole] == [len(row) for row in lost]
    assert max(map(len, whole)) <= width
    assert "100 %" in whole[0]
    assert "✕" in "".join(lost)
    for before, after in zip(whole, lost, strict=True):
        assert before.find("class 1") == after.find("class 1")


def test_columns_that_need_more_rows_than_there_are_are_none() -> None:
    assert in_columns(modes(32), 90, 3, ascii=False) == []
    assert in_columns([], 90, 3, ascii=False) == []
