"""What a value is now: the same number wherever it stands on the screen, however noisy its series."""

import re
from pathlib import Path

import numpy as np

from latentop.tui.link.terminal import Terminal
from latentop.tui.screens.runs import RunsScreen
from tests.support.dashboard import AT_EVERY_SIZE, Open, Recorded, wait_for, wait_for_text

STEPS = 400
NOISE = np.random.default_rng(0).normal(0, 0.4, STEPS)


def gan(runs: Path) -> Recorded:
    recorded = Recorded(runs)
    recorded.trains(STEPS, verdict="healthy")
    for place, name in enumerate(("loss/generator", "loss/discriminator", "grad/generator")):
        recorded.draws(name, list(2 + np.roll(NOISE, place)))
    return recorded


def mean(name: str, last: int = STEPS) -> str:
    """The mean of the newest 16 values, at a step."""
    values = 2 + np.roll(NOISE, ("loss/generator", "loss/discriminator", "grad/generator").index(name))
    return f"{values[last - 16 : last].mean():.3g}"


@AT_EVERY_SIZE
async def test_legend_and_panel_agree_and_the_list_of_last_values_says_so(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    now = mean("grad/generator")
    assert now != f"{2 + NOISE[STEPS - 3]:.3g}"
    async with open_app(gan(runs).run).run_test(size=size) as pilot:
        shown = await wait_for_text(pilot, "losses · recent means")
        assert f"generator {mean('loss/generator')}" in shown
        await pilot.press("g")
        shown = await wait_for_text(pilot, "gradient norms · recent means")
        assert f"generator {now}" in shown
        assert (f"|∇G|{now:>14}" if size == (200, 60) else f"gradient G {now}") in shown
        await pilot.press("n")
        shown = await wait_for_text(pilot, "all values at step 400", "last")
        assert re.search(rf"grad/generator +{2 + NOISE[STEPS - 3]:.4g} norm +[0-9.]+ +[0-9.]+ +400", shown)


async def test_they_agree_where_the_cursor_stands(runs: Path, open_app: Open) -> None:
    async with open_app(gan(runs).run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses · recent means")
        await pilot.press("g")
        await wait_for_text(pilot, "gradient norms")
        await pilot.press("shift+left", "shift+left")
        shown = await wait_for_text(pilot, "◀◀ step")
        at = int(re.search(r"◀◀ step (\d+) of", shown)[1])  # type: ignore[index]
        then = mean("grad/generator", at)
        assert then != mean("grad/generator")
        await wait_for_text(pilot, f"generator {then}", f"gradient G {then}")


async def test_the_list_of_runs_tells_the_same_as_the_run(runs: Path, open_app: Open) -> None:
    gan(runs)
    async with open_app().run_test(size=(200, 60)) as pilot:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
        await wait_for_text(pilot, f"{mean('loss/generator')}", f"D {mean('loss/discriminator')}")


async def test_a_newest_value_that_is_no_number_is_said_everywhere(runs: Path, open_app: Open) -> None:
    recorded = gan(runs)
    recorded.draws("grad/generator", [float("nan")], first=STEPS + 1)
    async with open_app(recorded.run, Terminal()).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses · recent means")
        await pilot.press("g")
        await wait_for_text(pilot, "generator nan", "gradient G nan")
