import re
import sqlite3
from pathlib import Path
from threading import Event
from unittest.mock import Mock

import pytest
from textual.widgets import Input

from latentop.engine.run import commands
from latentop.engine.run.errors import StorageError
from latentop.engine.run.events import Facts, Reply
from latentop.engine.run.process import launch
from latentop.tui import cli
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link.terminal import Terminal
from latentop.tui.screens.run import RunScreen
from latentop.tui.widgets.chart_panel import ChartPanel
from latentop.tui.widgets.diversity import DiversityPanel
from tests.support.dashboard import (
    DEAD_PID,
    Open,
    asked,
    collapse,
    healthy_autoencoder,
    healthy_gan,
    text,
    wait_for,
    wait_for_text,
)


async def test_space_leaves_a_command_and_its_answer_is_told(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("space")
        await wait_for(pilot, lambda: asked(recorded.run) == [("pause", "{}")])
        await wait_for_text(pilot, "pausing …")
        answer = Reply(command=1, applied=True, step=400, wall=recorded.now, text="paused at step 400")
        recorded.writes(events=[answer, Facts(values={"state": "paused"})])
        await wait_for_text(pilot, "● paused", "paused at step 400", "space resume")
        await pilot.press("space")
        await wait_for(pilot, lambda: [name for name, _ in asked(recorded.run)] == ["pause", "resume"])


async def test_the_screen_and_show_tell_the_time_of_training_in_one_form(
    runs: Path, open_app: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = healthy_gan(runs)
    recorded.says(state="finished", elapsed=3.7)
    async with open_app(recorded.run).run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● finished", " 4 s in ")
    assert cli.main(["show", recorded.run.id, "--runs", str(runs)]) == 0
    assert re.search(r"training time +4 s\n", capsys.readouterr().out)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36)])
async def test_an_answer_is_told_beside_a_collapse_and_never_in_its_place(
    runs: Path, open_app: Open, size: tuple[int, int]
) -> None:
    recorded = healthy_gan(runs)
    collapse(recorded)
    async with open_app(recorded.run).run_test(notifications=True, size=size) as pilot:
        await wait_for_text(pilot, "COLLAPSED")
        await pilot.press("c")
        await wait_for(pilot, lambda: asked(recorded.run) == [("checkpoint", "{}")])
        answer = Reply(command=1, applied=True, step=400, wall=recorded.now, text="checkpoint at step 400")
        recorded.writes(events=[answer])
        shown = await wait_for_text(pilot, "checkpoint at step 400")
        assert "✖ COLLAPSED" in shown


async def test_a_refusal_is_told_with_its_reason(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("c")
        await wait_for(pilot, lambda: asked(recorded.run) == [("checkpoint", "{}")])
        recorded.writes(
            events=[Reply(command=1, applied=False, step=400, wall=recorded.now, text="no space left")]
        )
        await wait_for_text(pilot, "checkpoint refused: no space left")


async def test_what_can_not_be_asked_is_told_on_whatever_screen_is_shown_meanwhile(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded, gone = healthy_gan(runs), Event()

    def refuse(*_: object) -> None:
        assert gone.wait(60)
        raise StorageError("the database is locked", "try again")

    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        screen = app.screen
        monkeypatch.setattr(commands, "ask", refuse)
        await pilot.press("c", "l")
        await wait_for(pilot, lambda: not screen.is_attached)
        gone.set()
        await wait_for_text(pilot, "the database is locked; try again", "runs in")


async def test_answers_from_before_are_no_news(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    connection = sqlite3.connect(recorded.run.database)
    connection.execute(
        "INSERT INTO commands (name, arguments, asked_by, asked_wall, state, applied_step, reply)"
        " VALUES ('checkpoint', '{}', 'me', 0, 'applied', 5, 'checkpoint at step 5')"
    )
    connection.commit()
    connection.close()
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training", "losses")
        number = commands.ask(recorded.run, "checkpoint")
        now = Reply(command=number, applied=True, step=400, wall=recorded.now, text="checkpoint at step 400")
        recorded.writes(events=[now])
        assert "checkpoint at step 5" not in await wait_for_text(pilot, "checkpoint at step 400")


async def test_stop_asks_first(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("s")
        await wait_for_text(pilot, "Stop training?", "ends after a checkpoint", "nothing happens")
        await pilot.press("escape")
        await wait_for_text(pilot, "losses")
        assert asked(recorded.run) == []
        await pilot.press("s")
        await wait_for_text(pilot, "Stop training?")
        await pilot.press("s")
        await wait_for(pilot, lambda: asked(recorded.run) == [("stop", "{}")])


async def test_quit_says_what_becomes_of_the_training(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    app = open_app(recorded.run)
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("q")
        await wait_for_text(pilot, "dcgan is training", "training goes on", "ends after a checkpoint")
        await pilot.press("d")
    assert app.return_code == 0
    assert asked(recorded.run) == []


async def test_quit_says_that_a_paused_run_stays_paused(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = healthy_gan(runs)
    recorded.says(state="paused")
    app = open_app(recorded.run)
    leave = Mock(wraps=app.exit)
    monkeypatch.setattr(app, "exit", leave)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● paused")
        await pilot.press("q")
        shown = await wait_for_text(pilot, "dcgan is paused", "it stays paused; the way back is printed")
        assert "training goes on" not in shown
        await pilot.press("d")
    assert f"{recorded.run.id} stays paused. Back to it" in leave.call_args.kwargs["message"].plain


async def test_quit_may_stop_the_training(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("q")
        await wait_for_text(pilot, "What shall become of it?")
        await pilot.press("s")
    assert asked(recorded.run) == [("stop", "{}")]


async def test_the_way_back_is_told_even_to_another_folder(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENTOP_RUNS", str(runs / "other"))
    recorded = healthy_gan(runs)
    app = open_app(recorded.run)
    leave = Mock(wraps=app.exit)
    monkeypatch.setattr(app, "exit", leave)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "● training")
        await pilot.press("d")
        await wait_for(pilot, lambda: leave.called)
    said = leave.call_args.kwargs["message"].plain
    assert f"latentop attach {recorded.run.path}. " in said
    assert f"latentop stop {recorded.run.path}" in said


@pytest.mark.parametrize(
    "facts", [{"state": "stopped"}, {"state": "failed", "error": "no memory"}, {"pid": DEAD_PID}]
)
async def test_space_trains_a_run_on_that_ended_early(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch, facts: dict[str, object]
) -> None:
    recorded = healthy_gan(runs)
    (recorded.run.checkpoints / "step-000000300.pt").touch()
    recorded.says(**facts)
    start = Mock()
    monkeypatch.setattr(launch, "start", start)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "space trains on from step 300", "space resume")
        await pilot.press("space")
        await wait_for_text(pilot, "Train on from its last checkpoint, step 300? It was at step 400.")
        await pilot.press("escape")
        await wait_for_text(pilot, "losses")
        start.assert_not_called()
        await pilot.press("space")
        await wait_for_text(pilot, "Train on")
        await pilot.press("t")
        await wait_for(pilot, lambda: start.called)
        start.assert_called_once_with(recorded.run, resume=True)
        recorded.trains(301)
        await wait_for_text(pilot, "● training", "space pause")


async def test_a_worker_that_cannot_start_is_told_and_can_be_tried_again(
    runs: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = healthy_gan(runs)
    (recorded.run.checkpoints / "step-000000300.pt").touch()
    recorded.says(state="stopped")
    other = Mock(poll=Mock(return_value=None))  # a worker of another run, which this screen started before
    monkeypatch.setattr(launch, "_started", [other])
    monkeypatch.setattr(launch, "start", Mock(side_effect=OSError("no process is free")))
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "space trains on from step 300")
        for _ in range(2):
            await pilot.press("space")
            await wait_for_text(pilot, "Train on from its last checkpoint")
            await pilot.press("t")
            await wait_for_text(pilot, "No worker could be started: no process is free")


async def test_a_run_that_is_only_to_be_looked_at_is_not_trained_on(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    (recorded.run.checkpoints / "step-000000300.pt").touch()
    recorded.run.checkpoints.rename(runs / "elsewhere")
    recorded.run.checkpoints.symlink_to(runs / "elsewhere")
    recorded.says(state="stopped")
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "space trains on from step 300")
        await pilot.press("space")
        await wait_for_text(pilot, "Train on from its last checkpoint")
        await pilot.press("t")
        told = pilot.app._notifications
        await wait_for(pilot, lambda: any("checkpoints is a link" in one.message for one in told))


async def test_a_finished_run_hears_nothing_and_says_so(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    (recorded.run.checkpoints / "step-000000400.pt").touch()
    recorded.says(state="finished")
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        assert "space" not in await wait_for_text(pilot, "● finished", "p trains another")
        await pilot.press("space")
        await wait_for_text(pilot, "It is finished: nobody is there to ask.")


async def test_i_draws_images_in_another_way(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run, Terminal(images=Style.half)).run_test(
        notifications=True, size=(120, 36)
    ) as pilot:
        await wait_for_text(pilot, "samples · step 400")
        await pilot.press("i")
        await wait_for_text(pilot, "images as quadrant")
        await pilot.press("i")
        await wait_for_text(pilot, "images as braille", "⣿")


async def test_the_focused_part_can_have_the_whole_screen(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "losses")
        await pilot.press("tab", "enter")
        await wait_for(pilot, lambda: "coverage" not in text(pilot.app))
        assert "losses" in text(pilot.app)
        await pilot.press("enter")
        await wait_for_text(pilot, "coverage")


async def test_a_double_click_does_what_enter_does(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "losses", "coverage")
        await pilot.click(ChartPanel, times=2)
        await wait_for(pilot, lambda: "coverage" not in text(pilot.app))
        assert "losses" in text(pilot.app)
        await pilot.click(ChartPanel, times=2)
        await wait_for_text(pilot, "coverage")
        await pilot.click(DiversityPanel, times=2)
        await wait_for_text(pilot, "esc closes")


async def test_all_alarms_can_be_read(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    collapse(recorded)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "✖ COLLAPSED  ")
        await pilot.press("a")
        await wait_for_text(pilot, "coverage 0.31", "esc closes")


async def test_help_says_first_how_to_read_the_screen_then_its_keys(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 120)) as pilot:
        await wait_for_text(pilot, "losses")
        await pilot.press("question_mark")
        shown = await wait_for_text(pilot, "how to read the screen", "keys on a run", "words and signs")
        assert shown.index("how to read") < shown.index("keys on a run") < shown.index("words and signs")
        lines = [line.strip("│ ") for line in shown.splitlines()]
        for told in ("Pause training", "← →        Look back and on", "Close this screen; training goes on"):
            assert any(told in line for line in lines), told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("∇", "norm of a network's gradient"),
        ("σ", "the chance in a measure"),
        ("ΔG", "length of a step"),
        ("density", "how crowded the samples' places are"),
        ("turnover", "mutual information of time and class"),
        ("/turnover", "mutual information of time and class"),
        ("nats", "the natural logarithm"),
        ("cycling", "critical alarm"),
    ],
)
async def test_help_explains_words_and_signs(runs: Path, open_app: Open, typed: str, told: str) -> None:
    run = healthy_gan(runs).run
    app = open_app(run)
    async with app.run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses")
        await pilot.press("question_mark")
        await wait_for_text(pilot, "how to read the screen")
        app.screen.query_one(Input).value = typed
        await wait_for_text(pilot, told)


async def test_a_gan_shows_real_beside_fake_and_the_ways_between_samples(runs: Path, open_app: Open) -> None:
    recorded = healthy_gan(runs)
    recorded.shows("interpolation", 400)
    async with open_app(recorded.run).run_test(notifications=True, size=(80, 24)) as pilot:
        await wait_for_text(pilot, "samples · step 400")
        for title in ("real and fake · step 400", "from sample to sample · step 400", "real data"):
            await pilot.press("v")
            shown = await wait_for_text(pilot, title)
            assert ("fake" in shown.replace(title, "")) is title.startswith("real and fake")


async def test_other_pictures_take_turns_as_far_as_there_are_any(runs: Path, open_app: Open) -> None:
    recorded = healthy_autoencoder(runs)
    async with open_app(recorded.run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "reconstructions · step 400")
        await pilot.press("v")
        await wait_for_text(pilot, "no other pictures yet")
        recorded.shows("interpolation", 410)
        recorded.shows("codings", 410)
        recorded.says(step=777)
        await wait_for_text(pilot, " 777 ")
        for title in ("codings · step 410", "from image to image · step 410", "reconstructions · step 400"):
            await pilot.press("v")
            await wait_for_text(pilot, title)


async def test_a_double_click_leaves_the_moment_as_it_is(runs: Path, open_app: Open) -> None:
    run = healthy_gan(runs).run
    async with open_app(run).run_test(notifications=True, size=(120, 36)) as pilot:
        await wait_for_text(pilot, "losses", "coverage")
        chart = pilot.app.screen.query(ChartPanel).first()
        await pilot.click(chart, offset=(30, 4), times=2)
        await wait_for(pilot, lambda: "coverage" not in text(pilot.app))
        await wait_for(pilot, lambda: "◀◀ step" not in text(pilot.app))
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        assert screen.viewport.live
