"""What the dashboard remembers, tells, and how one gets out of everything."""

import gc
from pathlib import Path

import pytest
from textual.widgets import OptionList

from latentop.engine.run.folder import RunFolder
from latentop.tui.app import LatentopApp
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link.terminal import Terminal
from latentop.tui.settings import Remembered, Settings
from tests.support.dashboard import (
    FakeWaitingWorker,
    Open,
    Recorded,
    asked,
    collapse,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)
from tests.support.recorded_runs import EVIL


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The file that settings are kept in; the newcomer's hint has been seen."""
    file = tmp_path / "settings.toml"
    file.write_text("hinted = true\n")
    return file


def app_with(runs: Path, run: RunFolder | None, kept: Path, terminal: Terminal | None = None) -> LatentopApp:
    return LatentopApp(runs, run, terminal or Terminal(), Remembered(kept))


@pytest.mark.slow
async def test_a_theme_is_seen_before_it_is_chosen_and_there_the_next_time(runs: Path, kept: Path) -> None:
    run = healthy_gan(runs).run
    app = app_with(runs, run, kept)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("T")
        await wait_for_text(pilot, "Colours", "colour-blind-dark")
        await pilot.press("home")
        await wait_for(pilot, lambda: app.theme == "colour-blind-dark")
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.theme == "textual-dark")
        assert Remembered(kept).settings.theme == "textual-dark"
        await pilot.press("T")
        await wait_for_text(pilot, "Colours")
        await pilot.press("home", "down", "enter")
        await wait_for(pilot, lambda: Remembered(kept).settings.theme == "colour-blind-light")
    again = app_with(runs, run, kept)
    async with again.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        assert again.theme == "colour-blind-light"


async def test_a_terminal_of_few_colours_keeps_to_them_and_to_the_choice(runs: Path, kept: Path) -> None:
    run = healthy_gan(runs).run
    kept.write_text('hinted = true\ntheme = "nord"\n')
    app = app_with(runs, run, kept, Terminal(colours=16, images=Style.ascii))
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        assert app.theme == "ansi-bright"
        await pilot.press("T")
        assert "nord" not in await wait_for_text(pilot, "Colours", "ansi-bright")
    assert Remembered(kept).settings.theme == "nord"


async def test_the_way_of_drawing_images_is_there_the_next_time(runs: Path, kept: Path) -> None:
    run = healthy_gan(runs).run
    async with app_with(runs, run, kept).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "samples · step 400")
        await pilot.press("i")
        await wait_for_text(pilot, "⣿")
        await wait_for(pilot, lambda: Remembered(kept).settings.images == "braille")
    async with app_with(runs, run, kept).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "samples · step 400", "⣿")


async def test_an_ascii_terminal_is_shown_no_other_images(runs: Path, kept: Path) -> None:
    run = healthy_gan(runs).run
    kept.write_text('hinted = true\nimages = "braille"\n')
    terminal = Terminal(ascii=True, images=Style.ascii)
    app = app_with(runs, run, kept, terminal)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "samples - step 400", "@@@@")
        await pilot.press("i")
        await wait_for_text(pilot, "nothing but ASCII")
        assert "@@@@" in text(app)
        assert text(app).isascii()
    assert Remembered(kept).settings.images == "braille"


async def test_a_newcomer_is_told_what_matters_once(runs: Path, tmp_path: Path) -> None:
    run, file = healthy_gan(runs).run, tmp_path / "settings.toml"
    async with app_with(runs, run, file).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "space pauses, p shows presets, ? explains.")
    async with app_with(runs, run, file).run_test(notifications=True, size=(120, 36)) as pilot:
        assert "space pauses" not in await wait_for_text(pilot, "● training", "losses")


async def test_a_mistake_in_the_settings_is_told_and_stands_in_nobodys_way(runs: Path, kept: Path) -> None:
    run = healthy_gan(runs).run
    kept.write_text('hinted = true\ntheme = "[red]nrod"\n')
    app = app_with(runs, run, kept)
    async with app.run_test(notifications=True, size=(200, 60)) as pilot:
        await wait_for_text(pilot, "● training", "theme: '[red]nrod' is not")
        assert app.theme == "textual-dark"
    assert "[red]nrod" in kept.read_text()


async def test_settings_that_cannot_be_kept_are_told_and_hold(runs: Path, tmp_path: Path) -> None:
    run = healthy_gan(runs).run
    (tmp_path / "config").write_text("in the folder's place")
    remembered = Remembered(tmp_path / "config" / "settings.toml", Settings(hinted=True))
    app = LatentopApp(runs, run, Terminal(), remembered)
    app.NOTIFICATION_TIMEOUT = 60  # a busy machine may take longer than a notice stands
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        app.preferences.change(theme="nord")
        await wait_for_text(pilot, "can't be", "written")
        assert app.theme == "nord"


@pytest.mark.slow
async def test_the_palette_has_everything_by_name(runs: Path, kept: Path) -> None:
    recorded = healthy_gan(runs)
    other = Recorded(runs, "stacked").run
    app = app_with(runs, recorded.run, kept)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("ctrl+p")
        await wait_for_text(pilot, "Pause training", "key: space")
        for words, offered in (
            ("write a checkpoint", "key: c"),
            ("train vae", "a preset of autoencoders"),
            ("theme nord", "Theme nord"),
            ("images as br", "Images as braille"),
            ("bell", "Turn on the terminal's bell"),
            ("desktop", "Turn off desktop notices"),
            (other.id, f"Open {other.id}"),
        ):
            await pilot.press("ctrl+u", *words)
            await wait_for_text(pilot, offered)
        await pilot.press("enter")
        await wait_for_text(pilot, " stacked   fashion-mnist")


async def test_the_palette_opens_while_the_one_before_is_on_its_way_out(runs: Path, kept: Path) -> None:
    app = app_with(runs, healthy_gan(runs).run, kept)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        app.action_command_palette()
        app.pop_screen()
        app.action_command_palette()
        await wait_for_text(pilot, "Pause training")


@pytest.mark.slow
async def test_the_palette_switches_settings(runs: Path, kept: Path) -> None:
    app = app_with(runs, healthy_gan(runs).run, kept)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        for words, setting, value in (
            ("turn on the terminal", "bell", True),
            ("turn off desktop", "notices", "off"),
            ("turn on desktop", "notices", "automatic"),
            ("theme nord", "theme", "nord"),
            ("images as braille", "images", "braille"),
        ):
            await pilot.press("ctrl+p")
            await pilot.press(*words)
            await wait_for(pilot, lambda words=words: words.capitalize() in text(app))
            await pilot.press("enter")
            await wait_for(
                pilot,
                lambda setting=setting, value=value: getattr(Remembered(kept).settings, setting) == value,
            )
        await wait_for_text(pilot, "⣿")


async def test_names_of_runs_are_no_markup_in_the_palette(runs: Path, kept: Path) -> None:
    recorded = healthy_gan(runs)
    recorded.store.close()
    strange = recorded.run.path.with_name("[bold red]x [@click=app.leave]y")
    recorded.run.path.rename(strange)
    async with app_with(runs, None, kept).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "runs in")
        await pilot.press("ctrl+p")
        await pilot.press(*"open")
        await wait_for_text(pilot, f"Open {strange.name}")


async def test_esc_steps_out_one_layer_and_never_quits(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "coverage")
        for opened, shown in (
            ("question_mark", "keys on a run"),
            ("T", "Colours"),
            ("ctrl+p", "Search for commands"),
            ("e", "while it trains"),
            ("s", "Stop training?"),
            ("a", "esc closes"),
            ("q", "What shall become of it?"),
        ):
            await pilot.press(opened)
            await wait_for_text(pilot, shown)
            await pilot.press("escape")
            await wait_for(pilot, lambda shown=shown: shown not in text(app) and "coverage" in text(app))
        await pilot.press("tab", "enter")
        await wait_for(pilot, lambda: "coverage" not in text(app))
        await pilot.press("escape")
        await wait_for_text(pilot, "● training", "coverage")
        await pilot.press("escape")
        await wait_for_text(pilot, "runs in", recorded.run.id)
        assert "esc back" not in text(app), "there is nothing further out"
        await pilot.press("escape", "escape", "question_mark")
        await wait_for_text(pilot, "keys in the list of runs")
        assert asked(recorded.run) == []


async def test_esc_leads_back_the_way_one_came(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("p")
        await wait_for_text(pilot, "what shall be trained?", "esc back")
        await pilot.press("l")
        await wait_for_text(pilot, "runs in", "esc back")
        await pilot.press("escape")
        await wait_for_text(pilot, "what shall be trained?", "esc back")
        await pilot.press("escape")
        await wait_for_text(pilot, "● training", "losses")


@pytest.mark.slow
async def test_help_has_the_keys_of_other_places_and_finds_them(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    app = open_app(run)
    async with app.run_test(notifications=True, size=(120, 250)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("question_mark")
        shown = await wait_for_text(pilot, "keys on a run", "keys everywhere", "among the presets")
        assert shown.index("on a run") < shown.index("everywhere") < shown.index("among the presets")
        await pilot.press(*"learning")
        await wait_for(pilot, lambda: "Pause training" not in text(app))
        assert "Go back to a good state, with other learning rates" in text(app)
        await pilot.press("ctrl+u", *"xyzzy")
        await wait_for_text(pilot, "Nothing is called so here.")
        await pilot.press("escape", "question_mark")
        await wait_for_text(pilot, "keys on a run")
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: "keys on a run" not in text(app))


async def test_the_mouse_can_leave_choose_and_press_keys(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(160, 36)) as pilot:
        bottom = (await wait_for_text(pilot, "● training", "s stop")).splitlines()[-1]
        await pilot.click("#keys", offset=(bottom.index("s stop"), 0))
        await wait_for_text(pilot, "Stop training?")
        await pilot.click(offset=(2, 2))
        await wait_for(pilot, lambda: "Stop training?" not in text(app))
        assert asked(recorded.run) == []
        await pilot.press("s")
        await wait_for_text(pilot, "Stop training?")
        await pilot.click(OptionList, offset=(8, 0))
        await wait_for(pilot, lambda: asked(recorded.run) == [("stop", "{}")])
        await pilot.press("l")
        bottom = (await wait_for_text(pilot, "runs in", recorded.run.id, "enter open")).splitlines()[-1]
        await pilot.click("#keys", offset=(bottom.index("enter open"), 0))
        await wait_for_text(pilot, "losses")
    assert FakeWaitingWorker.claimed == []


async def test_an_alarm_is_told_once_and_only_while_it_is_news(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("VTE_VERSION", raising=False)
    recorded = healthy_gan(runs)
    app = open_app(recorded.run)
    sent: list[str] = []

    def notices() -> list[str]:
        return [one for one in sent if one.startswith("\x1b]9;")]

    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", sent.append)
        await wait_for_text(pilot, "● training")
        collapse(recorded)
        await wait_for_text(pilot, "COLLAPSED")
        recorded.says(step=777)
        await wait_for_text(pilot, " 777 ")
        await wait_for(pilot, lambda: notices())
        (notice,) = notices()
        assert notice.startswith("\x1b]9;dcgan: mode collapse: samples reach 31 %")
        sent.clear()
        await pilot.press("l")
        await wait_for_text(pilot, "runs in")
        await pilot.press("escape")
        await wait_for_text(pilot, "COLLAPSED", "losses")
        recorded.says(step=888, preset=f"dc{EVIL}")
        await wait_for_text(pilot, " 888 ")
        assert notices() == [], "it stood before the run was opened"
        recorded.says(state="finished")
        await wait_for_text(pilot, "● finished")
        await wait_for(pilot, lambda: notices())
        (notice,) = notices()
        assert "finished at step 888" in notice
        assert notice[4:-1].isprintable()


async def test_garbage_is_collected_again_once_the_app_is_there(runs: Path) -> None:
    gc.disable()
    try:
        async with LatentopApp(runs).run_test() as pilot:
            await wait_for(pilot, gc.isenabled)
    finally:
        gc.enable()
        gc.unfreeze()
