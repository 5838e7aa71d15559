from pathlib import Path

import numpy as np
import pytest
from textual.events import MouseScrollUp

from latentop.engine.run.events import Facts, Mark
from latentop.engine.run.store.bins import from_values
from latentop.tui.link.terminal import Terminal
from latentop.tui.screens.run import RunScreen
from latentop.tui.widgets.chart_panel import ChartPanel
from tests.support.dashboard import (
    AT_EVERY_SIZE,
    Open,
    Recorded,
    collapse,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)
from tests.support.tiers import few


def eventful(runs: Path) -> Recorded:
    """A GAN of 400 steps: a loss of stairs, an edit at 200, better images and a collapse at 390."""
    recorded = Recorded(runs)
    recorded.trains(400, verdict="healthy")
    recorded.draws("loss/generator", [0.01] * 20 + [1 + step // 100 for step in range(20, 400)])
    recorded.draws("loss/discriminator", [0.5] * 400)
    recorded.draws("diversity/coverage", [step / 500 for step in range(1, 401)])
    recorded.draws("diversity/density", [0.9] * 400)
    recorded.draws("diversity/duplicates", [0.9] * 400)
    for step in (1, 100, 200, 300, 400):
        recorded.shows("samples", step, bright=step // 2 + 40)
    recorded.writes(
        events=[Mark(step=200, wall=recorded.now, kind="edit", text="generator.lr = 1e-05 (was 0.0002)")]
    )
    collapse(recorded)
    return recorded


@AT_EVERY_SIZE
async def test_looking_back_shows_the_run_as_it_was(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "generator 4", "samples · step 400", "80 %", "lost: Sandal")
        await pilot.press("home")
        shown = await wait_for_text(pilot, "step 0 of 400", "◀◀ step")
        assert "lost: Sandal" not in shown
        await pilot.press("left_square_bracket", "right_square_bracket")
        shown = await wait_for_text(pilot, "step 200 of 400", "generator 2", "samples · step 200")
        assert "40 %" in shown
        assert "generator.lr = 1e-05" in shown
        assert "✖ COLLAPSED" not in shown
        await pilot.press("end")
        shown = await wait_for_text(pilot, "samples · step 400", "80 %", "lost: Sandal")
        assert "◀◀ step" not in shown


async def test_arrows_move_by_columns_and_past_the_end_it_is_live(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 4")
        await pilot.press("left")
        one = await wait_for_text(pilot, "of 400", "◀◀ step")
        await pilot.press("shift+left")
        await wait_for(pilot, lambda: text(pilot.app) != one)
        assert isinstance(pilot.app.screen, RunScreen)
        cursor = pilot.app.screen.viewport.cursor
        assert cursor is not None
        assert 250 < cursor < 370
        await pilot.press("shift+right", "shift+right")
        await wait_for(pilot, lambda: "◀◀ step" not in text(pilot.app))


async def test_what_is_raised_meanwhile_is_told_while_looking_back(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses", "nothing so far")
        await pilot.press("home", "right")
        await wait_for_text(pilot, "◀◀ step")
        collapse(recorded, step=401)
        shown = await wait_for_text(pilot, "NOW: COLLAPSED")
        assert "nothing so far" in shown  # as it was then


async def test_new_points_leave_the_moment_as_it_is(runs: Path, open_app: Open) -> None:
    recorded = eventful(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 4")
        await pilot.press("home", "right_square_bracket")
        await wait_for_text(pilot, "step 200 of 400", "generator 2", "40 %")
        recorded.draws("loss/generator", [9.0] * 20, first=401)
        recorded.draws("diversity/coverage", [0.11] * 20, first=401)
        recorded.says(step=420)
        shown = await wait_for_text(pilot, "step 200 of 420")
        assert "generator 2" in shown
        assert "40 %" in shown
        await pilot.press("end")
        await wait_for_text(pilot, "generator 9", "11 %")


async def test_zoom_by_keys_and_back(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses", "generator 4")
        await pilot.press("plus", "plus", "plus")
        await wait_for(pilot, lambda: " 300 " not in text(pilot.app) and " 380 " in text(pilot.app))
        await pilot.press("escape")
        await wait_for_text(pilot, " 300 ")


async def test_a_logarithmic_axis_and_back(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses")
        await pilot.press("y")
        await wait_for_text(pilot, "losses, logarithmic", "0.01┤")
        await pilot.press("y")
        await wait_for(pilot, lambda: "logarithmic" not in text(pilot.app))


async def test_other_charts_take_turns(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "losses")
        await pilot.press("g")
        await wait_for_text(pilot, "diversity, % of real data", "coverage 80 %", "alarm 60 %")
        await pilot.press("g")
        await wait_for_text(pilot, "losses", "generator 4")


async def test_series_are_chosen_by_typing_and_marking(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses")
        await pilot.press("slash")
        await wait_for_text(pilot, "Which series", "✓ loss/generator", "  diversity/density")
        await pilot.press(*"disc", "tab", "ctrl+u", *"dens", "tab", "enter")
        shown = await wait_for_text(pilot, "─ series", "density 90 %", "alarm 60 %")
        assert "discriminator 0.5" not in shown
        assert "generator 4" in shown


async def test_a_filter_and_enter_show_what_was_found(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses", "generator 4")
        await pilot.press("slash")
        await wait_for_text(pilot, "enter shows the one under the cursor")
        await pilot.press(*"dens", "enter")
        shown = await wait_for_text(pilot, "─ series", "density 90 %", "alarm 60 %")
        assert "generator 4" not in shown
        await pilot.press("slash", *"density", "tab", "ctrl+u", *"loss/gen", "enter")
        await wait_for_text(pilot, "generator 4")
        assert pilot.app.screen.query(ChartPanel).first().shown == ("loss/generator",)


async def test_a_filter_that_matches_nothing_says_so(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "losses")
        await pilot.press("slash")
        await wait_for_text(pilot, "Which series")
        await pilot.press(*"nosuch")
        await wait_for_text(pilot, "nothing matches")
        await pilot.press("down", "tab", "escape")
        await wait_for_text(pilot, "losses", "generator 4")


async def test_all_values_at_the_cursor(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses")
        await pilot.press("home", "right_square_bracket")
        await wait_for_text(pilot, "step 200 of 400")
        await pilot.press("n")
        await wait_for_text(pilot, "all values at step 200", "loss/generator", "2 nats", "40 % of real")


async def test_the_mouse_sets_the_cursor_drags_it_and_its_wheel_zooms(runs: Path, open_app: Open) -> None:
    run = eventful(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses", "generator 4")
        chart = pilot.app.screen.query(ChartPanel).first()
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        await pilot.click(chart, offset=(30, 4))
        await wait_for_text(pilot, "◀◀ step")
        first = screen.viewport.cursor
        await pilot.mouse_down(chart, offset=(30, 4))
        await pilot.hover(chart, offset=(40, 4))
        await pilot.mouse_up(chart, offset=(40, 4))
        await wait_for(pilot, lambda: screen.viewport.cursor != first)
        assert screen.viewport.cursor is not None
        assert first is not None
        assert screen.viewport.cursor > first
        await pilot._post_mouse_events([MouseScrollUp], chart, offset=(30, 4))
        await wait_for(pilot, lambda: screen.viewport.span is not None)


async def test_before_the_first_point_keys_do_no_harm(runs: Path, open_app: Open) -> None:
    recorded = Recorded(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "starting")
        keys = ["left", "right", "home", "end", "plus", "minus", "0", "y", "g", "slash", "n", "escape"]
        await pilot.press(*keys)
        recorded.trains(1)
        recorded.draws("loss/generator", [1.5])
        await wait_for_text(pilot, "generator 1.5")
        await pilot.press("left", "left", "left", "right", "plus", "plus", "y", "end", "n")
        await wait_for_text(pilot, "all values at step 1", "1.5 nats")


@pytest.mark.parametrize("terminal", few([Terminal(), Terminal(ascii=True, colour=False)], 1))
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([float("nan")] * 50, "generator nan"),
        ([0.7] * 50, "generator 0.7"),
        ([1e30, -1e30, 1e30], "generator 3.33e29"),
        ([float("inf")] * 3, "generator inf"),
    ],
)
async def test_odd_series_are_drawn_and_scrubbed(
    runs: Path, open_app: Open, values: list[float], said: str, terminal: Terminal
) -> None:
    recorded = Recorded(runs)
    recorded.trains(len(values))
    recorded.draws("loss/generator", values)
    async with open_app(recorded.run, terminal).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "losses", "generator")
        await pilot.press("y", "left", "plus", "left", "y", "minus", "end", "n")
        await wait_for_text(pilot, f"all values at step {len(values)}")
        await pilot.press("escape")
        await wait_for_text(pilot, "losses", said)


async def test_a_run_of_ten_million_steps_is_opened_and_zoomed_to_single_steps(
    runs: Path, open_app: Open
) -> None:
    recorded = Recorded(runs)
    recorded.trains(10_000_000)
    steps = np.arange(1, 10_000_001, 1000)
    values = np.full(len(steps), 0.5)
    values[6_180] = 9.0  # one spike of one step
    recorded.writes({"loss/generator": from_values(steps, recorded.now + steps / 1000, values)})
    near = np.arange(9_990_000, 10_000_001)
    recorded.writes({"loss/discriminator": from_values(near, recorded.now + near / 1000, near % 7 / 7)})
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 0.5", "▴")
        for _ in range(14):
            await pilot.press("plus")
        await wait_for_text(pilot, "discriminator")
        await pilot.press("left")
        await wait_for_text(pilot, "of 10 000 000", "◀◀ step")
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        chart = screen.query(ChartPanel).first()
        await wait_for(pilot, lambda: chart.detail is not None and chart.detail.series)
        assert chart.detail is not None
        fine = chart.detail.series["loss/discriminator"]
        assert np.all(np.diff(fine.step) == 1)


async def test_going_back_of_training_forgets_what_was_looked_at(runs: Path, open_app: Open) -> None:
    recorded = eventful(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 4")
        await pilot.press("left")
        await wait_for_text(pilot, "◀◀ step")
        recorded.store.rewind(100)
        recorded.writes(events=[Facts(values={"step": 100, "verdict": "unknown"})])
        await wait_for_text(pilot, "step 100")
        await pilot.press("end")
        await wait_for_text(pilot, "samples · step 100", "generator 1")


async def test_a_closer_look_at_a_long_run_follows_what_is_new(runs: Path, open_app: Open) -> None:
    recorded = Recorded(runs)
    recorded.trains(9_000)
    recorded.draws("loss/generator", [0.5] * 9_000)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 0.5")
        await pilot.press("plus", "plus")
        chart = pilot.app.screen.query(ChartPanel).first()
        await wait_for(pilot, lambda: chart.detail is not None and chart.detail.series)
        recorded.draws("loss/generator", [9.0] * 60, first=9_001)
        recorded.says(step=9_060)
        await wait_for_text(pilot, "10┤")


async def test_a_series_that_is_chosen_may_be_given_up_meanwhile(runs: Path, open_app: Open) -> None:
    recorded = eventful(runs)
    recorded.draws("diversity/late", [0.3] * 50, first=300)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "generator 4")
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        await pilot.press("slash", *"late")
        await wait_for_text(pilot, "Which series", "diversity/late")
        recorded.store.rewind(100)
        recorded.says(step=100)
        await wait_for(pilot, lambda: "diversity/late" not in screen.state.series)
        await pilot.press("enter")
        await wait_for_text(pilot, "─ series", "no values yet")


async def test_an_alarm_after_going_back_is_told_though_its_number_is_used_again(
    runs: Path, open_app: Open
) -> None:
    recorded = eventful(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "lost: Sandal")
        await pilot.press("home")
        await wait_for_text(pilot, "◀◀ step")
        recorded.store.rewind(100)
        recorded.says(step=100)
        await wait_for_text(pilot, "step 0 of 100")
        recorded.now += 60
        collapse(recorded, step=150)
        await wait_for_text(pilot, "NOW: COLLAPSED")
