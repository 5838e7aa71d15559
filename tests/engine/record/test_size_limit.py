"""A run's folder stays below its limit: what is old gets coarser, then checkpoints go; and it says so."""

from contextlib import closing

import numpy as np
import pytest

from latentop.engine.record import size_limit
from latentop.engine.record.size_limit import LEAST_CHECKPOINTS, Keeper
from latentop.engine.run import deletion
from latentop.engine.run.events import Event, Facts, Frame, Mark
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.bins import from_values
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import Store
from tests.support.real_runs import everything

LIMIT = 3_000_000
LOSS = "loss/generator"


def noisy(step: int) -> Frame:
    """A frame that no compression makes small."""
    images = np.random.default_rng(step).integers(0, 256, (16, 1, 28, 28), dtype=np.uint8)
    return Frame(step=step, wall=step / 8, kind="samples", images=images)


def trained(run: RunFolder, store: Store, limit: float, flushes: int, *, frames: bool = True) -> list[int]:
    """What the folder took after each flush of a run that goes on and on."""
    size_limit, told, sizes = Keeper(run, store, lambda: limit), list[Event](), []
    for flush in range(flushes):
        steps = np.arange(flush * 64 + 1, flush * 64 + 65)
        losses = np.where(steps == 100, 1e6, np.where(steps == 200, np.nan, 1.0))
        events = [*told, *([noisy(int(steps[-1]))] if frames else [])]
        store.write({LOSS: from_values(steps, steps / 8, losses)}, events)
        told = list(size_limit.tend(int(steps[-1]), float(steps[-1]) / 8))
        sizes.append(run.database.stat().st_size)
    store.write({}, told)
    return sizes


def test_without_a_limit_everything_that_age_leaves_stays(run: RunFolder, store: Store) -> None:
    trained(run, store, float("inf"), 200)
    recorded = everything(run)
    assert recorded.bins[LOSS].n.sum() == 12_800
    assert recorded.marks == ()
    assert (recorded.facts.size_limit, recorded.facts.pressure) == (None, 0)
    assert recorded.facts.size


def test_with_more_room_it_keeps_as_much_as_before(
    run: RunFolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size_limit, "IDLE_LOOKS", 0)
    monkeypatch.setattr(size_limit, "LOOKS_APART", 1)
    limits = [1.0]
    tending = Keeper(run, store, lambda: limits[0])
    for _ in range(LEAST_CHECKPOINTS + 5):
        pressed = list(tending.tend(1, 1.0))
    limits[0] = 1e9
    *_, mark, now = tending.tend(1, 1.0)
    assert isinstance(pressed[-1], Facts)
    assert pressed[-1].values["pressure"] >= LEAST_CHECKPOINTS
    assert isinstance(mark, Mark)
    assert mark.text.endswith("of 1000 MB: there is room again")
    assert isinstance(now, Facts)
    assert now.values["pressure"] == 0


@pytest.mark.slow
def test_a_folder_stays_below_its_limit_and_keeps_what_matters(
    run: RunFolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size_limit, "IDLE_LOOKS", 0)
    monkeypatch.setattr(size_limit, "LOOKS_APART", 4)
    sizes = trained(run, store, LIMIT, 1200)
    assert max(sizes) < 1.1 * LIMIT
    recorded = everything(run)
    bins = recorded.bins[LOSS]
    assert bins.n.sum() == bins.step[-1] == 1200 * 64
    assert (np.nanmax(bins.hi), bins.bad.sum()) == (1e6, 1)
    with closing(Reader(run.database)) as reader:
        assert reader.frames(64)["samples"].step == 64
        assert 0 < reader.frames(40_000)["samples"].step <= 40_000
    limits = [mark.text for mark in recorded.marks if mark.kind == "limit"]
    assert limits[0].endswith("of 3 MB: older steps and frames are kept coarser")
    assert recorded.facts.size_limit == LIMIT
    assert recorded.facts.pressure >= 1
    assert (recorded.facts.size or 0) < LIMIT


def test_each_way_to_save_space_is_said_once_and_the_last_resort_is_said(
    run: RunFolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else in the folder takes more than the limit: nothing that can be thinned helps."""
    monkeypatch.setattr(size_limit, "IDLE_LOOKS", 0)
    monkeypatch.setattr(size_limit, "LOOKS_APART", 1)
    (run.path / "notes").write_bytes(bytes(2 * LIMIT))
    trained(run, store, LIMIT, 60, frames=False)
    recorded = everything(run)
    said = [mark.text.partition(": ")[2] for mark in recorded.marks]
    assert said == [
        "older steps and frames are kept coarser",
        "only the newest checkpoints are kept",
        "nothing is left to thin",
    ]
    assert recorded.facts.pressure == LEAST_CHECKPOINTS + 1
    assert recorded.bins[LOSS].n.sum() == 60 * 64


def test_what_a_long_look_keeps_in_the_log_is_no_reason_to_thin(run: RunFolder, store: Store) -> None:
    with closing(Reader(run.database)) as reader:
        reader._connection.execute("BEGIN")
        reader.facts()
        for place in range(40):
            store.write({}, [Facts(values={"note": str(place) * 200_000})])
        assert deletion.size(run) > LIMIT
        (told,) = Keeper(run, store, lambda: LIMIT).tend(400, 50.0)
    assert isinstance(told, Facts)
    assert isinstance(told.values["size"], int)
    assert told.values["size"] < LIMIT / 3


def test_what_networks_print_is_no_reason_to_thin_the_history(
    run: RunFolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size_limit, "LONGEST_LOG", 40_000)
    with run.log.open("ab", buffering=0) as log:  # as a worker's standard output is
        for flush in range(40):
            log.writelines(b"line %d of what is printed\n" % (1000 * flush + line) for line in range(1000))
            trained(run, store, LIMIT, 9, frames=False)
    printed = run.log.read_bytes()
    assert len(printed) < 40_000
    assert printed.startswith(b"line 0 of")
    assert printed.endswith(b"line 39999 of what is printed\n")
    assert b"bytes are left out here" in printed
    assert everything(run).facts.pressure == 0
