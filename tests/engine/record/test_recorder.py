"""The recorder: every step counts, at any speed; on a full disk it waits, says so, and loses nothing."""

import errno
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from latentop.engine.record.recorder import BINS_PER_FLUSH, Recorder
from latentop.engine.run.events import Event, Facts, Frame, Mark, Rewind, Saved, Scalars
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from tests.support.real_runs import everything, facts, wait_until


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return launch.new(tmp_path, RunFacts(preset="dcgan", seed=42), "")


@pytest.fixture
def recorder(run: RunFolder) -> Iterator[Recorder]:
    """One whose thread has not started: flushes come when the test says so."""
    recorder = Recorder(run, lambda: Facts(values={"heartbeat": 1.0}))
    recorder.put(Facts(values={"state": "running", "detail": ""}))
    yield recorder
    recorder._store.close()


def put(recorder: Recorder, first: int, last: int, value: float = 1.0) -> None:
    for step in range(first, last + 1):
        loss = torch.tensor(value + step)
        recorder.put(Scalars(step=step, wall=step / 8, values={"loss/generator": loss}))


def test_where_one_thread_alone_may_use_the_device_it_brings_the_values(run: RunFolder) -> None:
    """On MPS a second thread ends the process."""
    trains = threading.get_ident()

    class Theirs(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            assert threading.get_ident() == trains, f"{func} in another thread"
            return super().__torch_function__(func, types, args, kwargs)

    recorder = Recorder(run, lambda: Facts(values={"heartbeat": 1.0}), alone=True)
    recorder.start()
    for step in range(1, 1001):
        loss = torch.tensor(float(step)).as_subclass(Theirs)
        recorder.put(Scalars(step=step, wall=step / 8, values={"loss/generator": loss}))
        if step % 100 == 0:
            recorder.put(Mark(step=step, wall=step / 8, kind="checkpoint", text="kept"))
    recorder.sync()
    bins = everything(run).bins["loss/generator"]
    assert bins.n.sum() == 1000
    assert bins.last[-1] == 1000.0
    recorder.put(
        Scalars(step=1001, wall=126.0, values={"loss/generator": torch.tensor(1.0).as_subclass(Theirs)})
    )
    recorder.close()
    assert everything(run).bins["loss/generator"].n.sum() == 1001


def test_what_was_said_survives_a_device_that_fails(run: RunFolder) -> None:
    class Lost(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            raise torch.AcceleratorError("CUDA error: unspecified launch failure")

    recorder = Recorder(run, lambda: Facts(values={"heartbeat": 1.0}))
    recorder.put(Scalars(step=1, wall=1.0, values={"loss/generator": torch.tensor(1.0).as_subclass(Lost)}))
    recorder.put(Mark(step=1, wall=1.0, kind="edit", text="generator.lr 1 → 2"))
    recorder.start()
    with pytest.raises(torch.AcceleratorError, match="unspecified launch failure"):
        recorder.close()
    assert [mark.text for mark in everything(run).marks] == ["generator.lr 1 → 2"]


def big(step: int) -> Event:
    """A frame of random pixels, which no compression makes small."""
    images = np.random.default_rng(0).integers(0, 256, (64, 3, 64, 64), dtype=np.uint8)
    return Frame(step=step, wall=step / 8, kind="samples", images=images)


def set_disk(recorder: Recorder, *, full: bool) -> None:
    """Let SQLite find the disk full, or no longer."""
    connection = recorder._store._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + (4 if full else 10_000)}")


def assert_every_step_is_recorded(run: RunFolder, last: int) -> None:
    bins = everything(run).bins["loss/generator"]
    assert bins.step.tolist() == list(range(1, last + 1))
    assert bins.last.tolist() == [1.0 + step for step in range(1, last + 1)]
    assert bins.n.tolist() == [1] * last


def test_slow_training_keeps_each_step_apart(run: RunFolder, recorder: Recorder) -> None:
    for first in range(1, 1000, BINS_PER_FLUSH):
        put(recorder, first, first + BINS_PER_FLUSH - 1)
        recorder._flush()
    assert_every_step_is_recorded(run, 1024)


@pytest.mark.parametrize("steps", [65, 1000, 3001])
def test_fast_training_takes_few_rows_and_counts_every_step(
    run: RunFolder, recorder: Recorder, steps: int
) -> None:
    for flush in range(4):
        put(recorder, flush * steps + 1, (flush + 1) * steps)
        recorder.put(Scalars(step=flush * steps + 1, wall=0.0, values={"grad/generator": 1e9}))
        recorder._flush()
    recorded = everything(run).bins
    bins = recorded["loss/generator"]
    assert len(bins) <= 4 * (BINS_PER_FLUSH + 1)
    assert bins.n.sum() == 4 * steps
    assert (bins.lo.min(), bins.hi.max()) == (2.0, 1.0 + 4 * steps)
    assert bins.step[-1] == 4 * steps
    assert np.average(bins.mean, weights=bins.n) == pytest.approx(1 + (1 + 4 * steps) / 2)
    assert recorded["grad/generator"].n.tolist() == [1] * 4  # what is seldom measured is not condensed


def test_a_spike_and_a_nan_in_fast_training_are_seen(run: RunFolder, recorder: Recorder) -> None:
    for step in range(1, 2001):
        value = {700: 1e6, 1400: np.nan}.get(step, 1.0)
        recorder.put(Scalars(step=step, wall=0.0, values={"loss/generator": value}))
    recorder._flush()
    bins = everything(run).bins["loss/generator"]
    assert (bins.hi.max(), bins.bad.sum(), bins.n.sum()) == (1e6, 1, 2000)


def test_on_a_full_disk_nothing_is_lost_doubled_or_kept_quiet(run: RunFolder, recorder: Recorder) -> None:
    put(recorder, 1, 10)
    recorder._flush()
    set_disk(recorder, full=True)
    for first in (11, 21):
        put(recorder, first, first + 9)
        recorder.put(big(first))
        recorder.put(Mark(step=first, wall=1.0, kind="edit", text=f"at {first}"))
        recorder._flush()
        assert recorder.trouble
        assert "no space left" in recorder.trouble.message
        assert not recorder.idle
        told = facts(run)
        assert (told.state, told.error) == ("paused", recorder.trouble.message)
        assert "free some space" in (told.hint or "")
        assert everything(run).bins["loss/generator"].step[-1] == 10
    set_disk(recorder, full=False)
    put(recorder, 31, 40)
    recorder._flush()
    assert recorder.trouble is None
    assert recorder.idle
    assert_every_step_is_recorded(run, 40)
    assert [mark.text for mark in everything(run).marks] == ["at 11", "at 21"]
    assert everything(run).frames["samples"].step == 21


def test_a_file_system_that_turns_read_only_is_trouble_and_no_end(
    run: RunFolder, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be written, nothing can be removed."""

    def refused(path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    put(recorder, 1, 10)
    recorder._flush()
    with monkeypatch.context() as now:
        now.setattr(Path, "unlink", refused)
        recorder._store._connection.execute("PRAGMA query_only = 1")
        put(recorder, 11, 20)
        recorder._flush()
        assert recorder.trouble
    recorder._store._connection.execute("PRAGMA query_only = 0")
    recorder._flush()
    assert recorder.trouble is None
    assert_every_step_is_recorded(run, 20)


@pytest.mark.parametrize("meanwhile", [False, True])
@pytest.mark.parametrize("state", ["running", "paused"])
def test_after_trouble_the_run_is_said_to_do_what_it_did(
    run: RunFolder, recorder: Recorder, state: str, meanwhile: bool
) -> None:
    """Whether that was told before the disk was full, or while it was."""
    doing = Facts(values={"state": state, "detail": "as asked"})
    if not meanwhile:
        recorder.put(doing)
    recorder._flush()
    set_disk(recorder, full=True)
    recorder.put(big(1))
    recorder._flush()
    assert facts(run).error
    if meanwhile:
        recorder.put(doing)
    set_disk(recorder, full=False)
    recorder._flush()
    told = facts(run)
    assert (told.state, told.detail, told.error, told.hint) == (state, "as asked", None, None)


def test_what_is_left_is_written_when_it_closes(run: RunFolder) -> None:
    """By its own thread; trouble that is over by then leaves no trace in the run."""
    recorder = Recorder(run, lambda: Facts(values={"heartbeat": 1.0}))
    set_disk(recorder, full=True)
    recorder.start()
    put(recorder, 1, 10)
    recorder.put(big(5))
    wait_until(lambda: recorder.trouble)
    put(recorder, 11, 20)
    recorder.put(Facts(values={"state": "finished", "detail": ""}))
    set_disk(recorder, full=False)
    recorder.close()
    assert recorder.trouble is None
    assert_every_step_is_recorded(run, 20)
    told = facts(run)
    assert (told.state, told.error) == ("finished", None)
    assert not (run.path / "ballast").exists()


def test_where_it_can_not_go_on_training_hears_of_it(run: RunFolder) -> None:
    """An error that no free space mends must not leave a run in training with nothing recorded."""
    recorder = Recorder(run, lambda: Facts(values={}))
    recorder.start()
    recorder.put(Facts(values={"versions": object()}))
    wait_until(lambda: not recorder.is_alive())
    with pytest.raises(TypeError, match="objects of type object"):
        put(recorder, 1, 1)
    with pytest.raises(TypeError, match="objects of type object"):
        assert recorder.idle
    with pytest.raises(TypeError, match="objects of type object"):
        recorder.close()


def happened(step: int, kind: str) -> Mark:
    return Mark(step=step, wall=step / 8, kind=kind, text=kind)


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("full", [True, False])
def test_after_going_back_only_the_new_future_is_recorded(
    run: RunFolder, recorder: Recorder, written: bool, full: bool
) -> None:
    put(recorder, 1, 30, value=-9.0)
    recorder.put(happened(10, "edit"))
    recorder.put(happened(25, "checkpoint"))
    recorder.put(big(26))
    if written:
        recorder._flush()
    if full:
        set_disk(recorder, full=True)
        recorder.put(big(27))
        recorder._flush()
    recorder.put(Rewind(step=20))
    recorder.put(happened(20, "rollback"))
    put(recorder, 21, 40)
    recorder._flush()
    if full:
        set_disk(recorder, full=False)
        recorder._flush()
    assert recorder.idle
    batch = everything(run)
    bins = batch.bins["loss/generator"]
    assert bins.step.tolist() == list(range(1, 41))
    assert bins.last.tolist() == [step - 9.0 for step in range(1, 21)] + [
        step + 1.0 for step in range(21, 41)
    ]
    assert [(mark.step, mark.kind) for mark in batch.marks] == [(10, "edit"), (20, "rollback")]
    assert batch.frames == {}
    assert batch.facts.rewinds == 1


def test_going_back_to_what_was_saved_forgets_no_step_of_before(run: RunFolder, recorder: Recorder) -> None:
    """However fast the training, however many steps a bin holds."""
    put(recorder, 1, 1_003)
    recorder.put(Saved(step=1_003))
    put(recorder, 1_004, 2_000)
    recorder._flush()
    before = everything(run).bins["loss/generator"]
    assert before.n.max() > 1
    recorder._store.rewind(1_003)
    bins = everything(run).bins["loss/generator"]
    assert bins.step[-1] == bins.n.sum() == 1_003
    assert bins.last[-1] == 1_004.0


def test_who_saves_a_state_can_wait_for_all_of_before_to_be_written(
    run: RunFolder, recorder: Recorder
) -> None:
    recorder.start()
    put(recorder, 1, 50)
    recorder.sync()
    assert_every_step_is_recorded(run, 50)
    set_disk(recorder, full=True)
    recorder.put(big(51))
    recorder.sync()  # it can't be, and nobody waits for ever
    assert recorder.trouble
    set_disk(recorder, full=False)
    recorder.close()
    assert not recorder.trouble


def test_of_each_time_that_training_went_back_a_mark_stays(run: RunFolder, recorder: Recorder) -> None:
    put(recorder, 1, 30)
    recorder.put(Rewind(step=20))
    recorder.put(happened(20, "rollback"))
    recorder._flush()
    recorder.put(Rewind(step=5))
    recorder.put(happened(5, "rollback"))
    recorder._flush()
    assert [(mark.step, mark.kind) for mark in everything(run).marks] == [(5, "rollback"), (5, "rollback")]


def test_a_series_shown_again_at_the_step_gone_back_to_counts_once(
    run: RunFolder, recorder: Recorder
) -> None:
    for value in (1.0, 2.0):
        recorder.put(Scalars(step=20, wall=2.5, values={"valid/reconstruction": value}))
        recorder.put(Rewind(step=20))
    recorder._flush()
    bins = everything(run).bins["valid/reconstruction"]
    assert (bins.step.tolist(), bins.last.tolist()) == ([20], [1.0])


def test_a_value_may_be_a_tensor_of_one_element(run: RunFolder, recorder: Recorder) -> None:
    values = {"loss/generator": torch.ones(1), "loss/discriminator": torch.ones(1, 1), "x": torch.tensor(1.0)}
    recorder.put(Scalars(step=1, wall=1.0, values=values))
    recorder._flush()
    assert {name: bins.last.tolist() for name, bins in everything(run).bins.items()} == {
        name: [1.0] for name in values
    }


def test_what_no_disk_is_to_blame_for_ends_the_recorder_as_what_it_is(run: RunFolder) -> None:
    recorder = Recorder(run, lambda: Facts(values={"heartbeat": 1.0}))
    recorder.put(Mark(step=1, wall=1.0, kind="edit", text=["no text"]))  # type: ignore[arg-type]
    recorder.start()
    with pytest.raises(sqlite3.ProgrammingError, match="type 'list' is not supported"):
        recorder.close()
