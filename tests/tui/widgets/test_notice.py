"""What a run has to say while there is nothing else to show of it."""

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from latentop.engine.run.process.liveness import Liveness
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.notice_text import Aside, notice
from latentop.tui.widgets.notice import NoticePage
from tests.support.panels import state


class Alone(App[None]):
    def compose(self) -> ComposeResult:
        yield NoticePage(Terminal())


def test_a_run_that_does_not_get_on_says_in_what_it_is_and_how_it_is_ended() -> None:
    going, aside = state({"loss/generator": [1.0]}), Aside(called="mygan")
    assert notice(going, aside) is None
    hangs = Liveness("running", True, "no step for 27 s: taking step 301", quiet=27.0)
    told = notice(replace(going, liveness=hangs), aside)
    assert told is not None
    assert told.said == "no step for 27 s: taking step 301 …"
    assert "latentop stop mygan --now" in told.lines[-1][1]


async def test_however_long_the_lines_are_that_a_worker_printed_what_can_be_done_has_its_place() -> None:
    app = Alone()
    async with app.run_test(size=(80, 10)):
        page = app.query_one(NoticePage)
        printed = tuple(f"WARNING {number}: {'a long line ' * 20}end" for number in range(4))
        page.aside = Aside(called="mygan", printed=printed)
        page.state = replace(state({}), liveness=Liveness("crashed", False, "the worker ended by SIGKILL"))
        rows = [row.text for row in page.rows(78, 6)]
        assert [row[:12].strip() for row in rows[1:5]] == [f"WARNING {number}:" for number in range(4)]
        assert "p trains anew" in rows[5]


@pytest.mark.parametrize(
    ("liveness", "values", "said"),
    [
        (Liveness("starting", True, watched=True), [], "opening /somewhere/train.log"),
        (Liveness("running", True, "waiting for /somewhere/train.log", watched=True), [], "waiting for"),
        (Liveness("running", True, watched=True), [], "nothing was read from it yet"),
        (
            Liveness("running", True, "nothing new for 40 s", quiet=40.0, watched=True),
            [1.0],
            "for 40 s; it is",
        ),
        (Liveness("running", True, watched=True), [1.0], ""),
        (
            Liveness("stopped", False, watched=True),
            [1.0],
            "watched no more since step 10 space watches it again",
        ),
        (
            Liveness("stopped", False, "its folder was removed", watched=True, removed=True),
            [1.0],
            "watched no more since step 10: its folder was removed",
        ),
        (Liveness("finished", False, watched=True), [1.0], "imported from /somewhere/train.log"),
        (Liveness("crashed", False, "it is gone", watched=True), [1.0], "latentop resume mine"),
    ],
    ids=lambda one: f"{one.name} {one.detail}".strip() if isinstance(one, Liveness) else "",
)
async def test_of_a_run_that_is_only_watched_nobody_says_that_it_trains(
    liveness: Liveness, values: list[float], said: str
) -> None:
    app = Alone()
    async with app.run_test(size=(100, 10)):
        page = app.query_one(NoticePage)
        page.aside = Aside(called="mine")
        shown = state({"loss/generator": values} if values else {})
        facts = replace(shown.facts, watches="/somewhere/train.log", command=("follower",))
        page.state = replace(shown, facts=facts, liveness=liveness)
        text = " ".join(" ".join(row.text for row in page.rows(100, 5)).split())
        assert said in text
        assert bool(said) == bool(text)
        assert "train" not in text.replace("train.log", "")
