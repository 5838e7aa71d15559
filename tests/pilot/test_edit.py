from collections.abc import Callable
from pathlib import Path

from tests.pilot.conftest import asked, healthy_gan, text, wait_for, wait_for_text
from tui.app import LatentopApp

Open = Callable[..., LatentopApp]


async def test_a_learning_rate_is_changed(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("e")
        await wait_for_text(pilot, "generator.lr", "0.0002", "discriminator.lr")
        await pilot.press("down", *"1e-4", "enter")
        await wait_for(pilot, lambda: asked(run) == [("set", '{"discriminator.lr": 0.0001}')])


async def test_what_is_not_accepted_is_said_under_the_field(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("e")
        await wait_for_text(pilot, "Change while training")
        for value in ("50", "-1", "[b]"):
            await pilot.press("home", *["delete"] * 4, *value)
            await wait_for_text(pilot, value, "is not accepted", "a number above 0 up to 10")
        await pilot.press("enter")
        assert "Change while training" in text(pilot.app)
        await pilot.press("escape")
        await wait_for_text(pilot, "losses")
        assert asked(run) == []


async def test_nothing_can_be_changed_where_nobody_trains(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.says(state="finished")
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "finished")
        await pilot.press("e")
        await wait_for_text(pilot, "nobody is there to ask")
