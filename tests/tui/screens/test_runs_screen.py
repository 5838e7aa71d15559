import os
import time
from pathlib import Path
from threading import Event
from unittest.mock import Mock

import pytest

from latentop.engine.run.store.summary import Summariser, Summary
from latentop.tui.app import LatentopApp
from latentop.tui.runs.folder_feed import Listing, RunsFeed
from latentop.tui.runs.names import undated
from latentop.tui.screens.runs import RunsScreen
from tests.support.dashboard import (
    AT_EVERY_SIZE,
    DEAD_PID,
    Open,
    Recorded,
    asked,
    healthy_autoencoder,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)


def line(app: LatentopApp, word: str) -> str:
    """The line of the screen that holds the word."""
    return next((line for line in text(app).splitlines() if word in line), "")


@AT_EVERY_SIZE
async def test_lists_every_run_with_its_state_in_words(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    gan, autoencoder = healthy_gan(runs), healthy_autoencoder(runs)
    autoencoder.says(state="finished", step=20_000)
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, undated(gan.run.id), undated(autoencoder.run.id))
        await wait_for(
            pilot,
            lambda: all(word in line(app, undated(gan.run.id)) for word in ("training", "healthy", "2 %")),
        )
        await wait_for(
            pilot,
            lambda: all(word in line(app, undated(autoencoder.run.id)) for word in ("finished", "100 %")),
        )


async def test_newest_values_where_there_is_room(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        newest = "coverage 87 %  ▇▇▇▇▇"
        await wait_for(pilot, lambda: newest in line(app, undated(run.id)))


async def test_a_killed_worker_shows_as_crashed(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "training" in line(app, undated(recorded.run.id)))
        recorded.says(pid=DEAD_PID)
        await wait_for(pilot, lambda: "crashed" in line(app, undated(recorded.run.id)))


async def test_the_list_is_live(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: " 2 %" in line(app, undated(recorded.run.id)))
        recorded.says(step=777, verdict="collapsed")
        await wait_for(pilot, lambda: " 3 %" in line(app, undated(recorded.run.id)))
        await wait_for(pilot, lambda: "COLLAPSED" in line(app, undated(recorded.run.id)))
        newer = Recorded(runs, "stacked")
        await wait_for_text(pilot, undated(newer.run.id))


async def test_a_list_in_which_nothing_happens_sends_nothing(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = healthy_gan(runs)
    ended.says(state="finished", created=time.time() - 30 * 86_400)
    told, sent = [], []
    show = RunsScreen._show
    monkeypatch.setattr("latentop.tui.screens.runs.AGE_SECONDS", 0.02)
    monkeypatch.setattr(RunsScreen, "_show", lambda screen: (told.append(1), show(screen)))
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: "30 d" in line(app, undated(ended.run.id)))
        await wait_for_text(pilot, "samples · step 400", "no alarms")
        app.screen.set_focus(app.screen.query_one("#runs"))
        before = len(told)
        await wait_for(pilot, lambda: len(told) > before + 5)
        monkeypatch.setattr(app, "_display", lambda screen, update: sent.append(update) if update else None)
        before = len(told)
        await wait_for(pilot, lambda: len(told) > before + 20)
        assert sent == []
        await pilot.press("o")
        await wait_for(pilot, lambda: sent)


async def test_enter_opens_a_run_and_l_comes_back(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, undated(recorded.run.id))
        await pilot.press("enter")
        await wait_for_text(pilot, "● training", "losses")
        await pilot.press("l")
        await wait_for_text(pilot, "runs in", undated(recorded.run.id))
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
        await wait_for_text(pilot, undated(good.run.id), undated(bad.run.id))
        await wait_for(pilot, lambda: "training" in line(app, undated(good.run.id)))
        await wait_for(pilot, lambda: "unreadable" in line(app, undated(bad.run.id)))


async def test_whatever_is_wrong_with_a_run_it_does_not_hide_the_others(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = healthy_gan(runs), Recorded(runs, "stacked")
    read = Summariser.read

    def damaged(reader: Summariser) -> Summary:
        if reader.path == bad.run.database:
            raise KeyError("pixels")
        return read(reader)

    monkeypatch.setattr(Summariser, "read", damaged)
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, undated(good.run.id), undated(bad.run.id))
        await wait_for(pilot, lambda: "training" in line(app, undated(good.run.id)))
        await wait_for(pilot, lambda: "unreadable" in line(app, undated(bad.run.id)))
        await wait_for_text(pilot, f"{bad.run.id}  unexpected KeyError: 'pixels'")


async def test_no_run_is_missed_before_the_folder_was_looked_at(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, mounted = healthy_gan(runs).run, Event()
    look = RunsFeed._look

    def slow(feed: RunsFeed) -> Listing:
        mounted.wait()
        return look(feed)

    monkeypatch.setattr(RunsFeed, "_look", slow)
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        shown = await wait_for_text(pilot, "runs in", "looking …")
        assert "No runs here yet" not in shown
        mounted.set()
        await wait_for_text(pilot, undated(run.id))
        await wait_for(pilot, lambda: "looking" not in text(pilot.app))


async def test_a_folder_that_cannot_be_read_says_why(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = healthy_gan(runs).run
    async with open_app().run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, undated(run.id))
        with monkeypatch.context() as patch:
            patch.setattr(
                "latentop.engine.run.folder.every", Mock(side_effect=RuntimeError("stale file handle"))
            )
            shown = await wait_for_text(pilot, "unexpected RuntimeError: stale file handle")
            assert "No runs here yet" not in shown
        await wait_for_text(pilot, undated(run.id))


def begun(runs: Path, *names: str) -> None:
    for name in names:
        (runs / name).mkdir(parents=True)
        (runs / name / "run.db").touch()


async def test_long_names_lose_the_date_before_what_tells_runs_apart(runs: Path, open_app: Open) -> None:
    begun(runs, "20261122-1913-posterior-collapse-s42", "20261122-1914-posterior-collapse-s7")
    async with open_app().run_test(notifications=True, size=(200, 60)) as pilot:
        await wait_for_text(pilot, "20261122-1913-posterior-collapse-s42  ")
        await pilot.resize_terminal(80, 24)
        shown = await wait_for_text(pilot, "  posterior-collapse-s42  ", "  posterior-collapse-s7  ")
        assert "20261122-1913-posterior-collapse-s42" in shown.splitlines()[-2] or (
            "20261122-1914-posterior-collapse-s7" in shown.splitlines()[-2]
        )


async def test_names_that_would_be_the_same_keep_their_time(runs: Path, open_app: Open) -> None:
    begun(runs, "20261122-1913-ring-s42", "20261122-1950-ring-s42", "20261122-1913-denoising-gaussian-s42-2")
    async with open_app().run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "  1913-ring-s42  ", "  1950-ring-s42  ", "  denoising-gaussian-s42-2  ")


async def test_q_asks_about_a_run_that_was_opened(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "runs in", undated(recorded.run.id))
        await pilot.press("enter")
        await wait_for_text(pilot, "● training")
        for key, shown in (("l", "runs in"), ("p", "what shall be trained?")):
            await pilot.press(key)
            await wait_for_text(pilot, shown)
            await pilot.press("q")
            await wait_for_text(pilot, "dcgan is training", "What shall become of it?")
            await pilot.press("escape")
            await wait_for_text(pilot, shown)
        await pilot.press("q")
        await wait_for_text(pilot, "What shall become of it?")
        await pilot.press("s")
    assert asked(recorded.run) == [("stop", "{}")]


async def test_q_leaves(runs: Path, open_app: Open) -> None:
    healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "runs in")
        await pilot.press("q")
    assert app.return_code == 0


@AT_EVERY_SIZE
async def test_the_run_under_the_cursor_is_shown_live_below_the_list(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    gan = healthy_gan(runs)
    gan.says(name="good one", note="as in the paper")
    healthy_autoencoder(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "reconstruction error", "reconstructions · step 400")
        await pilot.press("down")
        shown = await wait_for_text(
            pilot, "losses · recent means", "samples · step 400", "good one", "as in the paper"
        )
        assert "reconstruction error" not in shown
        assert ("no alarms" in shown) is (size[0] >= 100)
        gan.shows("samples", 500)
        await wait_for_text(pilot, "samples · step 500")
        await pilot.press("slash", *"nothing of that")
        shown = await wait_for_text(pilot, "Nothing matches")
        assert "losses" not in shown


async def test_a_narrow_and_flat_screen_has_the_list_alone(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app().run_test(notifications=True, size=(60, 16)) as pilot:
        shown = await wait_for_text(pilot, undated(recorded.run.id), "healthy")
        assert "losses" not in shown
        await pilot.resize_terminal(80, 24)
        await wait_for_text(pilot, "losses · recent means", "samples · step 400")


async def test_a_run_without_values_is_not_shown_beside_the_chart_of_the_run_before(
    runs: Path, open_app: Open
) -> None:
    queued = Recorded(runs, "vae")
    queued.trains(0, state="queued")
    gan = healthy_gan(runs)
    for age, one in enumerate((gan, queued)):
        os.utime(one.run.preset, (1_000 - age,) * 2)
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses", undated(queued.run.id))
        await pilot.press("down")
        await wait_for_text(pilot, "autoencoder", "no alarms")
        assert "losses" not in text(app)
