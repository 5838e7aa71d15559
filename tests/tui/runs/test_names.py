"""Which run is meant by those who ask something of a worker, and by those who want to train on."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.tui.runs.names import called, to_ask, to_train_on
from tests.support.recorded_runs import alive, new_run, write


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., RunFolder]:
    """Makes runs, each newer than the one before."""
    born = iter(range(1, 100))

    def make(
        preset: str = "dcgan", seed: int = 42, *, checkpoint: bool = False, **facts: object
    ) -> RunFolder:
        made = new_run(tmp_path, preset, seed, **facts)
        if checkpoint:
            (made.checkpoints / "step-000000300.pt").touch()
        second = next(born)
        os.utime(made.preset, (second, second))
        return made

    return make


def test_to_ask_means_the_one_that_lives(tmp_path: Path, run: Callable[..., RunFolder]) -> None:
    older, newer = run(seed=1, **alive()), run(seed=2, state="stopped")
    assert to_ask(tmp_path, "dcgan") == to_ask(tmp_path, None) == to_ask(tmp_path, "-s") == older
    assert to_ask(tmp_path, newer.id) == newer  # by its whole name, ended as it is


def test_to_ask_means_who_trains_before_who_is_queued(tmp_path: Path, run: Callable[..., RunFolder]) -> None:
    training, queued = run(seed=1, **alive()), run(seed=2, **alive("queued"))
    assert to_ask(tmp_path, "dcgan") == to_ask(tmp_path, None) == training
    assert to_ask(tmp_path, "dcgan-s2") == to_ask(tmp_path, queued.id) == queued


def test_to_ask_takes_no_pick_among_several_that_live(tmp_path: Path, run: Callable[..., RunFolder]) -> None:
    first, second = run(seed=1, **alive()), run(seed=2, **alive())
    with pytest.raises(UsageError, match="names 2 runs in training") as told:
        to_ask(tmp_path, "dcgan")
    assert first.id in told.value.message
    assert second.id in told.value.message
    assert to_ask(tmp_path, None) == second


def test_to_ask_where_none_lives(tmp_path: Path, run: Callable[..., RunFolder]) -> None:
    run(seed=1, state="stopped")
    newest = run(seed=2, state="finished")
    assert to_ask(tmp_path, "dcgan") == newest
    with pytest.raises(UsageError, match="being trained"):
        to_ask(tmp_path, None)


def test_a_damaged_run_is_never_meant_by_others(tmp_path: Path, run: Callable[..., RunFolder]) -> None:
    good, bad = run(seed=1, **alive()), run(seed=2, **alive())
    bad.database.write_bytes(b"no database" * 100)
    assert to_ask(tmp_path, "dcgan") == to_ask(tmp_path, None) == good


def test_to_train_on_means_a_paused_one_first(tmp_path: Path, run: Callable[..., RunFolder]) -> None:
    paused = run(seed=1, **alive("paused"))
    run(seed=2, state="stopped", checkpoint=True)
    run(seed=3, **alive())
    assert to_train_on(tmp_path, None) == to_train_on(tmp_path, "dcgan") == paused


def test_to_train_on_means_else_the_newest_that_ended_early(
    tmp_path: Path, run: Callable[..., RunFolder]
) -> None:
    run(seed=1, state="stopped", checkpoint=True)
    stopped = run(seed=2, state="stopped", checkpoint=True)
    run(seed=3, state="stopped")  # left nothing
    finished = run(seed=4, state="finished", checkpoint=True)
    run("stacked", state="stopped", checkpoint=True)
    assert to_train_on(tmp_path, "dcgan") == stopped
    assert to_train_on(tmp_path, "stacked") == to_train_on(tmp_path, None)
    assert to_train_on(tmp_path, finished.id) == finished


def test_a_run_that_failed_is_trained_on_only_where_it_is_named(
    tmp_path: Path, run: Callable[..., RunFolder]
) -> None:
    stopped = run(seed=1, state="stopped", checkpoint=True)
    failed = run(seed=2, state="failed", checkpoint=True)
    assert to_train_on(tmp_path, None) == stopped
    assert to_train_on(tmp_path, "dcgan") == to_train_on(tmp_path, "s2") == failed
    finished = run("ring", state="finished", checkpoint=True)
    write(stopped, facts={"state": "finished"})
    assert to_train_on(tmp_path, None) == finished  # which says that it is finished


def test_what_a_person_types_to_find_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTOP_RUNS", str(tmp_path))
    assert called(RunFolder(tmp_path / "a")) == "a"
    other = tmp_path / "two words"
    assert called(RunFolder(other / "a")) == f"'{other}/a'"
