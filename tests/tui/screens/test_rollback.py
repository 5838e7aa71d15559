"""The dialogue that goes back: which states it shows, what it asks of the worker, what it does not accept."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from latentop.engine.run.events import Facts, Mark, Rewind
from latentop.engine.run.folder import RunFolder
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import (
    Open,
    Recorded,
    asked,
    healthy_gan,
    long_alarm,
    text,
    wait_for,
    wait_for_text,
)


def with_states(runs: Path) -> Recorded:
    """A GAN that can go back to three states; its samples are bright at first, later they are not."""
    recorded = healthy_gan(runs)
    recorded.shows("samples", 90, bright=255)
    recorded.shows("samples", 290, bright=0)
    recorded.shows("samples", 400)
    now = recorded.now
    recorded.says(
        snapshots=[[0, now - 400, "unknown"], [100, now - 300, "healthy"], [300, now - 90, "healthy"]]
    )
    return recorded


def wanted(run: RunFolder) -> list[dict[str, float]]:
    return [json.loads(arguments) for name, arguments in asked(run) if name == "rollback"]


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
async def test_enter_goes_back_to_the_newest_with_half_the_rates(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    run = with_states(runs).run
    async with open_app(run).run_test(size=size) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("r")
        shown = await wait_for_text(pilot, "Go back to", "step 300", "learning rates times", "seed")
        assert "healthy" in shown
        await pilot.press("enter")
        await wait_for(pilot, lambda: wanted(run) == [{"step": 300, "factor": 0.5, "seed": 43}])


@pytest.mark.parametrize(
    ("since", "row", "question", "step"),
    [
        (250, "r back to 100", "Go back to", 100),
        (0, "r back to 0, the oldest", "Go back to (all are from after the alarm began)", 0),
    ],
)
async def test_where_an_alarm_stands_one_from_before_it_is_chosen_else_the_oldest(
    runs: Path, open_app: Open, since: int, row: str, question: str, step: int
) -> None:
    recorded = with_states(runs)
    alarm = replace(long_alarm(recorded, "lost-modes"), evidence={"since": float(since)})
    recorded.writes(events=[alarm, Facts(values={"verdict": "warning"})])
    async with open_app(recorded.run).run_test(size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training", row)
        await pilot.press("r")
        await wait_for_text(pilot, question, "after the alarm began")
        await pilot.press("enter")
        await wait_for(pilot, lambda: wanted(recorded.run) == [{"step": step, "factor": 0.5, "seed": 43}])


async def test_another_state_other_rates_the_same_random_numbers(runs: Path, open_app: Open) -> None:
    run = with_states(runs).run
    async with open_app(run).run_test(size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("r")
        await wait_for_text(pilot, "Go back to", "step   0", "too early to judge")
        await pilot.press("down", *"0.25", "tab", *["backspace"] * 5)
        await wait_for_text(pilot, "as then")
        await pilot.press("enter")
        await wait_for(pilot, lambda: wanted(run) == [{"step": 100, "factor": 0.25}])


async def test_what_is_typed_is_not_lost_unasked(runs: Path, open_app: Open) -> None:
    run = with_states(runs).run
    async with open_app(run).run_test(size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("r")
        await wait_for_text(pilot, "Go back to")
        await pilot.press(*"0.25", "ctrl+q")
        await wait_for_text(pilot, "Leave what is typed here?")
        await pilot.press("f")
        await wait_for(pilot, lambda: "Go back to" not in text(pilot.app))
    assert wanted(run) == []


async def test_each_state_is_shown_with_what_it_drew(runs: Path, open_app: Open) -> None:
    run = with_states(runs).run
    async with open_app(run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("r")
        await wait_for_text(pilot, "Go back to")
        preview = pilot.app.screen.query_one("#preview")

        def drawn() -> str:
            return "".join(preview.render_line(y).text for y in range(preview.size.height)).strip()

        await wait_for(pilot, lambda: drawn() == "")
        await pilot.press("down")
        await wait_for(pilot, lambda: drawn() != "")
        await pilot.press("down")  # nothing had been drawn yet
        await wait_for(pilot, lambda: drawn() == "")


async def test_what_is_not_accepted_is_said_and_escape_asks_nothing(runs: Path, open_app: Open) -> None:
    run = with_states(runs).run
    async with open_app(run).run_test(size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("r")
        await wait_for_text(pilot, "Go back to")
        for wrong in ("0", "11", "-1", "nan", "[b]"):
            await pilot.press("end", *["backspace"] * 4, *wrong)
            await wait_for_text(pilot, f"{wrong} is not accepted; above 0 up to 10, or nothing")
        await pilot.press("enter")
        await pilot.press("end", *["backspace"] * 4, "tab", *"4294967296")
        await wait_for_text(pilot, "4294967296 is not accepted; a whole number to 4294967295, or nothing")
        await pilot.press("enter")
        assert "Go back to" in text(pilot.app)
        await pilot.press("escape")
        await wait_for_text(pilot, "losses")
        assert wanted(run) == []


async def test_where_there_is_nothing_to_go_back_to(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        assert "r roll back" in text(pilot.app)
        await pilot.press("r")
        await wait_for_text(pilot, "There is no good state to go back to yet.")
        recorded.says(state="finished", snapshots=[[0, 1.0, "healthy"]])
        await wait_for_text(pilot, "finished")
        await pilot.press("r")
        await wait_for_text(pilot, "nobody is there to ask")


async def test_the_screen_goes_back_with_the_run(runs: Path, open_app: Open) -> None:
    recorded = with_states(runs)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "step    400", "samples · step 400")
        told = "diverged, guard 1 of 3: from step 400 back to 100"
        recorded.store.write(
            {}, [Mark(step=100, wall=recorded.now, kind="rollback", text=told)], back_to=Rewind(step=100).step
        )
        recorded.says(guard="rollback", guard_tries=3, guard_used=1)
        await wait_for_text(pilot, "step    100", "guard 1 of 3", "samples · step 90")
        await pilot.press("home", "right_square_bracket")
        await wait_for_text(pilot, "diverged, guard 1 of 3")


async def test_why_the_guard_ended_a_run_is_said(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.says(state="stopped", verdict="diverged", guard_ended="3 tries did not help: training diverged")
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(
            pilot, "DIVERGED", "the guard stopped it at step 400: 3 tries did not help: training diverged"
        )


async def test_one_sees_without_colours_where_enter_goes_back_to(runs: Path, open_app: Open) -> None:
    app = open_app(with_states(runs).run, Terminal(ascii=True, colour=False))

    def underlined() -> list[str]:
        strips = app.screen._compositor.render_strips(app.size)
        return [part.text for strip in strips for part in strip if part.style and part.style.underline]

    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_text(pilot, "* training")
        await pilot.press("r")
        await wait_for_text(pilot, "Go back to")
        await wait_for(pilot, lambda: "step 300" in underlined())
        await pilot.press("down")
        await wait_for(pilot, lambda: "step 100" in underlined() and "step 300" not in underlined())
