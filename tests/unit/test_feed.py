"""What the dashboard hears of a run: a worker that ends well is never taken for one that crashed."""

from pathlib import Path

import pytest

from engine.run import liveness
from engine.run.facts import RunFacts
from engine.run.liveness import Liveness
from tests.recorded import alive, new_run, write
from tests.support import wait_until
from tui import feed, runs_feed
from tui.feed import Feed
from tui.runs_feed import Listing, RunsFeed
from tui.state import State

GONE = 2**22 - 3
"""The number of no process."""


@pytest.fixture
def ends_in_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only run's worker writes its last words and ends once it was read, before it is judged."""
    run = new_run(tmp_path, **alive() | {"pid": GONE}, step=10)

    def judge(facts: RunFacts, now: float) -> Liveness:
        write(run, facts={"state": "finished", "step": 30})
        return liveness.judge(facts, now)

    for looker in (feed, runs_feed):
        monkeypatch.setattr(looker, "judge", judge)


@pytest.mark.usefixtures("ends_in_between")
def test_a_run_that_ends_while_it_is_read_is_told_as_finished_at_once(tmp_path: Path) -> None:
    told: list[State] = []
    (path,) = tmp_path.glob("*-s*")
    one = Feed(feed.RunFolder(path), lambda news: told.append(news))  # type: ignore[arg-type]
    one.start()
    wait_until(lambda: told)
    one.stop()
    assert (told[0].liveness.name, told[0].facts.step) == ("finished", 30)


@pytest.mark.usefixtures("ends_in_between")
def test_the_list_tells_it_as_finished_at_once_too(tmp_path: Path) -> None:
    told: list[Listing] = []
    several = RunsFeed(tmp_path, told.append)
    several.start()
    wait_until(lambda: told)
    several.stop()
    assert [row.liveness.name for row in told[0].rows] == ["finished"]


def test_a_worker_that_died_without_a_word_has_crashed(tmp_path: Path) -> None:
    told: list[State] = []
    run = new_run(tmp_path, **alive() | {"pid": GONE})
    one = Feed(run, lambda news: told.append(news))  # type: ignore[arg-type]
    one.start()
    wait_until(lambda: told)
    one.stop()
    assert told[0].liveness.name == "crashed"
