"""What the dashboard hears of a run: a worker that ends well is never taken for one that crashed."""

from pathlib import Path

import pytest

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process import liveness
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.summary import Summariser, Summary
from latentop.tui.model.state import State
from latentop.tui.runs import feed, folder_feed
from latentop.tui.runs.feed import Feed
from latentop.tui.runs.folder_feed import Listing, RunsFeed
from tests.support.real_runs import wait_until
from tests.support.recorded_runs import alive, new_run, write

GONE = 2**22 - 3
"""The number of no process."""


@pytest.fixture
def ends_in_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only run's worker writes its last words and ends once it was read, before it is judged."""
    run = new_run(tmp_path, **alive() | {"pid": GONE}, step=10)

    def judge(facts: RunFacts, now: float) -> Liveness:
        write(run, facts={"state": "finished", "step": 30})
        return liveness.judge(facts, now)

    for looker in (feed, folder_feed):
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


def test_what_a_run_takes_on_disk_is_all_of_its_folder_however_long_ago_it_measured_itself(
    tmp_path: Path,
) -> None:
    told: list[State] = []
    run = new_run(tmp_path, state="finished", size=6_200_000)
    (run.checkpoints / "step-000000300.pt").write_bytes(bytes(12_000_000))
    one = Feed(run, lambda news: told.append(news))  # type: ignore[arg-type]
    one.start()
    wait_until(lambda: told)
    one.stop()
    assert 12_000_000 < (told[0].facts.size or 0) < 13_000_000


def test_a_run_that_could_not_be_read_for_once_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_run(tmp_path, state="finished")
    read, failures = Summariser.read, [OSError("stale file handle")]

    def once_not(reader: Summariser) -> Summary:
        if failures:
            raise failures.pop()
        return read(reader)

    monkeypatch.setattr(Summariser, "read", once_not)
    monkeypatch.setattr(folder_feed, "_signature", lambda run: ((1, 1),))  # nothing is written meanwhile
    told: list[Listing] = []
    several = RunsFeed(tmp_path, told.append)
    several.start()
    wait_until(lambda: told)
    several.look()
    wait_until(lambda: len(told) > 1)
    several.stop()
    assert "stale file handle" in told[0].rows[0].trouble
    assert (told[1].rows[0].trouble, told[1].rows[0].liveness.name) == ("", "finished")


def test_a_run_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    new_run(tmp_path).database.write_bytes(b"no database" * 100)
    several = RunsFeed(tmp_path, lambda listing: None)
    (first,), (second,) = several._look().rows, several._look().rows
    assert first.trouble
    assert first is second
