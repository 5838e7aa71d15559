"""Settings of a script's training, changed and undone from its screen."""

from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from latentop.presets import script, script_draft
from latentop.presets.script import Watching
from latentop.tui.app import LatentopApp
from tests.support.dashboard import AT_EVERY_SIZE, asked, text, wait_for, wait_for_text
from tests.support.recorded_scripts import Scripted

Open = Callable[..., LatentopApp]


def training(runs: Path, **facts: object) -> Scripted:
    recorded = Scripted(runs, **facts)  # type: ignore[arg-type]
    recorded.trains(400)
    recorded.draws("loss/generator", [1.25] * 400)
    return recorded


async def edit(pilot: Pilot[None], *keys: str) -> None:
    """Open the dialogue over the run, and press these keys."""
    await wait_for_text(pilot, "● training")
    await pilot.press("e")
    await wait_for_text(pilot, "while it trains · nothing changed", "generator.lr", "0.0002")
    await pilot.press(*keys)


@AT_EVERY_SIZE
async def test_the_numbers_of_the_script_come_first_and_are_set(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    run = training(runs).run
    async with open_app(run).run_test(notifications=True, size=size) as pilot:
        await edit(pilot, *"1e-4", "down", "down")
        shown = await wait_for_text(pilot, "1 setting changed", "a number from 0 up to 100")
        shown = shown[shown.index("1 setting changed") :]
        assert shown.index("generator") < shown.index("discriminator") < shown.index("training")
        assert "it must be said" not in shown
        assert "fork" not in shown
        await pilot.press(*"5", "enter")
        await wait_for(pilot, lambda: asked(run) == [("set", '{"generator.lr": 0.0001, "r1": 5.0}')])
        await wait_for_text(pilot, "space pause")


async def test_what_the_script_does_not_take_is_said_under_the_field(runs: Path, open_app: Open) -> None:
    run = training(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "down", "down")
        for value in ("101", "-1", "much"):
            await pilot.press("home", *["delete"] * 8, *value)
            await wait_for_text(pilot, value, "is not accepted", "a number from 0 up to 100")
        await pilot.press("enter")
        assert "while it trains" in text(pilot.app)
        await pilot.press("ctrl+r", "escape")
        await wait_for_text(pilot, "losses")
        assert asked(run) == []


async def test_thresholds_of_a_script_must_agree(runs: Path, open_app: Open) -> None:
    run = training(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "slash", *"diversity_alarm", "enter")
        await wait_for_text(pilot, "watch.diversity_alarm")
        await pilot.press(*"0.9", "enter")
        await wait_for_text(pilot, "diversity_clear must not be below diversity_alarm")
        assert asked(run) == []


async def test_several_groups_of_one_optimiser_are_told_apart(runs: Path, open_app: Open) -> None:
    numbers = {"generator.0.lr": 1e-3, "r1": 10.0, "generator.1.lr": 2e-3}
    settings = script.settings(numbers, Watching())
    recorded = training(runs, settings=settings, bounds=dict.fromkeys(numbers, (0.0, None)))
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("e")
        shown = await wait_for_text(pilot, "nothing changed", "0.lr", "1.lr", "r1")
        assert shown.index("0.lr") < shown.index("1.lr") < shown.index("r1")


async def test_the_last_change_is_undone(runs: Path, open_app: Open) -> None:
    run = training(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "ctrl+z")
        await wait_for(pilot, lambda: asked(run) == [("undo", "{}")])


async def test_a_script_is_not_forked_and_how_to_start_it_again_is_said(runs: Path, open_app: Open) -> None:
    recorded = training(runs, command=("python", "train.py"))
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await edit(pilot, "ctrl+t")
        await wait_for_text(
            pilot, "its networks are a script's own", "start the script again: python train.py"
        )
        recorded.says(state="finished")
        await pilot.press("escape")
        await wait_for_text(pilot, "● finished")
        await pilot.press("e")
        await wait_for(pilot, lambda: text(pilot.app).count("start the script again") == 2)


async def test_what_it_is_unable_to_undo_has_no_key_and_says_why(runs: Path, open_app: Open) -> None:
    recorded = training(runs, unable={"undo": "it keeps no states"})
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await edit(pilot, "ctrl+z")
        shown = await wait_for_text(pilot, "can't undo a change: it keeps no states")
        assert "ctrl+z" not in shown
        assert asked(recorded.run) == []


def test_a_whole_number_stays_one(runs: Path) -> None:
    begun = script_draft.begun({"every": 5, "r1": 10.0}, {"every": (1, None), "r1": (None, None)})
    edited = begun.put("every", "2.5")
    problem = next(field.problem for field in edited.fields if field.key == "every")
    assert problem == "2.5 is not accepted; accepted: a whole number from 1"
    assert begun.put("r1", "5").changed == ("r1",)
    assert begun.put("r1", "10").changed == ()
    assert begun.put("r1", "5").reset("r1").changed == ()
