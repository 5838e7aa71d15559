"""The form of a preset, driven as a person would: every setting edited, saved, trained."""

from pathlib import Path

import pytest
from PIL import Image
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from latentop.presets import catalogue
from latentop.presets.data import Folder
from latentop.presets.schema import Preset
from latentop.tui.link.terminal import Terminal
from latentop.tui.screens.form import FormScreen
from tests.support.dashboard import FakeWaitingWorker, Open, asked, healthy_gan, text, wait_for, wait_for_text
from tests.support.recorded_runs import alive, write
from tests.support.tiers import few

BOTH = pytest.mark.parametrize("size", few([(80, 24), (120, 36)], 1, single=True))


async def edit(pilot: Pilot[None], *keys: str) -> None:
    """Open the form of dcgan, and press these keys."""
    await wait_for_text(pilot, "what shall be trained?", "e edit")
    await pilot.press("e")
    await wait_for_text(pilot, "edit dcgan", "nothing changed", "Optimiser steps.")
    await pilot.press(*keys)


def trained() -> Preset:
    (run,) = FakeWaitingWorker.claimed
    return catalogue.parse(run.preset.read_text(encoding="utf-8"), "")


@BOTH
async def test_a_setting_is_typed_and_trained(runs: Path, open_app: Open, size: tuple[int, int]) -> None:
    async with open_app().run_test(notifications=True, size=size) as pilot:
        await edit(pilot)
        await wait_for_text(pilot, "accepted  a whole number from 1 up to", "default   none: it must be said")
        await pilot.press("down", *"128", "enter", *"7", "ctrl+t")
        await wait_for_text(pilot, "● starting")
        original = catalogue.load(catalogue.find("dcgan"))
        assert trained() == catalogue.override(original, ["batch=128", "seed=7"])


@BOTH
async def test_a_mistake_is_told_under_the_field_and_neither_trained_nor_saved(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app().run_test(notifications=True, size=size) as pilot:
        await edit(pilot, "down", *"12[b]")
        await wait_for_text(pilot, "! batch", "not accepted", "'12[b]' is not accepted; accepted: a whole")
        await pilot.press("enter")  # holds one back
        await wait_for_text(pilot, "Images per step.")
        await pilot.press("down", "down", "ctrl+s")
        await wait_for_text(pilot, "batch: '12[b]' is not accepted", "Images per step.")
        assert "named" not in text(pilot.app)
        await pilot.press("ctrl+t")
        assert FakeWaitingWorker.claimed == []
        await pilot.press("ctrl+r")
        await wait_for_text(pilot, "nothing changed")


@BOTH
async def test_alternatives_are_chosen_from_a_list_and_bring_their_settings(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app().run_test(notifications=True, size=size) as pilot:
        await edit(pilot, "ctrl+f", *"objective.name", "enter")
        await wait_for_text(pilot, "objective.name", "enter lists what it can be")
        await pilot.press("enter")
        await wait_for_text(pilot, "minimax", "hinge", "wasserstein", "Gulrajani", "esc cancels")
        await pilot.press(*"wass", "enter")
        await wait_for_text(pilot, "* name", "wasserstein", "was non-saturating", "WGAN-GP")
        await pilot.press("escape", "ctrl+f", *"between real and fake", "enter")
        await wait_for_text(pilot, "penalty", "10.0", "Weight of the gradient penalty")
        await pilot.press("5", "ctrl+t")
        await wait_for_text(pilot, "● starting")
        settings = catalogue.flatten(trained())
        assert (settings["objective.name"], settings["objective.penalty"]) == ("wasserstein", 5.0)


async def test_keys_in_haste_open_one_list(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "ctrl+f", *"objective.name", "enter")
        await wait_for_text(pilot, "objective.name", "enter lists what it can be")
        for letter in "wasserstein":  # faster than a screen comes
            pilot.app.post_message(Key(letter, letter))
        await wait_for_text(pilot, "esc cancels")
        await pilot.press("escape")
        await wait_for(pilot, lambda: "esc cancels" not in text(pilot.app))
        assert isinstance(pilot.app.screen, FormScreen)


async def test_what_does_not_go_together_is_told(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("slash", *"variational autoencoder", "enter", "down", "e")
        await wait_for_text(pilot, "edit vae")
        await pilot.press("slash", *"autoencoder.network", "enter", *"st", "enter")
        await wait_for_text(pilot, "was variational", "variational go together")
        await pilot.press("ctrl+t")
        assert FakeWaitingWorker.claimed == []


@BOTH
async def test_saved_it_stands_among_ones_own(
    runs: Path, open_app: Open, tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "yours" / "mine.toml"
    async with open_app().run_test(notifications=True, size=size) as pilot:
        await edit(pilot, "down", *"128", "ctrl+s")
        await wait_for_text(pilot, "Save as a preset of your own", "my-dcgan", "It is written to")
        await pilot.press("home", *["delete"] * 8, *"a/b")
        await wait_for_text(pilot, "'a/b' is not accepted", "letters, digits")
        await pilot.press("enter", *["backspace"] * 3)
        await wait_for_text(pilot, "it needs a name")
        await pilot.press(*"dcgan")
        await wait_for_text(pilot, "A shipped preset has that name", "takes yours")
        await pilot.press(*["backspace"] * 5, *"mine", "enter")
        await wait_for_text(pilot, "Saved: mine")
        await wait_for_text(pilot, "your own", "  mine", "what shall be trained?")
        original = catalogue.load(catalogue.find("dcgan"))
        assert catalogue.load(catalogue.find(str(file))) == catalogue.override(original, ["batch=128"])
        assert "seed" not in file.read_text()
        await pilot.press("enter")
        await wait_for_text(pilot, "● starting")
        assert "mine" in FakeWaitingWorker.claimed[0].id


async def test_ones_own_is_overwritten_only_when_that_is_meant(
    runs: Path, open_app: Open, tmp_path: Path
) -> None:
    (tmp_path / "yours").mkdir()
    file = tmp_path / "yours" / "mine.toml"
    file.write_text(catalogue.dump(catalogue.load(catalogue.find("dcgan"))))
    before = file.read_text()
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("end", "e")
        await wait_for_text(pilot, "edit mine")
        await pilot.press(*"50", "ctrl+s")
        await wait_for_text(pilot, "enter asks before it overwrites")
        await pilot.press("enter")
        await wait_for_text(pilot, "is there already", "what is in it now is lost")
        await pilot.press("escape")
        await wait_for_text(pilot, "enter asks before it overwrites")
        assert file.read_text() == before
        await pilot.press("enter")
        await wait_for_text(pilot, "is there already")
        await pilot.press("o")
        await wait_for_text(pilot, "Saved: mine")
        assert catalogue.load(catalogue.find(str(file))).steps == 50


async def test_a_folder_that_cannot_be_written_is_told_in_a_line(
    runs: Path, open_app: Open, tmp_path: Path
) -> None:
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await edit(pilot, *"50", "ctrl+s")
        await wait_for_text(pilot, "Save as a preset of your own")
        (tmp_path / "yours").write_text("a file, not a folder")
        await pilot.press("enter")
        await wait_for_text(pilot, "can't be written", "then save again")
        await pilot.press("escape")
        await wait_for_text(pilot, "1 setting changed")  # nothing is lost


async def test_leaving_asks_where_something_would_be_lost(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "escape")
        await wait_for_text(pilot, "what shall be trained?")
        await edit(pilot, *"50", "escape")
        await wait_for_text(pilot, "Leave dcgan? 1 setting changed.", "what was changed is forgotten")
        await pilot.press("escape")
        await wait_for_text(pilot, "* steps", "was 20000")
        await pilot.press("ctrl+q")
        await wait_for_text(pilot, "Leave dcgan?")
        await pilot.press("s")
        await wait_for_text(pilot, "Save as a preset of your own")
        await pilot.press("escape", "escape")
        await wait_for_text(pilot, "Leave dcgan?")
        await pilot.press("l")
        await wait_for_text(pilot, "what shall be trained?")


async def test_only_what_differs(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await edit(pilot, "down", *"128", "ctrl+o")
        shown = await wait_for_text(pilot, "only what differs", "* batch", "was 64", "default 0.9")
        assert "seed" not in shown
        assert "beta2" not in shown
        await pilot.press("ctrl+o")
        await wait_for_text(pilot, "beta2", "seed")


async def test_a_slash_finds_and_in_a_text_it_is_a_slash(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "slash", *"names it", "enter")
        await wait_for_text(pilot, "title", "A line that names it.")
        await pilot.press(*"a/b")
        await wait_for_text(pilot, "* title", "a/b", "was ")
        await pilot.press("escape")
        await wait_for_text(pilot, "codings_clear", "1 setting changed")
        await pilot.press("ctrl+f", *"no such words")
        await wait_for(pilot, lambda: "training" not in text(pilot.app))
        await pilot.press("enter", "down", "5", "ctrl+r", "escape")
        await wait_for_text(pilot, "training", "1 setting changed")


async def test_keys_that_come_in_a_burst_go_where_they_are_meant(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(
            pilot, *"50", "down", *"12", "down", *"7", "down", "up", "up", "up", "enter", *"3", "ctrl+t"
        )
        await wait_for_text(pilot, "● starting")
        preset = trained()
        assert (preset.steps, preset.batch, preset.seed) == (50, 3, 7)


async def test_from_a_run_in_training_it_takes_its_place(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("e")
        await wait_for_text(pilot, "ctrl+t stops dcgan-s42 after a checkpoint and trains this")
        await pilot.press(*"50", "ctrl+t")
        await wait_for_text(pilot, "● starting")
        write(FakeWaitingWorker.claimed[0], facts={**alive(), "step": 1})
        await wait_for_text(pilot, "from its")
        assert asked(recorded.run) == [("stop", "{}")]


async def test_changes_stay_where_the_question_was_waved_away(runs: Path, open_app: Open) -> None:
    healthy_gan(runs)
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "runs in")
        await pilot.press("p")
        await edit(pilot, *"50", "ctrl+t")
        await wait_for_text(pilot, "is in training")
        await pilot.press("escape")
        await wait_for_text(pilot, "* steps", "was 20000")
        assert FakeWaitingWorker.claimed == []


@BOTH
async def test_plain_terminals_get_plain_characters(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app(None, Terminal(ascii=True)).run_test(notifications=True, size=size) as pilot:
        await edit(pilot, "down", *"x", "pagedown")
        assert (await wait_for_text(pilot, "! batch", "1 setting changed")).isascii()


async def test_help_lists_the_keys(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await edit(pilot, "f1")
        await wait_for_text(
            pilot, "keys in the form of a preset", "ctrl+t", "ctrl+o", "Train it as it is now"
        )


@pytest.mark.slow
@BOTH
async def test_a_folder_of_your_own_is_chosen_and_a_wrong_one_told_at_its_field(
    runs: Path, open_app: Open, tmp_path: Path, size: tuple[int, int]
) -> None:
    for number in range(2):
        path = tmp_path / "photos" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)
    async with open_app().run_test(notifications=True, size=size) as pilot:
        await edit(pilot, "slash", *"data.name", "enter", *"fol", "enter")
        await wait_for_text(pilot, "folder", "1 setting changed")
        await pilot.press("escape", "ctrl+t")
        await wait_for_text(pilot, "data.path is empty")
        assert FakeWaitingWorker.claimed == []
        await pilot.press(*str(tmp_path / "photos"), "ctrl+t")
        await wait_for_text(pilot, "● starting")
        assert trained().data == Folder(path=str(tmp_path / "photos"))


@pytest.mark.parametrize(
    ("over", "shown"), [("f1", "keys everywhere"), ("ctrl+s", "Save as"), ("ctrl+p", "Search for commands")]
)
async def test_quitting_asks_about_changes_below_a_dialogue(
    runs: Path, open_app: Open, over: str, shown: str
) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, *"50")
        await wait_for_text(pilot, "1 setting changed")
        await pilot.press(over)
        await wait_for_text(pilot, shown)
        await pilot.press("ctrl+q")
        await wait_for_text(pilot, "Leave dcgan? 1 setting changed.")
        await pilot.press("escape")
        await wait_for_text(pilot, "* steps", "was 20000")


async def test_quitting_asks_about_a_name_that_is_typed(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "ctrl+s")
        await wait_for_text(pilot, "Save as a preset of your own")
        await pilot.press(*"mine", "ctrl+q")
        await wait_for_text(pilot, "Leave what is typed here?")
        await pilot.press("escape")
        await wait_for_text(pilot, "Save as a preset of your own", "mine")


@pytest.mark.parametrize("name", ["a" * 100, "漢" * 100], ids=["narrow", "wide"])
async def test_a_name_too_long_for_a_file_is_told(
    runs: Path, open_app: Open, tmp_path: Path, name: str
) -> None:
    (tmp_path / "yours").mkdir()
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await edit(pilot, "ctrl+s")
        await wait_for_text(pilot, "Save as a preset of your own")
        pilot.app.screen.query_one(Input).value = name
        await wait_for_text(pilot, "a name of 100 characters")
        await pilot.press("enter")
        await wait_for_text(pilot, "a name of 100 characters")
