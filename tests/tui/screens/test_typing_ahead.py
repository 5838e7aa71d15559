"""Keys that come at once, as a fast hand or a slow link sends them, do what they do one by one."""

from pathlib import Path

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.widgets import Input

from latentop.engine.run import folder
from latentop.tui.link import type_ahead
from latentop.tui.runs.folder_feed import Listing, RunsFeed
from latentop.tui.runs.names import undated
from latentop.tui.screens.run import RunScreen
from latentop.tui.screens.runs import RunsScreen
from latentop.tui.widgets.celltable import CellTable
from tests.support.dashboard import FakeWaitingWorker, Open, asked, healthy_gan, text, wait_for, wait_for_text


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with other work is no reason to hand a key on before the one before it has had its effect."""
    monkeypatch.setattr(type_ahead, "PATIENCE_SECONDS", 60.0)


def at_once(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        pilot.app.post_message(Key(key, key if len(key) == 1 else None))


async def all_heard(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await wait_for(pilot, lambda: pilot.app.type_ahead.heard)


async def test_a_question_is_answered_before_it_is_seen(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "losses")
        at_once(pilot, "s", "s")
        await wait_for(pilot, lambda: asked(recorded.run) == [("stop", "{}")])


async def test_out_of_the_help_and_away(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "losses")
        at_once(pilot, "question_mark", "escape", "d")
        await wait_for(pilot, lambda: app.type_ahead.over)
    assert asked(recorded.run) == []


async def test_a_key_that_comes_with_the_first_runs_moves_among_them(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = healthy_gan(runs), healthy_gan(runs)
    listings: list[Listing] = []
    feed = RunsFeed(runs, listings.append)
    feed.start()
    monkeypatch.setattr(RunsFeed, "start", lambda feed: None)
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for(
            pilot, lambda: listings and "verdict" not in text(app)
        )  # no list while there is no run
        feed.stop()
        await pilot.pause(0.1)
        assert isinstance(app.focused, CellTable)  # not first once there are rows: a key may come before
        app.screen.post_message(RunsScreen.Listed(listings[0]))
        at_once(pilot, "down")
        await wait_for_text(pilot, undated(older.run.id), undated(newer.run.id))
        await wait_for(pilot, lambda: f">   {undated(older.run.id)}" in text(app))


async def test_a_key_after_esc_is_for_the_list(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "losses")
        at_once(pilot, "escape", "d")  # on a run d would leave
        await all_heard(pilot)
        await wait_for_text(pilot, "run", "verdict", recorded.run.id)
        assert not app.type_ahead.over
        at_once(pilot, "slash", *"nothing")
        await wait_for(pilot, lambda: app.screen.query_one(Input).value == "nothing")


async def test_what_follows_enter_is_for_the_run_that_it_opens(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "runs in", recorded.run.id)
        at_once(pilot, "enter", "s", "s")  # the list knows no s
        await wait_for(pilot, lambda: asked(recorded.run) == [("stop", "{}")])


async def test_a_preset_is_not_trained_by_a_key_that_opens_the_run(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "losses")
        at_once(pilot, "p")
        await wait_for_text(pilot, "look for", "linear-pca")
        at_once(pilot, "escape", "enter")
        await all_heard(pilot)
        await wait_for(pilot, lambda: isinstance(app.screen, RunScreen))
        assert FakeWaitingWorker.claimed == []
        assert asked(recorded.run) == []


async def test_what_is_pasted_comes_after_what_was_pressed(runs: Path, open_app: Open) -> None:
    app = open_app(healthy_gan(runs).run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "losses")
        at_once(pilot, "l", "slash", *"dc")
        app.post_message(Paste("gan-s"))
        at_once(pilot, *"42")
        await wait_for(
            pilot, lambda: app.screen.query(Input) and app.screen.query_one(Input).value == "dcgan-s42"
        )


async def test_a_question_that_takes_a_moment_is_answered_and_asked_once(runs: Path, open_app: Open) -> None:
    gone, kept = healthy_gan(runs), healthy_gan(runs)
    for recorded in (gone, kept):
        recorded.says(state="finished")
        recorded.store.close()
    app = open_app()
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, undated(gone.run.id), undated(kept.run.id))
        at_once(pilot, "x", "x", "enter", "x", "d")  # x means nothing to the question; enter waves it away
        await wait_for(pilot, lambda: len(folder.every(runs)) == 1)
        await all_heard(pilot)
        assert len(app.screen_stack) == 2


@pytest.mark.slow
async def test_there_and_back_again_and_again(runs: Path, open_app: Open) -> None:
    app = open_app(healthy_gan(runs).run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "losses")
        at_once(pilot, *["question_mark", "escape", "l", "p", "escape", "escape"] * 5)
        await all_heard(pilot)
        assert isinstance(app.screen, RunScreen), text(app)
        assert len(app.screen_stack) == 2
