from collections.abc import Callable
from pathlib import Path

import pytest

from presets import catalogue
from tests.pilot.conftest import SIZES, FakeWaitingWorker, asked, healthy_gan, text, wait_for, wait_for_text
from tui.app import LatentopApp

Open = Callable[..., LatentopApp]


@pytest.mark.parametrize("size", SIZES)
async def test_opens_on_the_presets_where_there_are_no_runs(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    async with open_app().run_test(notifications=True, size=size) as pilot:
        shown = await wait_for_text(pilot, "what shall be trained?", "GANs", "autoencoders", "dcgan")
        first = catalogue.load(catalogue.find("dcgan"))
        assert first.title in shown
        for heading in ("shows", "look for", "source", "settings"):
            assert heading in shown


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
        await wait_for_text(pilot, "autoencoder.hidden", "[50]")


async def test_esc_is_only_offered_where_it_leads_back(runs: Path, open_app: Open) -> None:
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        assert "esc back" not in await wait_for_text(pilot, "what shall be trained?", "q quit")
        await pilot.press("l")
        await wait_for_text(pilot, "No runs here yet", "esc back")
        await pilot.press("escape")
        assert "esc back" not in await wait_for_text(pilot, "what shall be trained?", "q quit")


async def test_a_running_run_may_go_on_beside_the_new_one(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("enter")
        await wait_for_text(pilot, "is in training", "goes on in the background", "ends after a checkpoint")
        assert FakeWaitingWorker.claimed == []
        await pilot.press("b")
        await wait_for_text(pilot, "● starting")
        assert len(FakeWaitingWorker.claimed) == 1
        assert asked(recorded.run) == []


async def test_a_running_run_may_be_stopped_first(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("enter")
        await wait_for_text(pilot, "is in training")
        await pilot.press("s")
        await wait_for_text(pilot, "● starting")
        assert asked(recorded.run) == [("stop", "{}")]


async def test_think_better_of_it(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("enter")
        await wait_for_text(pilot, "is in training")
        await pilot.press("escape")
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("escape")
        await wait_for_text(pilot, "● training")
        assert FakeWaitingWorker.claimed == []


async def test_a_preset_with_a_mistake_says_so_and_is_not_trained(
    runs: Path, open_app: Open, tmp_path: Path
) -> None:
    (tmp_path / "yours").mkdir()
    (tmp_path / "yours" / "mine.toml").write_text('kind = "gan"\ntitle = "[red]x"\n')
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "what shall be trained?")
        await pilot.press("end")
        await wait_for_text(pilot, "your own", "mine has a mistake", "missing")
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(pilot.app.screen_stack) >= 2)
        assert "what shall be trained?" in text(pilot.app)
        assert FakeWaitingWorker.claimed == []


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
