from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pilot.conftest import (
    DEAD_PID,
    SIZES,
    Recorded,
    healthy_autoencoder,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)
from tui.app import LatentopApp

Open = Callable[..., LatentopApp]


def line(app: LatentopApp, word: str) -> str:
    """The line of the screen that holds the word."""
    return next((line for line in text(app).splitlines() if word in line), "")


@pytest.mark.parametrize("size", SIZES)
async def test_lists_every_run_with_its_state_in_words(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    gan, autoencoder = healthy_gan(runs), healthy_autoencoder(runs)
    autoencoder.says(state="finished", step=20_000)
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, gan.run.id, autoencoder.run.id)
        assert all(word in line(app, gan.run.id) for word in ("training", "healthy", "400"))
        assert all(word in line(app, autoencoder.run.id) for word in ("finished", "20 000"))


async def test_newest_values_where_there_is_room(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, run.id)
        assert "G 1.25  D 0.93  coverage 87 %" in line(app, run.id)


async def test_a_killed_worker_shows_as_crashed(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "training" in line(app, recorded.run.id))
        recorded.says(pid=DEAD_PID)
        await wait_for(pilot, lambda: "crashed" in line(app, recorded.run.id))


async def test_the_list_is_live(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "400" in line(app, recorded.run.id))
        recorded.says(step=777, verdict="collapsed")
        await wait_for(pilot, lambda: "777" in line(app, recorded.run.id))
        assert "COLLAPSED" in line(app, recorded.run.id)
        newer = Recorded(runs, "stacked")
        await wait_for_text(pilot, newer.run.id)


async def test_enter_opens_a_run_and_l_comes_back(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, recorded.run.id)
        await pilot.press("enter")
        await wait_for_text(pilot, "● training", "losses")
        await pilot.press("l")
        await wait_for_text(pilot, "runs in", recorded.run.id)
        await pilot.press("escape")
        await wait_for_text(pilot, "● training", "losses")


async def test_a_damaged_run_does_not_hide_the_others(runs: Path, open_app: Open) -> None:
    good, bad = healthy_gan(runs), Recorded(runs, "stacked")
    bad.store.close()
    for path in bad.run.path.glob("run.db*"):
        path.unlink()
    bad.run.database.write_bytes(b"no database" * 100)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, good.run.id, bad.run.id)
        assert "training" in line(app, good.run.id)
        assert "unreadable" in line(app, bad.run.id)


async def test_q_leaves(runs: Path, open_app: Open) -> None:
    healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "runs in")
        await pilot.press("q")
    assert app.return_code == 0
