from hypothesis import given
from hypothesis import strategies as st

from latentop.tui.model.viewport import NARROWEST, Viewport

LAST = 10_000
moves = st.lists(
    st.one_of(
        st.tuples(st.just("moved"), st.integers(-300, 300)),
        st.tuples(st.just("zoomed"), st.sampled_from([0.5, 2.0])),
        st.tuples(st.just("at"), st.integers(-5, 20_000)),
        st.tuples(st.sampled_from(["now", "whole"]), st.none()),
    ),
    max_size=30,
)


def moved(viewport: Viewport, name: str, by: float | None, last: int) -> Viewport:
    match name:
        case "moved":
            return viewport.moved(int(by or 0), 80, last)
        case "zoomed":
            return viewport.zoomed(by or 1.0, last)
        case "at":
            return viewport.at(int(by or 0), last)
        case "now":
            return viewport.now()
    return viewport.whole()


@given(moves, st.integers(0, 10**7))
def test_whatever_is_pressed_the_cursor_is_in_the_window_and_in_the_run(
    moves: list[tuple[str, float | None]], last: int
) -> None:
    viewport = Viewport()
    for name, by in moves:
        viewport = moved(viewport, name, by, last)
        first, end = viewport.window(last)
        assert end - first >= NARROWEST
        assert first >= 0
        if viewport.cursor is not None:
            assert 0 <= viewport.cursor <= last
            assert first <= viewport.cursor <= end
        else:
            assert viewport.live


def test_the_whole_run_is_shown_until_somebody_zooms() -> None:
    assert Viewport().window(0)[0] == 0
    first, end = Viewport().window(LAST)
    assert first == 0
    assert LAST <= end < 2 * LAST


def test_zoomed_in_without_a_cursor_it_follows_the_newest_steps() -> None:
    viewport = Viewport().zoomed(0.5, LAST).zoomed(0.5, LAST).zoomed(0.5, LAST)
    first, end = viewport.window(LAST)
    assert first <= LAST <= end
    assert end - first < LAST / 4
    later = viewport.window(LAST + 5_000)
    assert later[0] <= LAST + 5_000 <= later[1]


def test_a_following_window_moves_on_seldom() -> None:
    viewport = Viewport().zoomed(0.5, LAST).zoomed(0.5, LAST)
    windows = {viewport.window(last) for last in range(LAST, LAST + 1_000)}
    assert len(windows) <= 4


def test_zooming_at_the_cursor_leaves_it_where_it_is_on_the_screen() -> None:
    viewport = Viewport().at(4_000, LAST)
    for _ in range(4):
        before = viewport.window(LAST)
        viewport = viewport.zoomed(0.5, LAST)
        after = viewport.window(LAST)
        assert after[1] - after[0] <= (before[1] - before[0]) / 2 + 1
        share = (4_000 - before[0]) / (before[1] - before[0])
        assert abs((4_000 - after[0]) / (after[1] - after[0]) - share) < 0.01


def test_zooming_out_far_enough_is_the_whole_run_again() -> None:
    viewport = Viewport().at(4_000, LAST).zoomed(0.5, LAST).zoomed(0.5, LAST)
    for _ in range(3):
        viewport = viewport.zoomed(2.0, LAST)
    assert viewport == Viewport(cursor=4_000)


def test_the_cursor_moves_one_column_and_at_least_one_step() -> None:
    viewport = Viewport().moved(-1, 80, LAST)
    assert viewport.cursor is not None
    width = Viewport().window(LAST)[1] / 80
    assert abs((LAST - viewport.cursor) - width) <= 1
    assert Viewport().moved(-1, 80, 5).cursor == 4


def test_beyond_the_newest_step_it_is_live_again() -> None:
    assert Viewport(cursor=LAST - 3).moved(1, 80, LAST) == Viewport()
    assert Viewport().moved(1, 80, LAST).live


def test_the_window_goes_along_with_a_cursor_that_leaves_it() -> None:
    viewport = Viewport().at(9_000, LAST).zoomed(0.5, LAST).zoomed(0.5, LAST).zoomed(0.5, LAST)
    there = viewport.at(100, LAST)
    first, end = there.window(LAST)
    assert first <= 100 <= end
    assert end - first == viewport.window(LAST)[1] - viewport.window(LAST)[0]


def test_the_wheel_zooms_where_the_mouse_is() -> None:
    viewport = Viewport().zoomed(0.5, LAST, 1_000)
    first, end = viewport.window(LAST)
    assert first <= 1_000 <= end
    assert viewport.live
