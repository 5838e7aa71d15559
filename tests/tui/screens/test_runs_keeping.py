"""The list of runs kept in order: sorted, searched, named, noted, marked, deleted."""

import re
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from latentop.engine.run import deletion, folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from latentop.tui.runs.names import undated
from tests.support.dashboard import AT_EVERY_SIZE, Open, Recorded, healthy_gan, text, wait_for, wait_for_text
from tests.support.real_runs import facts

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
    return [name.rpartition("-")[2] for name in listed(app) if "dcgan-s" in name]


def under_cursor(app: LatentopApp) -> str:
    return next((line for line in text(app).splitlines() if line.startswith(">")), "")


async def deleted(pilot: Pilot[None], gone: Recorded) -> None:
    await wait_for(pilot, lambda: undated(gone.run.id) not in text(pilot.app))
    assert not gone.run.path.exists()


@AT_EVERY_SIZE
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
        assert heading.index("done") < heading.index("trend")
        await pilot.click("#runs", offset=(heading.index("done"), 0))
        shown = await wait_for_text(pilot, "by done ↓", "done ↓")
        assert seeds(app) == ["s2", "s3", "s1"]
        assert shown.splitlines()[1].index("trend") == heading.index("trend")
        await pilot.press("O")
        await wait_for_text(pilot, "done ↑")
        assert seeds(app) == ["s1", "s3", "s2"]
        for order in ("trend", "preset", "age"):
            await pilot.press("o")
            await wait_for_text(pilot, f"by {order} ")
        assert seeds(app) == begun


async def test_the_cursor_stays_on_its_run_while_the_order_changes(runs: Path, open_app: Open) -> None:
    slow, fast = gan(runs, 1, 50, state="running"), gan(runs, 2, 400, state="running")
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "s1", "s2")
        await pilot.press("o", "o", "o", "o")
        await wait_for_text(pilot, "by step ↓")
        assert seeds(app) == ["s2", "s1"]
        await pilot.press("end")
        assert undated(slow.run.id) in under_cursor(app)
        slow.says(step=900)
        await wait_for(pilot, lambda: seeds(app) == ["s1", "s2"])
        assert undated(slow.run.id) in under_cursor(app)
        gan(runs, 3, 2_000)
        await wait_for(pilot, lambda: seeds(app) == ["s3", "s1", "s2"])
        assert undated(slow.run.id) in under_cursor(app)
        assert undated(fast.run.id) not in under_cursor(app)


@AT_EVERY_SIZE
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
        await wait_for_text(pilot, undated(run.id))
        await pilot.press("R")
        await wait_for_text(pilot, f"A name for {run.id}")
        await pilot.press(*"a/b", "enter")
        await wait_for_text(pilot, "holds a /", "a/b")
        await pilot.press("backspace", "backspace", *"good", "enter")
        await wait_for(pilot, lambda: "agood " in under_cursor(app))
        await pilot.press("N")
        await wait_for_text(pilot, f"A note about {run.id}")
        await pilot.press(*"Keep", "enter")
        shown = await wait_for_text(pilot, "agood · Keep")
        assert undated(run.id) in shown
        await pilot.press("enter")
        await wait_for_text(pilot, "● training", "agood   dcgan", "losses")
    assert (facts(run).name, facts(run).note) == ("agood", "Keep")


@pytest.mark.parametrize(("key", "question"), [("R", "A name for"), ("N", "A note about")])
async def test_a_line_that_is_typed_is_not_lost_unasked(
    runs: Path, open_app: Open, key: str, question: str
) -> None:
    run = healthy_gan(runs).run
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, undated(run.id))
        await pilot.press(key)
        await wait_for_text(pilot, question)
        await pilot.press(*"good", "ctrl+q")
        await wait_for_text(pilot, "Leave what is typed here?", "what is typed here is lost")
        await pilot.press("escape")
        await wait_for_text(pilot, question, "good")
        await pilot.click(offset=(1, 1))  # beside the dialogue
        await wait_for_text(pilot, "Leave what is typed here?")
        await pilot.press("escape")
        await wait_for_text(pilot, question, "good")
        await pilot.press("ctrl+p")
        await wait_for_text(pilot, "Search for commands")
        await pilot.press("ctrl+q")
        await wait_for_text(pilot, "Leave what is typed here?")
        await pilot.press("f")
        await wait_for(pilot, lambda: question not in text(app))
        await pilot.press(key, "ctrl+q")  # nothing is typed, and nothing trains that was opened here
        await wait_for(pilot, lambda: not app.is_running)
    assert (facts(run).name, facts(run).note) == ("", "")


@AT_EVERY_SIZE
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
        await pilot.press("escape", "N")
        shown = await wait_for_text(pilot, "A note about", "\\x1b]0;owned\\x07")
        assert shown.replace("\n", "").isprintable()


@AT_EVERY_SIZE
async def test_deleting_is_asked_first_and_enter_alone_deletes_nothing(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    gone, kept = gan(runs, 1, 50), gan(runs, 2, 60)
    (gone.run.checkpoints / "step-000000050.pt").write_bytes(bytes(7_000_000))
    for recorded in (gone, kept):
        recorded.store.close()
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, undated(gone.run.id), undated(kept.run.id))
        await wait_for(pilot, lambda: under_cursor(app))
        if undated(gone.run.id) not in under_cursor(app):
            await pilot.press("down")
            await wait_for(pilot, lambda: undated(gone.run.id) in under_cursor(app))
        await pilot.press("x")
        await wait_for_text(pilot, f"Delete {gone.run.id}? 7.", "MB would be gone for good")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "gone for good" not in text(app))
        assert gone.run.path.exists()
        await pilot.press("x")
        await wait_for_text(pilot, "gone for good")
        await pilot.press("d")
        await deleted(pilot, gone)
        assert undated(kept.run.id) in under_cursor(app)
        assert folder.every(runs) == [kept.run]


async def test_a_run_that_lives_is_not_deleted_and_the_reason_is_told(runs: Path, open_app: Open) -> None:
    living, ended = healthy_gan(runs), gan(runs, 7, 50)
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, undated(living.run.id), undated(ended.run.id))
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
        await wait_for_text(pilot, "2 marked", "●", "C compare")
        marked, kept = seeds(app)[:2], seeds(app)[2]
        await pilot.press("x")
        await wait_for_text(pilot, "gone for good")
        await pilot.press("d")
        await wait_for(pilot, lambda: seeds(app) == [kept])
        assert "marked" not in text(app)
        assert not [run for run in folder.every(runs) if run.id.rpartition("-")[2] in marked]


async def test_a_deletion_goes_on_and_its_trouble_is_told_when_its_screen_is_gone(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, gone = gan(runs, 1, 50), gan(runs, 2, 50)
    for recorded in (stuck, gone):
        recorded.store.close()
    left, delete = Event(), deletion.delete

    def deletes(folder: Path, run: RunFolder) -> None:
        assert left.wait(60)
        if run == stuck.run:
            raise LatentopError("permission denied", "look who owns it")
        delete(folder, run)

    monkeypatch.setattr(deletion, "delete", deletes)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "s1", "s2")
        await pilot.press("home", "space", "space", "x")
        await wait_for_text(pilot, "gone for good")
        screen = app.screen_stack[-2]
        await pilot.press("d", "p")
        await wait_for(pilot, lambda: not screen.is_attached)
        left.set()
        await wait_for_text(pilot, "permission denied")
        await deleted(pilot, gone)


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
        await wait_for_text(pilot, "runs in", undated(only.run.id))
        await pilot.press("x")
        await wait_for_text(pilot, "gone for good")
        await pilot.press("d")
        await wait_for_text(pilot, "No runs here yet.", "p chooses a preset", "p presets")
        assert "x delete" not in text(app)
        await pilot.press("x", "space", "R", "N", "enter", "escape", "question_mark")
        await wait_for_text(pilot, "keys in the list of runs")


async def test_an_unreadable_run_says_why_below_the_list(runs: Path, open_app: Open) -> None:
    bad = gan(runs, 1, 50)
    bad.store.close()
    for path in bad.run.path.glob("run.db*"):
        path.unlink()
    bad.run.database.write_bytes(b"no database" * 100)
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "unreadable", f"{bad.run.id}  run.db is no database, or a damaged")
        await pilot.press("R", *"x", "enter")
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
        lines = text(app).splitlines()
        last = lines.index(under_cursor(app))
        assert "dcgan-s" in lines[last - 1]
        assert "unreadable" not in lines[last + 1]


async def test_plain_ascii(runs: Path, open_app: Open) -> None:
    gan(runs, 1, 50, name="größte", note="→ später")
    gan(runs, 2, 50)
    app = open_app(terminal=Terminal(ascii=True, colour=False))
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "gro?te", "s2")
        await pilot.press("home", "space", "o", "slash", *"gr")
        shown = await wait_for_text(pilot, "run ^", "1 of 2", "find gr")
        assert shown.replace("\n", "").isascii()


async def test_what_was_agreed_to_be_deleted_goes_though_the_list_is_left(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_runs = [gan(runs, seed, 50) for seed in (1, 2)]
    for recorded in all_runs:
        recorded.store.close()
    delete, left = deletion.delete, Event()

    def waits(folder: Path, run: RunFolder) -> None:
        left.wait()
        delete(folder, run)

    monkeypatch.setattr(deletion, "delete", waits)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "s1", "s2")
        await pilot.press("home", "space", "space", "x")
        await wait_for_text(pilot, "gone for good")
        await pilot.press("d", "p")
        await wait_for_text(pilot, "what shall be trained?")
        left.set()
        await wait_for(pilot, lambda: not folder.every(runs))
