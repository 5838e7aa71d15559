"""Bars of modes: by name where there is room, and always in their columns."""

import pytest

from latentop.tui.model.mode_presence import Mode
from latentop.tui.widgets.modebars import Spans, in_columns
from latentop.tui.widgets.texts import Span


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


@pytest.mark.parametrize("width", [60, 93, 105])
def test_columns_stay_where_they_are_when_a_mode_is_lost(width: int) -> None:
    whole = [told(row) for row in in_columns(modes(10), width, 5)]
    lost = [told(row) for row in in_columns(modes(10, 3, 7), width, 5)]
    assert [len(row) for row in whole] == [len(row) for row in lost]
    assert max(map(len, whole)) <= width
    assert "100 %" in whole[0]
    assert "✕" in "".join(lost)
    for before, after in zip(whole, lost, strict=True):
        assert before.find("class 1") == after.find("class 1")


def test_columns_that_need_more_rows_than_there_are_are_none() -> None:
    assert in_columns(modes(32), 90, 3) == []
    assert in_columns([], 90, 3) == []
