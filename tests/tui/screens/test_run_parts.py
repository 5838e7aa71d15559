"""The parts of the run screen that need no app: the look back, and what the worker can be asked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from textual.screen import Screen

from latentop.engine.run.events import Frame, Mark
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.reader import Command
from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.state import HISTORY_LIMIT, State
from latentop.tui.model.viewport import Viewport
from latentop.tui.runs.feed import Glimpse, Wish
from latentop.tui.screens.look_back import LookBack, to_neighbour
from latentop.tui.screens.run import RunScreen
from latentop.tui.screens.worker_requests import WorkerRequests, answered
from tests.support.dashboard import wait_for
from tests.support.panels import alarm

SHORT = State(
    facts=RunFacts(created=1.0, step=400),
    marks=(
        Mark(step=100, wall=0.0, kind="edit", text="lr"),
        Mark(step=300, wall=0.0, kind="rollback", text=""),
    ),
)
LONG = replace(SHORT, facts=RunFacts(created=1.0, step=20 * HISTORY_LIMIT))


def frame(step: int) -> dict[str, Frame]:
    return {"samples": Frame(step=step, wall=0.0, kind="samples", images=np.zeros((1, 1, 2, 2), np.uint8))}


def command(number: int, name: str, state: str, reply: str | None = None, **arguments: object) -> Command:
    return Command(
        id=number,
        name=name,
        arguments=arguments,
        asked_by="",
        asked_wall=0.0,
        state=state,
        applied_step=7 if state == "applied" else None,
        reply=reply,
    )


def test_a_wish_is_made_once_and_again_after_training_went_back() -> None:
    wishes: list[Wish] = []
    back = LookBack(wishes.append)
    back.ask(SHORT, Viewport())
    assert wishes == []
    for _ in range(2):
        back.ask(SHORT, Viewport(cursor=120))
    assert wishes == [Wish(step=120)]
    back.glimpse = Glimpse(wish=Wish(step=120), frames=frame(110))
    back.forget()
    assert back.glimpse.wish == Wish(), "what was found may be of a future given up"
    back.ask(SHORT, Viewport(cursor=120))
    assert wishes == [Wish(step=120)] * 2


def test_only_a_window_of_a_long_run_is_wished_for_in_detail() -> None:
    wishes: list[Wish] = []
    back = LookBack(wishes.append)
    close = Viewport(span=50, first=200)
    back.ask(SHORT, close)
    assert wishes == []
    back.ask(LONG, close)
    assert wishes == [Wish(window=(150, 300))]


def test_the_past_is_shown_with_what_was_found_of_it() -> None:
    now = replace(SHORT, frames=frame(400))
    back = LookBack(lambda wish: None)
    assert back.shown(now, Viewport()) is now
    then = Viewport(cursor=120)
    assert back.shown(now, then).frames == now.frames
    back.glimpse = Glimpse(wish=Wish(step=120), frames=frame(110))
    assert back.shown(now, then).frames["samples"].step == 110
    assert [mark.step for mark in back.shown(now, then).marks] == [100]
    assert back.shown(now, Viewport()) is now


def test_what_happened_is_gone_to_from_the_newest_step_and_back_to_it() -> None:
    seen = [viewport := Viewport()]
    for forward in (False, False, False, True, True):
        seen.append(viewport := to_neighbour(SHORT, viewport, forward=forward))
    assert [one.cursor for one in seen] == [None, 300, 100, 100, 300, None]


class Listener(Screen[None]):
    """Hears what a person is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def notify(self, message: str, **_: object) -> None:  # type: ignore[override]
        self.told.append(message)


def requests(path: Path, state: State) -> tuple[WorkerRequests, Listener]:
    screen = Listener()
    return WorkerRequests(screen, RunFolder(path), Terminal(), lambda: state), screen


def test_nobody_is_asked_of_a_run_that_has_ended(tmp_path: Path) -> None:
    asks, screen = requests(tmp_path, replace(SHORT, liveness=Liveness("finished", False)))
    for ask in (asks.pause, asks.stop, asks.edit, lambda: asks.ask("checkpoint")):
        ask()
    assert screen.told == ["It is finished: nobody is there to ask."] * 4


def test_keys_are_labelled_by_what_they_do_now(tmp_path: Path) -> None:
    def labels(name: str, *, alive: bool = True, checkpoint: int | None = None) -> dict[str, str]:
        asks, _ = requests(tmp_path, replace(SHORT, liveness=Liveness(name, alive)))
        asks.checkpoint = checkpoint
        return asks.labels

    assert labels("running") == {}
    assert labels("paused") == {"pause": "resume"}
    assert labels("queued") == {"rollback": "", "pause": "resume", "edit": "", "checkpoint": ""}
    gone = {"checkpoint": "", "rollback": "", "stop": "", "app.detach": "", "edit": ""}
    assert labels("finished", alive=False) == {**gone, "pause": ""}
    assert labels("crashed", alive=False, checkpoint=300) == {**gone, "pause": "resume"}
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "step-000000300.pt").touch()
    assert labels("finished", alive=False)["edit"] == "fork"


def test_answers_are_told_once_and_none_of_before_the_screen_opened() -> None:
    asked = replace(SHORT, commands=(command(1, "set", "asked", lr=0.1), command(2, "pause", "applied")))
    done = replace(
        asked,
        commands=(
            command(1, "set", "applied", lr=0.1),
            command(2, "pause", "applied"),
            command(3, "rollback", "refused", "no good state"),
        ),
    )
    assert list(answered(State(), asked)) == []
    assert list(answered(asked, done)) == [
        ("lr = 0.1 set at step 7", True),
        ("rollback refused: no good state", False),
    ]
    assert list(answered(done, replace(done, commands=tuple(done.commands)))) == []


async def test_what_a_run_that_was_left_sent_last_is_not_taken_for_the_next_ones(tmp_path: Path) -> None:
    left, opened = RunFolder(tmp_path / "left"), RunFolder(tmp_path / "opened")
    alarmed = replace(SHORT, alarms=(alarm("collapsed"),))
    app, told = LatentopApp(tmp_path, None, Terminal()), list[tuple[State, State]]()
    async with app.run_test() as pilot:
        app.preferences.tell = lambda *states: told.append(states)  # type: ignore[method-assign, assignment]
        app.open_run(left)
        app.open_run(opened)
        app.post_message(RunScreen.Changed(left, SHORT))
        await pilot.pause()
        app.post_message(RunScreen.Changed(opened, alarmed))
        await wait_for(pilot, lambda: alarmed in [new for _, new in told])
    assert all(new is not SHORT for _, new in told)
    assert [old.facts.created for old, new in told if new is alarmed] == [0.0], "what stood is no news"
