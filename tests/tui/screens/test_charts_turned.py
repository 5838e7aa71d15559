"""Charts that one turns to with ``g``: each is found, and no two panels show the same one."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from latentop.tui.widgets.chart_panel import ChartPanel
from tests.support.dashboard import Open, Recorded, healthy_gan, press, wait_for, wait_for_text

LEAST = {"losses", "scores", "gradient norms", "diversity, % of real data"}


def titles(pilot: Pilot[None]) -> list[str]:
    """Of the charts that are seen."""
    return [one.chart.title for one in pilot.app.screen.query(ChartPanel) if one.is_on_screen]


@pytest.mark.parametrize("enlarged", [False, True])
async def test_each_chart_is_turned_to_and_none_is_seen_twice(
    runs: Path, open_app: Open, enlarged: bool
) -> None:
    async with open_app(healthy_gan(runs).run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses", "coverage")
        seen: set[str] = set()
        for _ in range(6):
            if enlarged:
                await press(pilot, "enter")
                await wait_for(pilot, lambda: len(titles(pilot)) == 1)
            await press(pilot, "g")
            seen.update(titles(pilot))
            await press(pilot, *(["escape"] if enlarged else []))
            for other in ((80, 24), (200, 60), (120, 36)):
                await pilot.resize_terminal(*other)
                await wait_for(
                    pilot, lambda other=other: len(titles(pilot)) == {24: 1, 36: 2, 60: 3}[other[1]]
                )
                assert len(set(titles(pilot))) == len(titles(pilot))
        assert seen >= LEAST


@pytest.mark.parametrize("gradients", [True, False])
async def test_in_the_place_of_what_cannot_be_measured_comes_nothing_that_is_seen_already(
    runs: Path, open_app: Open, gradients: bool
) -> None:
    recorded = Recorded(runs, "oscillation")
    recorded.trains(400, verdict="unknown", metered=False, unmeasured="there are no samples")
    for name in ("loss/generator", *(["grad/generator"] if gradients else [])):
        recorded.draws(name, [0.5] * 400)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses", "there are no samples")
        second = "gradient norms" if gradients else "diversity, % of real data"
        await wait_for(pilot, lambda: titles(pilot) == ["losses", second])
