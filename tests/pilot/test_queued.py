"""A run that waits in line, on the screen: it says its place, and hears what a run without a worker can."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pilot.conftest import SIZES, Recorded, asked, text, wait_for, wait_for_text
from tui.app import LatentopApp

Open = Callable[..., LatentopApp]


@pytest.fixture
def queued(runs: Path) -> Recorded:
    """A run that is second in line; this very process poses as its queue."""
    recorded = Recorded(runs)
    recorded.trains(0, state="queued", detail="2nd in line")
    return recorded


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_its_place_and_that_space_trains_it_now(
    open_app: Open, queued: Recorded, size: tuple[int, int]
) -> None:
    app = open_app(queued.run)
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "queued 2nd", "queued · 2nd in line", "space resume")
        assert "e edit" not in text(app)
        await pilot.press("space")
        await wait_for(pilot, lambda: asked(queued.run) == [("resume", "{}")])


async def test_the_list_shows_its_place_as_it_changes(open_app: Open, queued: Recorded) -> None:
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, queued.run.id, "queued 2nd")
        queued.says(detail="next in line")
        await wait_for_text(pilot, "queued 1st")
        queued.says(state="stopped", detail="taken out of line before it began")
        await wait_for_text(pilot, "stopped")
