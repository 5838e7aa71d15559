"""A run that waits in line, on the screen: it says its place, and hears what a run without a worker can."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import (
    AT_EVERY_SIZE,
    Open,
    Recorded,
    asked,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)


@pytest.fixture
def queued(runs: Path) -> Recorded:
    """A run that is second in line; this very process poses as its queue."""
    recorded = Recorded(runs)
    recorded.trains(0, state="queued", detail="2nd in line")
    return recorded


@AT_EVERY_SIZE
async def test_it_says_its_place_and_that_space_trains_it_now(
    open_app: Open, queued: Recorded, size: tuple[int, int]
) -> None:
    app = open_app(queued.run)
    async with app.run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "queued 2nd: it begins by itself", "space resume")
        assert not {"e edit", "look back", "g chart", "v picture", "enter larger"} & {*text(app).split("  ")}
        await pilot.press("space")
        await wait_for(pilot, lambda: asked(queued.run) == [("resume", "{}")])


async def test_the_list_shows_its_place_as_it_changes(open_app: Open, queued: Recorded) -> None:
    app = open_app()
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, queued.run.id, "queued 2nd")
        queued.says(detail="next in line")
        await wait_for_text(pilot, "queued 1st")
        queued.says(state="stopped", detail="taken out of line before it began")
        await wait_for_text(pilot, "stopped")


async def test_stop_takes_it_out_of_the_queue_and_promises_no_checkpoint(
    open_app: Open, queued: Recorded
) -> None:
    app = open_app(queued.run)
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "queued 2nd")
        await pilot.press("s")
        shown = await wait_for_text(pilot, "Take it out of the queue?", "it never begins")
        assert "checkpoint" not in shown.partition("Take it out")[2].partition("nothing happens")[0]
        await pilot.press("s")
        await wait_for(pilot, lambda: asked(queued.run) == [("stop", "{}")])


async def test_what_never_began_is_trained_from_its_first_step(open_app: Open, queued: Recorded) -> None:
    queued.says(state="stopped", detail="taken out of line before it began", pid=None)
    async with open_app(queued.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "space trains it from its first step")
        await pilot.press("space")
        shown = await wait_for_text(pilot, "Train it from its first step?", "it begins at once")
        assert "checkpoint" not in shown


async def test_who_quits_is_asked_about_all_that_the_command_started(
    runs: Path, queued: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = healthy_gan(runs)
    app = LatentopApp(runs, terminal=Terminal(), started=[training.run, queued.run])
    leave = Mock(wraps=app.exit)
    monkeypatch.setattr(app, "exit", leave)
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, training.run.id, "queued 2nd")
        await pilot.press("q")
        await wait_for_text(pilot, "2 runs: 1 in training, 1 queued", "queued ones never begin")
        await pilot.press("s")
        await wait_for(pilot, lambda: leave.called)
    assert [asked(one) for one in (training.run, queued.run)] == [[("stop", "{}")]] * 2
    said = leave.call_args.kwargs["message"].plain
    assert f"{training.run.id} stops after a checkpoint. Train it on: latentop resume" in said
    assert f"{queued.run.id} left the queue. Train it: latentop resume" in said


async def test_who_detaches_from_the_list_is_told_the_way_back_to_each(
    runs: Path, queued: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LatentopApp(runs, terminal=Terminal(), started=[queued.run])
    leave = Mock(wraps=app.exit)
    monkeypatch.setattr(app, "exit", leave)
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, queued.run.id, "queued 2nd")
        await pilot.press("q")
        await wait_for_text(pilot, "it begins when its turn comes", "it leaves the queue")
        await pilot.press("d")
        await wait_for(pilot, lambda: leave.called)
    assert asked(queued.run) == []
    assert f"{queued.run.id} waits its turn. Back to it: latentop attach" in (
        leave.call_args.kwargs["message"].plain
    )
