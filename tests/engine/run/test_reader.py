"""The reader: a history of any length in few rows that hide nothing, then exactly what is new."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentop.engine.run.events import Facts, Frame, Mark, Verdict
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store.bins import Bins, from_values, group, join
from latentop.engine.run.store.history import HISTORY_ROWS
from latentop.engine.run.store.reader import Batch, Reader
from latentop.engine.run.store.writer import Store
from tests.support.real_runs import everything

LOSS = "loss/generator"


@pytest.fixture
def reader(run: RunFolder) -> Iterator[Reader]:
    reader = Reader(run.database)
    yield reader
    reader.close()


def bins(first: int, values: Sequence[float]) -> Bins:
    steps = np.arange(first, first + len(values))
    return from_values(steps, steps / 8, np.array(values, dtype=np.float64))


def frame(step: int, kind: str, shade: int) -> Frame:
    return Frame(step=step, wall=1.0, kind=kind, images=np.full((1, 1, 2, 2), shade, dtype=np.uint8))


def polled(reader: Reader) -> Batch:
    batch = reader.poll()
    assert batch is not None
    return batch


@pytest.mark.parametrize("steps", [HISTORY_ROWS, HISTORY_ROWS + 1, 100_000])
def test_a_long_history_opens_in_few_rows_that_hide_no_spike_and_no_nan(
    run: RunFolder, store: Store, steps: int
) -> None:
    values = np.linspace(1, 2, steps)
    values[1234], values[2345] = 1e6, np.nan
    whole = from_values(np.arange(1, steps + 1), np.arange(steps) / 8, values)
    for part in range(8):  # eight flushes
        some = slice(part * steps // 8, (part + 1) * steps // 8)
        store.write({LOSS: bins(some.start + 1, whole.last[some].tolist())}, [])
    told = everything(run).bins[LOSS]
    assert len(told) <= HISTORY_ROWS
    assert told.n.sum() == steps
    assert np.nanmax(told.hi) == 1e6
    assert told.bad.sum() == 1
    spiked, bad = int(np.nanargmax(told.hi)), int(np.argmax(told.bad))
    starts = np.concatenate([[0], told.step[:-1]])
    assert starts[spiked] < 1235 <= told.step[spiked]
    assert starts[bad] < 2346 <= told.step[bad]
    assert told.step[-1] == steps
    assert told.last[-1] == 2.0


def test_a_series_that_is_seldom_measured_keeps_all_it_has_in_a_long_run(
    run: RunFolder, store: Store
) -> None:
    steps = np.arange(0, 50_000, 1000)
    store.write({"diversity/coverage": from_values(steps, steps / 8, steps / 1e6)}, [])
    told = everything(run).bins["diversity/coverage"]
    assert told.step.tolist() == steps.tolist()
    np.testing.assert_array_equal(told.last, steps / 1e6)


@settings(max_examples=20)
@given(steps=st.lists(st.integers(1, 60), min_size=1, max_size=8), polls=st.lists(st.booleans(), min_size=8))
def test_polls_give_each_step_once_and_all_of_them(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], polls: list[bool]
) -> None:
    run = launch.new(tmp_path_factory.mktemp("runs"), RunFacts(preset="dcgan", seed=42), "")
    store, reader = Store(run.database), Reader(run.database)
    seen: list[int] = []
    first = 1
    for count, look in zip(steps, polls, strict=False):
        store.write({LOSS: bins(first, [0.5] * count)}, [])
        first += count
        if look:
            seen += polled(reader).bins[LOSS].step.tolist()
            assert reader.poll() is None
    rest = reader.poll()
    seen += rest.bins[LOSS].step.tolist() if rest and LOSS in rest.bins else []
    store.close()
    reader.close()
    assert seen == list(range(1, first))


def test_a_long_history_goes_on_where_it_ended(store: Store, reader: Reader) -> None:
    store.write({LOSS: bins(1, [1.0] * 10_001)}, [])
    history = polled(reader).bins[LOSS]
    store.write({LOSS: bins(10_002, [2.0] * 50)}, [])
    whole = join(history, polled(reader).bins[LOSS])
    assert whole.n.sum() == 10_051
    assert np.diff(whole.step).min() > 0
    assert group(whole, np.zeros(len(whole), dtype=np.int64)).mean[0] == pytest.approx(10_101 / 10_051)


def test_a_batch_holds_only_what_is_new_but_facts_and_alarms_whole(store: Store, reader: Reader) -> None:
    mark = Mark(step=3, wall=1.0, kind="edit", text="generator.lr 0.0002 → 0.0001")
    store.write({LOSS: bins(1, [1.0])}, [mark, frame(1, "samples", 1)])
    first = polled(reader)
    assert (first.fresh, first.marks) == (True, (mark,))
    store.write({}, [Facts(values={"step": 5})])
    second = polled(reader)
    assert (second.fresh, second.marks, second.frames, second.bins) == (False, (), {}, {})
    assert second.facts.step == 5
    assert second.facts.preset == "dcgan"


def test_a_verdict_is_a_fact_and_a_mark(store: Store, reader: Reader) -> None:
    store.write({}, [Verdict(step=3, wall=1.0, name="collapsed")])
    batch = polled(reader)
    assert batch.facts.verdict == "collapsed"
    assert batch.marks == (Mark(step=3, wall=1.0, kind="verdict", text="collapsed"),)


def test_nothing_is_new_where_nobody_wrote(store: Store, reader: Reader) -> None:
    polled(reader)
    assert reader.poll() is None
    store.write({}, [Facts(values={"step": 1})])
    assert reader.poll() is not None
    assert reader.poll() is None


def test_after_a_rewind_the_next_batch_begins_anew(store: Store, reader: Reader) -> None:
    """Even where the newer steps, frames and marks are as many as those that were forgotten."""
    old, new = (Mark(step=8, wall=1.0, kind="edit", text=text) for text in ("old", "new"))
    store.write({LOSS: bins(1, [1.0] * 10)}, [old, frame(8, "samples", 1)])
    polled(reader)
    store.rewind(6)
    store.write({}, [Facts(values={"rewinds": 1})])
    store.write({LOSS: bins(7, [2.0] * 4)}, [new, frame(8, "samples", 2)])
    batch = polled(reader)
    assert batch.fresh
    assert batch.bins[LOSS].step.tolist() == list(range(1, 11))
    assert batch.bins[LOSS].last.tolist() == [1.0] * 6 + [2.0] * 4
    assert batch.marks == (new,)
    assert batch.frames["samples"].images.max() == 2
    store.write({LOSS: bins(11, [3.0])}, [])
    again = polled(reader)
    assert not again.fresh
    assert again.bins[LOSS].step.tolist() == [11]


@pytest.mark.parametrize("shape", [(36, 1, 28, 28), (2, 3, 5, 4), (1, 1, 1, 1)])
def test_a_frame_comes_back_as_it_was(run: RunFolder, store: Store, shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    turned = images.transpose(0, 1, 3, 2)  # not contiguous
    store.write({}, [Frame(step=7, wall=1.5, kind="samples", images=images)])
    store.write({}, [Frame(step=7, wall=1.5, kind="codings", images=turned)])
    frames = everything(run).frames
    assert (frames["samples"].step, frames["samples"].wall, frames["samples"].kind) == (7, 1.5, "samples")
    np.testing.assert_array_equal(frames["samples"].images, images)
    np.testing.assert_array_equal(frames["codings"].images, turned)


def test_the_newest_frame_of_each_kind_is_told(store: Store, reader: Reader) -> None:
    store.write({}, [frame(1, "input", 1), frame(1, "error", 2), frame(5, "input", 3)])
    assert {kind: frame.step for kind, frame in polled(reader).frames.items()} == {"input": 5, "error": 1}
    store.write({}, [frame(6, "error", 4)])
    assert {kind: frame.step for kind, frame in polled(reader).frames.items()} == {"error": 6}


def test_scrubbing_shows_the_frame_that_was_current(store: Store, reader: Reader) -> None:
    store.write({}, [frame(10, "samples", 1), frame(20, "samples", 2), frame(15, "error", 3)])

    def shade(kind: str, at_step: int) -> int | None:
        found = reader.frames(at_step).get(kind)
        return None if found is None else int(found.images.max())

    assert [shade("samples", step) for step in (0, 9, 10, 19, 20, 10**9)] == [None, None, 1, 1, 2, 2]
    assert shade("error", 20) == 3
    assert shade("real", 20) is None
