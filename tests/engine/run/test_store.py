"""The store: what is written is there, rolled up however it was cut; a rewind, a full disk leave no trace."""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentop.engine.run.errors import StorageError
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Event, Facts, Frame, Mark, Scalars
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store.bins import COLUMNS, Bins, from_rows, from_values, group
from latentop.engine.run.store.history import TIER_FACTOR, TIERS
from latentop.engine.run.store.writer import Store
from tests.support.real_runs import everything
from tests.support.tiers import few

TABLES = {
    "points": "SELECT name, points.* FROM points JOIN series ON id = series ORDER BY name, step",
    "rollups": "SELECT name, tier, bucket, step, wall, n, lo, hi, last, bad"  # means may be rounded otherwise
    " FROM rollups JOIN series ON id = series ORDER BY name, tier, bucket",
    "frames": "SELECT * FROM frames ORDER BY id",
    "marks": "SELECT * FROM marks ORDER BY id",
    "alarms": "SELECT * FROM alarms ORDER BY id",
}
RESULTS = st.sampled_from([0.5, -3.0, 1e300, np.nan, np.inf, -np.inf])


def new_run(folder: Path) -> RunFolder:
    return launch.new(folder, RunFacts(preset="dcgan", seed=42), "")


@contextmanager
def opened(run: RunFolder) -> Iterator[Store]:
    store = Store(run.database)
    yield store
    store.close()


def bins(first: int, values: Sequence[float]) -> Bins:
    """One bin a step from step ``first`` on."""
    steps = np.arange(first, first + len(values))
    return from_values(steps, steps / 8, np.array(values, dtype=np.float64))


def noise(count: int) -> list[float]:
    """As many values as wanted; some are spikes, some are not finite."""
    values = np.random.default_rng(0).normal(size=count)
    values[::97], values[::101], values[::103] = 1e9, np.nan, -np.inf
    return values.tolist()  # type: ignore[no-any-return]


def frame(step: int, kind: str = "samples", size: int = 4) -> Frame:
    images = np.random.default_rng(step).integers(0, 256, (2, 1, size, size), dtype=np.uint8)
    return Frame(step=step, wall=step / 8, kind=kind, images=images)


def raised(name: str, step: int) -> AlarmRaised:
    return AlarmRaised(
        name=name,
        severity="critical",
        step=step,
        wall=step / 8,
        sentence=f"{name} at step {step}",
        advice="roll back",
        evidence={"coverage": 0.31},
    )


def rows(run: RunFolder, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(run.database)) as connection:
        return connection.execute(query).fetchall()


def recorded(run: RunFolder) -> dict[str, list[tuple[Any, ...]]]:
    """Everything of every table that a rewind has a say in."""
    return {table: rows(run, query) for table, query in TABLES.items()}


def assert_rolled_up(run: RunFolder) -> None:
    """Each tier tells what all the points of the run tell, grouped at once."""
    for series, name in rows(run, "SELECT id, name FROM series"):
        columns = ", ".join(COLUMNS)
        points = from_rows(rows(run, f"SELECT {columns} FROM points WHERE series = {series} ORDER BY step"))
        for tier in TIERS:
            where = f"series = {series} AND tier = {tier}"
            found = rows(run, f"SELECT bucket, {columns} FROM rollups WHERE {where} ORDER BY bucket")
            buckets = (points.step - 1) // TIER_FACTOR**tier
            assert [row[0] for row in found] == np.unique(buckets).tolist(), name
            stored, wanted = from_rows([row[1:] for row in found]), group(points, buckets)
            for column in ("step", "wall", "n", "lo", "hi", "last", "bad"):
                np.testing.assert_array_equal(getattr(stored, column), getattr(wanted, column))
            scale = np.nanmax(np.abs([wanted.lo, wanted.hi]), axis=0, initial=0)
            assert not (np.abs(stored.mean - wanted.mean) > 1e-12 * scale).any()
            np.testing.assert_array_equal(np.isnan(stored.mean), np.isnan(wanted.mean))


def test_every_step_is_a_point(tmp_path: Path) -> None:
    run, values = new_run(tmp_path), noise(500)
    with opened(run) as store:
        store.write({"loss/generator": bins(1, values[:123])}, [])
        store.write({"loss/generator": bins(124, values[123:]), "score/real": bins(1, [0.5])}, [])
    told = everything(run).bins
    assert told["loss/generator"].step.tolist() == list(range(1, 501))
    np.testing.assert_array_equal(told["loss/generator"].last, values)
    assert told["loss/generator"].n.tolist() == [1] * 500
    assert told["score/real"].last.tolist() == [0.5]


def test_scores_and_losses_of_a_critic_are_kept_without_a_unit(tmp_path: Path) -> None:
    names = ("loss/generator", "score/real", "accuracy/critic", "grad/generator")
    run = new_run(tmp_path)
    with opened(run) as store:
        store.write({name: bins(1, [1.0]) for name in names}, [])
    assert [unit for (unit,) in rows(run, "SELECT unit FROM series ORDER BY id")] == ["", "", "share", "norm"]


def test_series_say_their_unit_and_which_way_is_better(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    with opened(run) as store:
        store.write({"loss/reconstruction": bins(1, [1.0]), "my/own": bins(1, [1.0])}, [])
    assert rows(run, "SELECT name, unit, better FROM series ORDER BY id") == [
        ("loss/reconstruction", "mse", "smaller"),
        ("my/own", "", "neither"),
    ]


@settings(max_examples=25)
@given(
    values=st.lists(RESULTS, min_size=1, max_size=150),
    cuts=st.sets(st.integers(1, 150), max_size=8),
    widths=st.lists(st.sampled_from([1, 1, 4, 16]), min_size=9, max_size=9),
    reopen=st.booleans(),
)
def test_rollups_do_not_depend_on_how_flushes_were_cut(
    values: list[float], cuts: set[int], widths: list[int], reopen: bool
) -> None:
    """Also where some flushes hold wide bins, and where the store was closed in between."""
    edges = [0, *sorted(cut for cut in cuts if cut < len(values)), len(values)]
    with tempfile.TemporaryDirectory() as folder:
        run = new_run(Path(folder))
        store = Store(run.database)
        for start, end, width in zip(edges, edges[1:], widths, strict=False):
            new = bins(start + 1, values[start:end])
            store.write({"loss/generator": group(new, (new.step - 1) // width)}, [])
            if reopen:
                store.close()
                store = Store(run.database)
        store.close()
        assert_rolled_up(run)
        assert rows(run, "SELECT sum(n) FROM points") == [(len(values),)]


def test_a_step_that_is_recorded_twice_counts_once(tmp_path: Path) -> None:
    """As when training goes on from a checkpoint, and validates anew at its step."""
    run = new_run(tmp_path)
    with opened(run) as store:
        store.write({"valid/reconstruction": bins(0, [0.3])}, [])
        store.write({"valid/reconstruction": bins(0, [0.3, 0.2])}, [])
    assert everything(run).bins["valid/reconstruction"].last.tolist() == [0.3, 0.2]
    assert_rolled_up(run)


def train(store: Store, first: int, last: int) -> None:
    """What a run leaves of some steps, as the recorder would write it; many flushes."""
    values = noise(1000)
    for step in range(first, last + 1, 7):
        end = min(step + 6, last)
        new = bins(step, values[step : end + 1])
        events: list[Event] = []
        for at in range(step, end + 1):
            events += [frame(at)] if at % 10 == 0 else []
            events += [Mark(step=at, wall=at / 8, kind="edit", text=f"{at}")] if at % 30 == 0 else []
            events += [raised("oscillating", at)] if at % 40 == 0 else []
            events += [AlarmCleared(name="oscillating", step=at, wall=at / 8)] if at % 40 == 25 else []
        store.write({"loss/generator": new, "loss/discriminator": new}, events)


@pytest.mark.parametrize("step", few([0, 105, 300, 1, 63, 64, 65, 100, 299, 400], 3))
def test_a_rewind_leaves_what_there_was_at_that_step(tmp_path: Path, step: int) -> None:
    rewound, stopped = new_run(tmp_path / "rewound"), new_run(tmp_path / "stopped")
    with opened(rewound) as store, opened(stopped) as other:
        train(store, 1, 300)
        store.rewind(step)
        train(other, 1, min(step, 300))
        other.write({"loss/generator": bins(0, []), "loss/discriminator": bins(0, [])}, [])
        assert recorded(rewound) == recorded(stopped)
        assert_rolled_up(rewound)
        train(store, step + 1, 500)  # and it goes on as if nothing had been
        train(other, step + 1, 500)
    assert_rolled_up(rewound)
    assert everything(rewound).bins["loss/generator"].n.sum() == min(step, 300) + 500 - step


def test_an_alarm_is_raised_cleared_and_raised_again(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    with opened(run) as store:
        store.write({}, [raised("collapsed", 100), raised("diverged", 110)])
        store.write({}, [AlarmCleared(name="collapsed", step=150, wall=1.0)])
        store.write({}, [raised("collapsed", 200)])
    told = [(alarm.name, alarm.raised_step, alarm.cleared_step) for alarm in everything(run).alarms]
    assert told == [("collapsed", 100, 150), ("diverged", 110, None), ("collapsed", 200, None)]
    first = everything(run).alarms[0]
    assert (first.severity, first.sentence, first.advice) == (
        "critical",
        "collapsed at step 100",
        "roll back",
    )
    assert dict(first.evidence) == {"coverage": 0.31}


def limit(store: Store, pages: int) -> None:
    """Let the database grow so many pages beyond what it takes now: then SQLite finds the disk full."""
    (taken,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {taken + pages}")


@pytest.mark.parametrize("pages", [0, 3, 10])
def test_a_full_disk_costs_nothing_but_time(tmp_path: Path, pages: int) -> None:
    starved, spared = new_run(tmp_path / "starved"), new_run(tmp_path / "spared")
    more: Mapping[str, Bins] = {"loss/generator": bins(301, noise(900)), "score/real": bins(301, [0.5])}
    events: list[Event] = [
        frame(310, size=128),
        raised("diverged", 310),
        Mark(step=310, wall=1.0, kind="edit", text="lr"),
    ]
    with opened(starved) as store, opened(spared) as other:
        train(store, 1, 300)
        train(other, 1, 300)
        before = recorded(starved)
        limit(store, pages)
        for _ in range(2):
            with pytest.raises(StorageError, match=r"no space left for .*run\.db") as told:
                store.write(more, events)
            assert "free some space" in told.value.hint
        assert recorded(starved) == before
        limit(store, 10_000)
        store.write(more, events)
        other.write(more, events)
    assert recorded(starved) == recorded(spared)
    assert_rolled_up(starved)


def test_a_rewind_on_a_full_disk_leaves_all_as_it_was(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    with opened(run) as store:
        train(store, 1, 300)
        before = recorded(run)
        with closing(sqlite3.connect(run.database)) as other:
            other.execute(
                "CREATE TRIGGER full BEFORE INSERT ON rollups BEGIN"
                " SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        with pytest.raises(StorageError, match="no space left"):
            store.rewind(101)
        assert recorded(run) == before
        with closing(sqlite3.connect(run.database)) as other:
            other.execute("DROP TRIGGER full")
        train(store, 301, 320)
    assert_rolled_up(run)


def test_scalars_are_no_event_of_the_store(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    with opened(run) as store, pytest.raises(TypeError, match="written as bins"):
        store.write({}, [Facts(values={"step": 5}), Scalars(step=5, wall=1.0, values={})])
    assert everything(run).facts.step == 0
