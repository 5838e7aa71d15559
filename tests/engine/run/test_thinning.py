"""A long run grows slowly: the older, the coarser, and no spike, no NaN and no moment of alarm is lost."""

from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentop.engine.run.events import AlarmRaised, Frame
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.bins import Bins, Floats, from_values
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.thinning import FRAMES_AT_ONCE, ROWS_AT_ONCE, Allowance, surplus
from latentop.engine.run.store.writer import Store
from tests.support.real_runs import everything

LOSS = "loss/generator"
STEPS = 40_000
FEW = Allowance(rows=512, frames=8)


def values() -> Floats:
    """A loss with a spike and a NaN, both long ago."""
    losses = np.random.default_rng(0).normal(size=STEPS)
    losses[1233], losses[2344] = 1e6, np.nan
    return losses


def bins(first: int, losses: Floats) -> Bins:
    steps = np.arange(first, first + len(losses))
    return from_values(steps, steps / 8, losses)


def frame(step: int, kind: str = "samples") -> Frame:
    images = np.full((1, 1, 2, 2), step % 251, dtype=np.uint8)
    return Frame(step=step, wall=step / 8, kind=kind, images=images)


def alarm(step: int) -> AlarmRaised:
    words = {"sentence": "samples are alike", "advice": "roll back"}
    return AlarmRaised(name="collapsed", severity="critical", step=step, wall=1.0, evidence={}, **words)


def thin(store: Store, allowance: Allowance = FEW) -> int:
    """Thin until nothing is left to give up; the number of looks."""
    looks = idle = 0
    while idle < 50:
        idle = 0 if store.thin(allowance) else idle + 1
        looks += 1
    return looks


def count(store: Store, table: str) -> int:
    (found,) = store._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found)


def test_a_thinned_run_takes_few_rows_and_hides_no_spike_and_no_nan(run: RunFolder, store: Store) -> None:
    store.write({LOSS: bins(1, values())}, [])
    whole = everything(run).bins[LOSS]
    thin(store)
    assert count(store, "points") < 530
    assert count(store, "rollups") < 4 * 530
    told = everything(run).bins[LOSS]
    assert told.n.sum() == whole.n.sum() == STEPS
    assert (np.nanmax(told.hi), told.bad.sum(), told.last[-1]) == (1e6, 1, whole.last[-1])
    assert (np.diff(told.step) > 0).all()
    near = Reader(run.database)
    with closing(near):
        window = near.window(1200, 1300)[LOSS]
        assert np.nanmax(window.hi) == 1e6
        assert (window.step[0], window.n.sum() % 8) == (window.step[0], 0)
        newest = near.window(STEPS - 99, STEPS)[LOSS]
        assert newest.n.tolist() == [1] * 100


def test_what_is_thinned_at_once_is_little(store: Store) -> None:
    store.write({LOSS: bins(1, values())}, [frame(step) for step in range(1, 400)])
    rows, frames = count(store, "points") + count(store, "rollups"), count(store, "frames")
    for _ in range(20):
        store.thin(FEW)
        left = count(store, "points") + count(store, "rollups"), count(store, "frames")
        assert rows - left[0] <= ROWS_AT_ONCE
        assert frames - left[1] <= FRAMES_AT_ONCE
        rows, frames = left


def test_what_was_freed_is_used_again_or_given_back(run: RunFolder, store: Store) -> None:
    losses = values()
    for _ in range(4):
        first = count(store, "points") + 1
        store.write({LOSS: bins(first, losses)}, [])
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = run.database.stat().st_size
    thin(store)
    for _ in range(100):
        store.thin(FEW)
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert run.database.stat().st_size < before / 3


@pytest.mark.parametrize("step", [STEPS - 100, STEPS - 3_003, 20_001, 5_000, 70, 0])
def test_a_thinned_run_is_rewound_and_goes_on(run: RunFolder, store: Store, step: int) -> None:
    """What a row of the past tells partly of the future is forgotten: not a row more."""
    losses = values()
    store.write({LOSS: bins(1, losses)}, [])
    thin(store)
    store.rewind(step)
    store.write({LOSS: bins(step + 1, np.full(5_000, 7.0))}, [])
    thin(store)
    told = everything(run).bins[LOSS]
    assert (np.diff(told.step) > 0).all()
    assert told.step[-1] == step + 5_000
    missing = step + 5_000 - told.n.sum()
    assert 0 <= missing < 512
    old = told.step <= step
    assert np.nanmax(told.hi[old], initial=0) == (
        1e6 if step > 1300 else max(losses[: max(step - missing, 0)], default=0)
    )
    assert told.bad.sum() == (1 if step > 2400 else 0)
    assert (told.lo[told.step > step + 512] == 7.0).all()


def test_a_viewer_that_slept_while_it_was_thinned_misses_no_spike(store: Store, run: RunFolder) -> None:
    losses = values()
    store.write({LOSS: bins(1, losses[:100])}, [])
    with closing(Reader(run.database)) as reader:
        assert reader.poll() is not None
        store.write({LOSS: bins(101, losses[100:])}, [])
        thin(store)
        batch = reader.poll()
    assert batch is not None
    assert not batch.fresh
    assert np.nanmax(batch.bins[LOSS].hi) == 1e6
    assert batch.bins[LOSS].bad.sum() == 1
    assert batch.bins[LOSS].step[0] > 100


def test_scrubbing_a_thinned_run_shows_the_nearest_frame_before(run: RunFolder, store: Store) -> None:
    steps = range(1, 2001, 2)
    store.write({}, [one for step in steps for one in (frame(step, "input"), frame(step, "error"))])
    store.write({}, [frame(1, "real"), alarm(100)])
    thin(store)
    assert count(store, "frames") < 200
    with closing(Reader(run.database)) as reader:
        shown = reader.frames(100)
        assert {kind: one.step for kind, one in shown.items()} == {"input": 99, "error": 99, "real": 1}
        assert reader.frames(101)["input"].step == 101  # and the first after the alarm
        assert reader.frames(1)["input"].step == 1
        for at_step in (50, 777, 1500, 1990, 2000):
            found = {kind: one.step for kind, one in reader.frames(at_step).items() if kind != "real"}
            (step,) = set(found.values())  # an error is never shown beside another moment's input
            assert at_step - (2000 - at_step) / 8 - 2 <= step <= at_step


@given(
    steps=st.lists(st.integers(0, 10_000), min_size=1, max_size=300, unique=True).map(sorted),
    alarms=st.lists(st.integers(0, 10_000), max_size=5),
    keep=st.integers(1, 64),
)
def test_frames_stay_where_they_are_needed(steps: list[int], alarms: list[int], keep: int) -> None:
    gone = {steps[place] for place in surplus(np.array(steps), alarms, keep)}
    stay = [step for step in steps if step not in gone]
    assert stay[0] == steps[0]
    assert stay[-keep:] == steps[-keep:]
    for raised in alarms:
        assert not gone & {max((step for step in steps if step <= raised), default=-1)}
        assert not gone & {min((step for step in steps if step >= raised), default=-1)}
    for left, right in pairwise(stay):
        if any(left < step < right for step in gone):
            assert (right - left) * keep <= steps[-1] - left
    again = surplus(np.array(stay), alarms, keep)
    assert not again
