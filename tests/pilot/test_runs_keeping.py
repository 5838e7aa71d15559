"""The list of runs kept in order: sorted, searched, named, noted, marked, deleted."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.run import folder
from tests.pilot.conftest import SIZES, Recorded, healthy_gan, text, wait_for, wait_for_text
from tests.support import facts
from tui.app import LatentopApp
from tui.terminal import Terminal

Open = Callable[..., LatentopApp]
EVIL = "[red]no[/red] \x1b]0;owned\x07"


def gan(runs: Path, seed: int, steps: int, coverage: float = 0.87, **said: object) -> Recorded:
    """A run that nobody trains any more, told apart by its seed."""
    recorded = Recorded(runs, "dcgan", f"seed={seed}")
    recorded.trains(steps, **{"verdict": "healthy", "state": "finished", **said})
    recorded.draws("diversity/coverage", [coverage] * steps)
    return recorded


def listed(app: LatentopApp) -> list[str]:
    """The names of the runs, from above to below, as far as they are seen."""
    lines = text(app).splitlines()[2:]
    return [line[4:].split("  ")[0] for line in lines if re.match(r"[ >][ ●*]  \S", line)]


def seeds(app: LatentopApp) -> list[str]:
    return [name.rpartition("-")[2] for name in listed(app) if "-dcgan-s" in name]


def under_cursor(app: LatentopApp) -> str:
    return next((line for line in text(app).splitlines() if line.startswith(">")), "")


async def deleted(pilot: Pilot[None], gone: Recorded) -> None:
    await wait_for(pilot, lambda: gone.run.id not in text(pilot.app))
    assert not gone.run.path.exists()


@pytest.mark.parametrize("size", SIZES)
async def test_sorted_by_key_and_by_a_click_on_the_heading(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    for seed, steps in ((1, 50), (2, 400), (3, 120)):
        gan(runs, seed, steps)
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "s1", "s2", "s3")
        begun = seeds(app)
        heading = text(app).splitlines()[1]
        assert heading.index("step") < heading.index("trend")
        await pilot.click("#runs", offset=(heading.index("step"), 0))
        shown = await wait_for_text(pilot, "by step ↓", "step ↓")
        assert seeds(app) == ["s2", "s3", "s1"]
        assert shown.splitlines()[1].index("trend") == heading.index("trend")
        await pilot.press("O")
        await wait_for_text(pilot, "step ↑")
        assert seeds(app) == ["s1", "s3", "s2"]
        for order in ("done", "newest values", "preset", "age"):
            await pilot.press("o")
            await wait_for_text(pilot, f"by {order} ")
        assert seeds(app) == begun


async def test_the_cursor_stays_on_its_run_while_the_order_changes(runs: Path, open_app: Open) -> None:
    slow, fast = gan(runs, 1, 50, state="running"), gan(runs, 2, 400, state="running")
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "s1", "s2")
        await pilot.press("o", "o", "o", "o")
        await wait_for_text(pilot, "step ↓")
        assert seeds(app) == ["s2", "s1"]
        await pilot.press("end")
        assert slow.run.id in under_cursor(app)
        slow.says(step=900)
        await wait_for(pilot, lambda: seeds(app) == ["s1", "s2"])
        assert slow.run.id in under_cursor(app)
        newest = gan(runs, 3, 2_000)
        await wait_for_text(pilot, newest.run.id)
        assert seeds(app) == ["s3", "s1", "s2"]
        assert slow.run.id in under_cursor(app)
        assert fast.run.id not in under_cursor(app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_search_narrows_while_one_types_and_escape_shows_all(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    gan(runs, 1, 50, verdict="collapsed")
    gan(runs, 2, 60, note="before the holidays")
    healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "s1", "s2", "s42")
        await pilot.press("slash", *"holi")
        await wait_for_text(pilot, "1 of 3")
        assert seeds(app) == ["s2"]
        await pilot.press(*"quite")
        await wait_for_text(pilot, "Nothing matches 'holiquite': 3 runs are hidden.", "esc shows all.")
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(seeds(app)) == 3)
        assert "find" not in text(app).splitlines()[-2]
        await pilot.press("slash", *"collapsed", "enter", "enter")
        await wait_for_text(pilot, "COLLAPSED", "● finished")
        await pilot.press("l")
        await wait_for_text(pilot, "runs in", "1 of 3")
        assert seeds(app) == ["s1"]


async def test_a_name_and_a_note_are_written_and_shown(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, run.id)
        await pilot.press("r")
        await wait_for_text(pilot, f"A name for {run.id}")
        await pilot.press(*"a/b", "enter")
        await wait_for_text(pilot, "holds a /", "a/b")
        await pilot.press("backspace", "backspace", *"good", "enter")
        await wait_for(pilot, lambda: "agood " in under_cursor(app))
        await pilot.press("n")
        await wait_for_text(pilot, f"A note about {run.id}")
        await pilot.press(*"Keep", "enter")
        shown = await wait_for_text(pilot, "agood · Keep")
        assert run.id in shown
        await pilot.press("enter")
        await wait_for_text(pilot, "● training", "agood   dcgan", "losses")
    assert (facts(run).name, facts(run).note) == ("agood", "Keep")


@pytest.mark.parametrize("size", SIZES)
async def test_names_and_notes_are_no_markup_and_no_escape_codes(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    recorded = healthy_gan(runs)
    recorded.says(name=EVIL, note=EVIL)
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        shown = await wait_for_text(pilot, "[red]no", "\\x1b]0;owned\\x07")
        assert shown.replace("\n", "").isprintable()
        recorded.says(state="finished")
        await wait_for_text(pilot, "finished")
        await pilot.press("x")
        shown = await wait_for_text(pilot, "Delete [red]no[/red] \\x1b]0;owned\\x07")
        assert shown.replace("\n", "").isprintable()
        await pilot.press("escape", "n")
        shown = await wait_for_text(pilot, "A note about", "\\x1b]0;owned\\x07")
        assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize("size", SIZES)
async def test_deleting_is_asked_first_and_enter_alone_deletes_nothing(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    gone, kept = gan(runs, 1, 50), gan(runs, 2, 60)
    (gone.run.checkpoints / "step-000000050.pt").write_bytes(bytes(7_000_000))
    for recorded in (gone, kept):
        recorded.store.close()
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, gone.run.id, kept.run.id)
        await pilot.press(*(["down"] if gone.run.id not in under_cursor(app) else []), "x")
        await wait_for_text(pilot, f"Delete {gone.run.id}? 7.", "MB would be gone for good")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "gone for good" not in text(app))
        assert gone.run.path.exists()
        await pilot.press("x")
        await wait_for_text(pilot, "gone for good")
        await pilot.press("d")
        await deleted(pilot, gone)
        assert kept.run.id in under_cursor(app)
        assert folder.every(runs) == [kept.run]


async def test_a_run_that_lives_is_not_deleted_and_the_reason_is_told(runs: Path, open_app: Open) -> None:
    living, ended = healthy_gan(runs), gan(runs, 7, 50)
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, living.run.id, ended.run.id)
        await pilot.press("home", "space", "space")
        await wait_for_text(pilot, "2 marked")
        await pilot.press("x")
        await wait_for_text(pilot, f"{living.run.id} is running: a run")
    assert set(folder.every(runs)) == {living.run, ended.run}


async def test_marked_runs_go_together_and_no_other(runs: Path, open_app: Open) -> None:
    all_runs = [gan(runs, seed, 50) for seed in (1, 2, 3)]
    for recorded in all_runs:
        recorded.store.close()
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "s1", "s2", "s3")
        await pilot.press("home", "space", "space")
        await wait_for_text(pilot, "2 marked", "●", "c compare")
        marked, kept = seeds(app)[:2], seeds(app)[2]
        await pilot.press("x")
        await wait_for_text(pilot, "gone for good")
        await pilot.press("d")
        await wait_for(pilot, lambda: seeds(app) == [kept])
        assert "marked" not in text(app)
        assert not [run for run in folder.every(runs) if run.id.rpartition("-")[2] in marked]


async def test_marks_that_the_search_hides_are_told_before_anything_is_deleted(
    runs: Path, open_app: Open
) -> None:
    for seed in range(1, 8):
        gan(runs, seed, 50, note="keep" if seed == 1 else "").store.close()
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "s1", "s7")
        await pilot.press("home", *["space"] * 7)
        await wait_for_text(pilot, "7 marked")
        await pilot.press("slash", *"keep", "enter")
        await wait_for_text(pilot, "1 of 7", "7 marked (6 hidden)")
        await pilot.press("x")
        await wait_for_text(pilot, "and 3 more? 7 marked, 6", "hidden by the search")
        await pilot.press("escape")
    assert len(folder.every(runs)) == 7


async def test_the_run_one_came_from_may_be_deleted(runs: Path, open_app: Open) -> None:
    only = gan(runs, 1, 50)
    only.store.close()
    app = open_app(only.run)
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● finished")
        await pilot.press("l")
        await wait_for_text(pilot, "runs in", only.run.id)
        await pilot.press("x")
        await wait_for_text(pilot, "gone for good")
        await pilot.press("d")
        await wait_for_text(pilot, "No runs here yet.", "p chooses a preset", "p presets")
        assert "x delete" not in text(app)
        await pilot.press("x", "space", "r", "n", "enter", "escape")
        await wait_for_text(pilot, "No runs here yet.")


async def test_an_unreadable_run_says_why_below_the_list(runs: Path, open_app: Open) -> None:
    bad = gan(runs, 1, 50)
    bad.store.close()
    for path in bad.run.path.glob("run.db*"):
        path.unlink()
    bad.run.database.write_bytes(b"no database" * 100)
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "unreadable", f"{bad.run.id}  run.db is no database, or a damaged")
        await pilot.press("r", *"x", "enter")
        await wait_for_text(pilot, "is no database, or a damaged one")


async def test_two_hundred_runs_are_walked_through_with_the_cursor_in_sight(
    runs: Path, open_app: Open
) -> None:
    for number in range(200):
        run = runs / f"20261122-1405-dcgan-s{number}"
        run.mkdir(parents=True)
        (run / "run.db").touch()
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "   200 · by age", "▐")
        for key in ("end", "up", "pageup", "home", "pagedown", "down"):
            await pilot.press(key)
            assert "dcgan-s" in under_cursor(app)
        assert under_cursor(app) == text(app).splitlines()[-3]


async def test_plain_ascii(runs: Path, open_app: Open) -> None:
    gan(runs, 1, 50, name="größte", note="→ später")
    gan(runs, 2, 50)
    app = open_app(terminal=Terminal(ascii=True, colour=False))
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "gr??te", "s2")
        await pilot.press("home", "space", "o", "slash", *"gr")
        shown = await wait_for_text(pilot, "run ^", "1 of 2", "find gr")
        assert shown.replace("\n", "").isascii()
