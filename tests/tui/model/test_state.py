import numpy as np
import pytest

from latentop.engine.run.events import Frame, Mark
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.bins import Bins, from_values
from latentop.engine.run.store.reader import Alarm, Batch, Command
from latentop.tui.model import derived
from latentop.tui.model.state import HISTORY_LIMIT, State, apply, judged


def bins(values: list[float], first: int = 1, every: float = 0.1, start: float = 1000.0) -> Bins:
    steps = np.arange(first, first + len(values), dtype=np.int64)
    return from_values(steps, start + steps * every, np.array(values, dtype=np.float64))


def batch(
    *,
    fresh: bool = False,
    facts: RunFacts | None = None,
    series: dict[str, Bins] | None = None,
    frames: dict[str, Frame] | None = None,
    marks: tuple[Mark, ...] = (),
    alarms: tuple[Alarm, ...] = (),
    commands: tuple[Command, ...] = (),
) -> Batch:
    return Batch(
        fresh=fresh,
        facts=facts or RunFacts(steps=1000, state="running"),
        bins=series or {},
        frames=frames or {},
        marks=marks,
        alarms=alarms,
        commands=commands,
    )


def frame(kind: str, step: int) -> Frame:
    return Frame(step=step, wall=0.0, kind=kind, images=np.zeros((1, 1, 2, 2), dtype=np.uint8))


def alarm(number: int, severity: str = "warning", cleared: int | None = None, **evidence: float) -> Alarm:
    return Alarm(
        id=number,
        name=f"a{number}",
        severity=severity,
        raised_step=number,
        raised_wall=0.0,
        cleared_step=cleared,
        sentence="s",
        advice="",
        evidence=evidence,
    )


def test_history_grows_and_the_older_state_stays_as_it_was() -> None:
    before = apply(State(), batch(fresh=True, series={"loss/generator": bins([1.0, 2.0])}))
    after = apply(before, batch(series={"loss/generator": bins([3.0], first=3), "x": bins([9.0])}))
    assert after.series["loss/generator"].mean.tolist() == [1.0, 2.0, 3.0]
    assert before.series["loss/generator"].mean.tolist() == [1.0, 2.0]
    assert after.series["x"].mean.tolist() == [9.0]


def test_a_fresh_batch_begins_anew() -> None:
    mark = Mark(step=1, wall=0.0, kind="edit", text="")
    before = apply(
        State(), batch(series={"a": bins([1.0])}, frames={"samples": frame("samples", 1)}, marks=(mark,))
    )
    after = apply(before, batch(fresh=True, series={"b": bins([2.0])}))
    assert list(after.series) == ["b"]
    assert not after.frames
    assert not after.marks


def test_what_a_batch_leaves_alone_is_the_same_object() -> None:
    before = apply(State(), batch(series={"a": bins([1.0])}, alarms=(alarm(1),)))
    after = apply(before, batch(alarms=(alarm(1),)))
    assert after.series is before.series
    assert after.frames is before.frames
    assert after.marks is before.marks
    assert after.alarms is before.alarms


def test_long_history_is_bounded_and_loses_no_extreme_and_no_bad_value() -> None:
    state = State()
    values = [0.0] * (3 * HISTORY_LIMIT)
    values[5000], values[9000], values[20_000] = 77.0, float("nan"), -5.0
    for first in range(0, len(values), 1000):
        state = apply(state, batch(series={"a": bins(values[first : first + 1000], first=first + 1)}))
    kept = state.series["a"]
    assert len(kept) <= HISTORY_LIMIT
    assert kept.n.sum() == len(values)
    assert kept.step[-1] == len(values)
    assert np.nanmax(kept.hi) == 77.0
    assert np.nanmin(kept.lo) == -5.0
    assert derived.bad_values(state) == 1


def test_the_newest_frame_of_each_kind_is_kept() -> None:
    state = apply(State(), batch(frames={"samples": frame("samples", 1), "real": frame("real", 0)}))
    state = apply(state, batch(frames={"samples": frame("samples", 9)}))
    assert {kind: one.step for kind, one in state.frames.items()} == {"samples": 9, "real": 0}


def test_speed_is_told_from_the_recent_past() -> None:
    slow, fast = bins([1.0] * 100, every=1.0), bins([1.0] * 400, first=101, every=0.1, start=1090.0)
    state = apply(State(), batch(series={"loss/generator": slow}))
    state = apply(state, batch(series={"loss/generator": fast}))
    assert derived.speed(state) == pytest.approx(10.0)


def test_time_left_skips_the_warm_up_and_ends_with_the_run() -> None:
    warming = apply(State(), batch(series={"loss/generator": bins([1.0] * 15)}))
    warming = judged(warming, Liveness("running", True), 0.0)
    assert derived.seconds_left(warming) is None
    state = apply(State(), batch(series={"loss/generator": bins([1.0] * 200)}))
    state = judged(state, Liveness("running", True), 0.0)
    assert derived.seconds_left(state) == pytest.approx(80.0)
    paused = judged(state, Liveness("paused", True), 0.0)
    assert derived.seconds_left(paused) == pytest.approx(80.0)
    ended = judged(state, Liveness("finished", False), 0.0)
    assert derived.seconds_left(ended) is None


def test_a_pause_does_not_count_as_slow() -> None:
    before, after = bins([1.0] * 100), bins([1.0] * 100, first=101, start=1010.0)
    pause = Mark(step=100, wall=1010.05, kind="pause", text="")
    state = apply(State(), batch(series={"loss/generator": before}))
    state = apply(state, batch(series={"loss/generator": after}, marks=(pause,)))
    assert derived.speed(state) == pytest.approx(10.0)


@pytest.mark.parametrize("kinds", [("stop", "resume"), ("resume",)])
def test_what_lies_between_two_workers_does_not_count_as_slow(kinds: tuple[str, ...]) -> None:
    """Stopped and resumed, or crashed and resumed: the last leaves but one mark."""
    before, after = bins([1.0] * 100), bins([1.0] * 100, first=101, start=1010.0)
    marks = tuple(
        Mark(step=100, wall=1010.05 + place, kind=kind, text="") for place, kind in enumerate(kinds)
    )
    state = apply(State(), batch(series={"loss/generator": before}))
    state = apply(state, batch(series={"loss/generator": after}, marks=marks))
    assert derived.speed(state) == pytest.approx(10.0)


def test_speed_is_that_of_the_phase_that_goes_on() -> None:
    """Pretraining: the autoencoder's loss ends where those of the classifiers begin."""
    first = {"loss/reconstruction": bins([1.0] * 100), "valid/reconstruction": bins([1.0], first=100)}
    then = {"loss/frozen": bins([1.0] * 100, first=101, every=0.5, start=960.0)}
    state = apply(apply(State(), batch(series=first)), batch(series=then))
    assert derived.speed(state) == pytest.approx(2.0)


def test_epochs_count_from_one() -> None:
    facts = RunFacts(steps=1000, steps_per_epoch=156, step=0)
    assert derived.epoch(apply(State(), batch(facts=facts))) == (1, 7)
    facts = RunFacts(steps=1000, steps_per_epoch=156, step=1000)
    assert derived.epoch(apply(State(), batch(facts=facts))) == (7, 7)
    assert derived.epoch(State()) is None


def test_last_values_say_nan_where_it_is_one() -> None:
    state = apply(State(), batch(series={"a": bins([1.0, float("nan")])}))
    assert np.isnan(derived.last(state, "a") or 0.0)
    assert np.isnan(derived.typical(state, "a") or 0.0)
    assert derived.last(state, "b") is None


def test_the_worst_standing_alarm_comes_first() -> None:
    alarms = (alarm(1), alarm(2, "critical", cleared=5), alarm(3, "critical"))
    state = apply(State(), batch(alarms=alarms))
    assert [one.id for one in derived.standing(state)] == [3, 1]


def test_lost_classes_are_read_from_the_alarm() -> None:
    lost = {"diversity/coverage": 0.31, "lost/Sandal": 0.0, "lost/Bag": 0.1}
    over = alarm(2, cleared=5, **{"lost/Coat": 0.2})
    state = apply(State(), batch(alarms=(alarm(1, **lost), over)))
    assert derived.lost_classes(state) == ("Sandal", "Bag")


def test_seconds_are_counted_only_while_starting() -> None:
    state = apply(State(), batch(facts=RunFacts(created=100.0)))
    starting = judged(state, Liveness("starting", True), 103.4)
    assert starting.seconds == 3
    assert judged(starting, Liveness("starting", True), 103.9) is starting
    assert judged(starting, Liveness("running", True), 110.0).seconds == 0
