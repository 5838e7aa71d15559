import asyncio
import errno
import os
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest
from textual.pilot import Pilot

from latentop.engine.run import folder
from latentop.engine.run.process import launch
from latentop.presets import catalogue, preview
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import (
    AT_EVERY_SIZE,
    FakeWaitingWorker,
    Open,
    asked,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)
from tests.support.previews import MADE
from tests.support.recorded_runs import alive, write


@AT_EVERY_SIZE
async def test_opens_on_the_presets_where_there_are_no_runs(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app().run_test(notifications=True, size=size) as pilot:
        shown = await wait_for_text(pilot, "what shall be trained?", "GANs", "autoencoders", "dcgan")
        first = catalogue.load(catalogue.find("dcgan"))
        assert first.title in shown
        for heading in ("shows", "takes", "look for"):
            assert heading in shown
        await pilot.press("pagedown")
        await wait_for_text(pilot, "source", "settings")


async def test_enter_trains_it_at_once_in_the_worker_that_waits(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "what shall be trained?", "dcgan")
        await pilot.press("enter")
        await wait_for_text(pilot, "● starting")
        (run,) = FakeWaitingWorker.claimed
        entry = catalogue.find("dcgan")
        assert entry.name in run.id
        preset = catalogue.parse(run.preset.read_text(encoding="utf-8"), "")
        assert preset == catalogue.load(entry)


async def test_settings_are_shown_as_they_are_set(runs: Path, open_app: Open, tmp_path: Path) -> None:
    (tmp_path / "yours").mkdir()
    preset = catalogue.load(catalogue.find("stacked"), ["autoencoder.hidden=[50]"])
    (tmp_path / "yours" / "mine.toml").write_text(catalogue.dump(preset))
    async with open_app().run_test(notifications=True, size=(120, 60)) as pilot:
        await wait_for_text(pilot, "mine")
        await pilot.press("end")
        await wait_for_text(pilot, "autoencoder          stacked", "hidden             [50]", "default [100]")


async def test_esc_is_only_offered_where_it_leads_back(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        assert "esc back" not in await wait_for_text(pilot, "what shall be trained?", "q quit")
        await pilot.press("l")
        await wait_for_text(pilot, "No runs here yet", "esc back")
        await pilot.press("escape")
        assert "esc back" not in await wait_for_text(pilot, "what shall be trained?", "q quit")


async def test_enter_takes_the_place_of_the_run_that_one_comes_from(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("p")
        await wait_for_text(pilot, "enter stops dcgan-s42 after a checkpoint and trains this; b trains both")
        await pilot.press("down", "enter")  # dcgan-64, which has no folder yet
        await wait_for_text(pilot, "data.path is empty")
        assert (FakeWaitingWorker.claimed, asked(recorded.run)) == ([], [])
        await pilot.press("down", "enter")
        await wait_for_text(pilot, "● starting")
        (run,) = FakeWaitingWorker.claimed
        assert "-dcgan-few-s42" in run.id
        assert asked(recorded.run) == [], "it has not begun yet"
        write(run, facts={**alive(), "step": 1})
        await wait_for_text(pilot, f"{recorded.run.id} stops", "To go back", "space trains on")
        assert asked(recorded.run) == [("stop", "{}")]


async def train_in_its_place(pilot: Pilot[None]) -> None:
    """From a run in training: the first preset, which begins to start."""
    await wait_for_text(pilot, "● training")
    await pilot.press("p")
    await wait_for_text(pilot, "enter stops dcgan-s42")
    await pilot.press("enter")
    await wait_for_text(pilot, "● starting")


@pytest.mark.parametrize("state", ["failed", "stopped"])
async def test_a_run_trains_on_where_the_one_in_its_place_ends_before_its_first_step(
    runs: Path, open_app: Open, state: str
) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await train_in_its_place(pilot)
        (run,) = FakeWaitingWorker.claimed
        write(run, facts={"state": state, "error": "there is too little memory", "ended": time.time()})
        await wait_for_text(pilot, f"{run.id} did not", recorded.run.id, "trains on", "l lists it")
        assert asked(recorded.run) == []


async def test_who_leaves_before_the_new_run_has_begun_has_stopped_the_old_one(
    runs: Path, open_app: Open
) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await train_in_its_place(pilot)
        assert asked(recorded.run) == []
    for _ in range(200):  # it is asked as the dashboard ends
        if asked(recorded.run):
            break
        await asyncio.sleep(0.05)
    assert asked(recorded.run) == [("stop", "{}")]


async def test_where_no_process_can_be_started_that_is_told_and_no_run_is_left(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> NoReturn:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr("latentop.tui.launcher.WaitingWorker", launch.WaitingWorker)
    monkeypatch.setattr(launch, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": full}))
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "what shall be trained?", "dcgan")
        await pilot.press("enter")
        await wait_for_text(pilot, "no process can be started", "end other programs")
        assert folder.every(runs) == []


async def test_b_trains_both(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("p")
        await wait_for_text(pilot, "b trains both", "b both")
        await pilot.press("b")
        await wait_for_text(pilot, "● starting")
        assert len(FakeWaitingWorker.claimed) == 1
        assert asked(recorded.run) == []


async def test_a_run_trains_on_where_the_new_one_cannot_start(
    runs: Path, open_app: Open, tmp_path: Path
) -> None:
    (tmp_path / "yours").mkdir()
    (tmp_path / "yours" / "bad.toml").write_text('kind = "gan"\ntitle = "x"\n')
    own = catalogue.dump(catalogue.with_code(catalogue.load(catalogue.find("gan")), "gone.py"))
    (tmp_path / "yours" / "gone.toml").write_text(own)
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("p")
        await wait_for_text(pilot, "enter stops dcgan-s42")
        await pilot.press("end", "enter")
        await wait_for_text(pilot, "gone.py can't be read")
        await pilot.press("up", "enter")
        await wait_for_text(pilot, "bad can't be trained before its mistake is mended", "bad.toml")
        assert (FakeWaitingWorker.claimed, asked(recorded.run)) == ([], [])


@pytest.mark.parametrize("way", ["the list of runs", "beside another"])
async def test_any_other_run_in_training_is_asked_about(runs: Path, open_app: Open, way: str) -> None:
    recorded = healthy_gan(runs)
    seen = healthy_gan(runs).run if way == "beside another" else recorded.run
    async with open_app(seen).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        if way == "the list of runs":
            await pilot.press("l")
            await wait_for_text(pilot, recorded.run.id)
        await pilot.press("p")
        assert "enter stops" not in await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("enter")
        await wait_for_text(pilot, "is in training", "goes on in the background", "ends after a checkpoint")
        assert FakeWaitingWorker.claimed == []
        await pilot.press("b")
        await wait_for_text(pilot, "● starting")
        assert len(FakeWaitingWorker.claimed) == 1
        assert asked(recorded.run) == asked(seen) == []


async def test_a_run_that_was_asked_about_may_be_stopped(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, recorded.run.id)
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("enter")
        await wait_for_text(pilot, "is in training")
        await pilot.press("s")
        await wait_for_text(pilot, "● starting")
        write(FakeWaitingWorker.claimed[0], facts={**alive(), "step": 1})
        await wait_for(pilot, lambda: asked(recorded.run) == [("stop", "{}")])


async def test_think_better_of_it(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, recorded.run.id)
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("enter")
        await wait_for_text(pilot, "is in training")
        await pilot.press("escape")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("escape")
        await wait_for_text(pilot, "runs in", recorded.run.id)
        assert (FakeWaitingWorker.claimed, asked(recorded.run)) == ([], [])


async def test_a_preset_with_a_mistake_says_where_and_is_neither_trained_nor_edited(
    runs: Path, open_app: Open, tmp_path: Path
) -> None:
    (tmp_path / "yours").mkdir()
    file = tmp_path / "yours" / "mine.toml"
    text_of = catalogue.dump(catalogue.load(catalogue.find("dcgan"))).replace("beta1 = 0.5", "beta1 = 5", 1)
    file.write_text(text_of.replace("DCGAN on", "[red]"))
    line = text_of[: text_of.index("beta1 = 5")].count("\n") + 1
    async with open_app().run_test(notifications=True, size=(200, 60)) as pilot:
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("end")
        await wait_for_text(pilot, "your own", "! mine", "mine has a mistake")
        await wait_for_text(pilot, "generator.beta1: 5 is not accepted", "a number from 0 below 1")
        await wait_for_text(pilot, f"{file}, line {line}")
        await pilot.press("enter")
        await wait_for_text(pilot, "mine can't be trained before its mistake is mended")
        await pilot.press("e")
        await wait_for_text(pilot, "mine can't be edited before its mistake is mended")
        assert "what shall be trained?" in text(pilot.app)
        assert FakeWaitingWorker.claimed == []


async def test_find_narrows_the_list_as_one_types(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "what shall be trained?", "/ find")
        await pilot.press("slash", *"gaussians 25")  # of the title, which the list does not show
        await wait_for(pilot, lambda: "conditional-dcgan" not in text(pilot.app))
        await wait_for_text(pilot, "find gaussians 25", "GAN on a grid of 25 Gaussians")
        await pilot.press(*" xyz")
        await wait_for_text(pilot, "No preset has all of these words.")
        await pilot.press("enter", "enter", "e", "x")
        assert FakeWaitingWorker.claimed == []
        await pilot.press("escape")
        await wait_for_text(pilot, "conditional-dcgan", "DCGAN on Fashion-MNIST")
        await pilot.press("slash", *"vae", "down", "enter")
        await wait_for(pilot, lambda: FakeWaitingWorker.claimed)


async def test_find_prefers_the_name_to_a_word_of_the_description(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("slash", *"ring", "enter")
        lines = (await wait_for_text(pilot, "find ring", "GAN on a ring of")).splitlines()
        listed = [line[:26].split()[0] for line in lines[2:-1] if line[:26].split()]
        assert listed[:2] == ["ring", "ring-packed"]
        await pilot.press("enter")
        await wait_for(pilot, lambda: FakeWaitingWorker.claimed)
        assert "-ring-s" in FakeWaitingWorker.claimed[0].id


@pytest.mark.parametrize("ascii", [False, True])
async def test_page_keys_turn_the_details(runs: Path, open_app: Open, ascii: bool) -> None:
    async with open_app(None, Terminal(ascii=ascii)).run_test(notifications=True, size=(80, 24)) as pilot:
        shown = await wait_for_text(pilot, "what shall be trained?", "DCGAN on Fashion-MNIST")
        assert "default 0.9" not in shown
        assert shown.isascii() or not ascii
        await pilot.press("pagedown")
        await wait_for_text(pilot, "discriminator        dcgan", "default 0.9")
        await pilot.press("pageup")
        await wait_for_text(pilot, "DCGAN on Fashion-MNIST")


async def test_a_preset_of_ones_own_can_be_deleted(runs: Path, open_app: Open, tmp_path: Path) -> None:
    (tmp_path / "yours").mkdir()
    file = tmp_path / "yours" / "dcgan.toml"
    file.write_text(catalogue.dump(catalogue.load(catalogue.find("dcgan"))))
    async with open_app().run_test(notifications=True, size=(200, 60)) as pilot:
        assert "x delete" not in await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("x", "end")
        await wait_for_text(pilot, "Yours stands before the shipped dcgan", str(file), "x delete")
        await pilot.press("x")
        await wait_for_text(pilot, "Delete your preset dcgan?", "runs of it keep their own copy")
        await pilot.press("escape")
        await wait_for(pilot, lambda: "Delete your preset" not in text(pilot.app))
        assert file.exists()
        await pilot.press("x")
        await wait_for_text(pilot, "Delete your preset dcgan?")
        await pilot.press("d")
        await wait_for(pilot, lambda: not file.exists())
        await pilot.press("end")
        await wait_for_text(pilot, "none yet: e makes one")


async def test_after_a_deletion_search_and_place_are_kept(runs: Path, open_app: Open, tmp_path: Path) -> None:
    (tmp_path / "yours").mkdir()
    files = [tmp_path / "yours" / f"mine-{number}.toml" for number in (1, 2, 3)]
    for file in files:
        file.write_text(catalogue.dump(catalogue.load(catalogue.find("dcgan"))))
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("slash", *"mine", "enter")
        await wait_for_text(pilot, "find mine", "mine-1", "mine-3")
        await pilot.press("down", "x")
        await wait_for_text(pilot, "Delete your preset mine-2?")
        await pilot.press("d")
        await wait_for(pilot, lambda: not files[1].exists() and "mine-2" not in text(pilot.app))
        await wait_for_text(pilot, "find mine", "mine-1", "mine-3")
        await pilot.press("x")
        await wait_for_text(pilot, "Delete your preset mine-3?")


async def test_the_palette_trains_presets_by_name(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("ctrl+p")
        await pilot.press(*"train stacked")
        await wait_for_text(pilot, "Train stacked")
        await pilot.press("enter")
        await wait_for(pilot, lambda: FakeWaitingWorker.claimed)
        assert "stacked" in FakeWaitingWorker.claimed[0].id


async def test_a_folder_that_cannot_be_written_is_told(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.parent.mkdir(exist_ok=True)
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "what shall be trained?")
        runs.write_text("a file, not a folder")
        await pilot.press("enter")
        await wait_for_text(pilot, "can't be written")


async def test_a_worker_waits_only_while_presets_are_shown(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, recorded.run.id)
        assert FakeWaitingWorker.made == []
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?")
        (waiting,) = FakeWaitingWorker.made
        assert not waiting.dismissed
        await pilot.press("l")
        await wait_for_text(pilot, recorded.run.id)
        assert waiting.dismissed


async def test_a_run_that_was_asked_about_trains_on_where_the_new_one_cannot_start(
    runs: Path, open_app: Open, tmp_path: Path
) -> None:
    (tmp_path / "yours").mkdir()
    own = catalogue.dump(catalogue.with_code(catalogue.load(catalogue.find("gan")), "gone.py"))
    (tmp_path / "yours" / "gone.toml").write_text(own)
    recorded = healthy_gan(runs)
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, recorded.run.id)
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("end", "enter")
        await wait_for_text(pilot, "is in training")
        await pilot.press("s")
        await wait_for_text(pilot, "gone.py can't be read")
        assert asked(recorded.run) == []


def details(shown: str) -> str:
    """What stands right of the list, as one line."""
    return " ".join(" ".join(line.partition("│")[2] for line in shown.splitlines()).split())


@AT_EVERY_SIZE
async def test_one_sees_what_one_will_see_and_how_long_it_takes_here(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    monkeypatch.setattr(preview, "FOLDER", tmp_path / "previews")
    preview.write("dcgan", MADE)
    recorded = healthy_gan(runs, 4000)
    recorded.says(elapsed=400.0, state="finished", size=42_000_000)
    async with open_app().run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "runs in", recorded.run.id)
        await pilot.press("p")
        shown = await wait_for_text(pilot, "step 200", "real", "coverage", "100 %")
        assert "takes 20 000 steps, about 33 min here, at 10.0 it/s" in details(shown)
        listed = next(line for line in shown.splitlines() if line.startswith("   dcgan "))
        assert "~33 min ✔" in listed
        assert ("a long healthy contest" in listed) is (size[0] >= 120)
        await pilot.press("down")
        await wait_for_text(pilot, "No preview: it draws images of yours.")


async def test_without_a_preview_or_a_run_nothing_is_made_up(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(preview, "FOLDER", tmp_path)
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        shown = await wait_for_text(pilot, "No preview is shipped of it")
        assert "how long that is will be known once it trains here" in details(shown)
        assert "~" not in shown
