"""What readings make of a run: one explanation at a time, and none that silences another for ever."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch

from latentop.engine.run.events import AlarmRaised
from latentop.engine.watch.samples.mixture import MixtureMeter, MixtureReading
from latentop.engine.watch.verdict.alarms import Alarms
from latentop.engine.watch.verdict.collapse import COPYING_CHECKS, Collapse
from latentop.engine.watch.watch import Watch
from latentop.presets.watch import DEFAULTS
from latentop.presets.watch import Watch as Settings
from tests.engine.watch.test_mixture import CENTRES, RING, SD, drawn

METER = MixtureMeter(real=RING.test, centres=CENTRES, sd=SD, classes=RING.classes)
GOOD = METER.read(drawn(list(range(8))))
POOR = METER.read(drawn([0, 3]))


class Run:
    """A watch over readings alone: one check every 100 steps."""

    def __init__(self) -> None:
        self.collapse, self.alarms = Collapse(DEFAULTS), Alarms(patience=3, awaits=("collapsed",))
        self.step = 0

    def reads(self, *readings: MixtureReading) -> list[str]:
        """What these readings raise, and ``-NAME`` what they clear."""
        told = []
        for reading in readings:
            self.step += 100
            self.alarms.read(100)
            for event in self.alarms.update(
                self.collapse.judge(reading, self.step), step=self.step, wall=0.0
            ):
                told.append(event.name if hasattr(event, "sentence") else f"-{event.name}")
        return told


def with_presence(**shares: float) -> MixtureReading:
    """A good reading in which some modes have other shares than real data gives."""
    presence = dict.fromkeys(RING.classes, 1.0) | {RING.classes[int(k[1:])]: v for k, v in shares.items()}
    return replace(
        GOOD, presence=presence, lost=tuple(name for name, share in presence.items() if share < 0.25)
    )


def test_copies_on_their_way_delay_a_collapse_and_then_explain_it() -> None:
    run = Run()
    assert run.reads(*[GOOD] * 4) == []
    assert run.reads(*[replace(POOR, copied=0.1)] * 10) == []
    assert run.alarms.verdict == "healthy"  # as it was judged before
    assert run.reads(*[replace(POOR, copied=0.5)] * 4) == ["memorising"]


def test_copies_that_never_come_do_not_silence_a_collapse_for_ever() -> None:
    run = Run()
    run.reads(*[GOOD] * 4)
    told = run.reads(*[replace(POOR, copied=0.1)] * (COPYING_CHECKS + 4))
    assert told == ["collapsed"]


def test_copies_that_are_on_their_way_long_before_still_delay_a_collapse() -> None:
    run = Run()
    run.reads(*[GOOD] * 4)
    assert run.reads(*[replace(GOOD, copied=0.1)] * COPYING_CHECKS, *[replace(POOR, copied=0.1)] * 10) == []
    assert run.reads(*[replace(POOR, copied=0.5)] * 4) == ["memorising"]


def test_a_run_that_waits_for_copies_is_not_called_healthy() -> None:
    run = Run()
    run.reads(*[replace(GOOD, duplicates=replace(GOOD.duplicates, relative=0.05), copied=0.1)] * 6)
    assert run.collapse.armed
    assert run.alarms.verdict == "unknown"


def test_single_readings_of_copies_do_not_reset_the_patience() -> None:
    run = Run()
    run.reads(*[GOOD] * 4)
    assert run.reads(*[POOR, POOR, replace(POOR, copied=0.06)] * 3) == ["collapsed"]


def test_a_lost_mode_clears_when_it_is_back_whatever_the_others_do() -> None:
    run = Run()
    assert run.reads(*[GOOD] * 4, *[with_presence(m0=0.1)] * 4) == ["lost-modes"]
    assert run.reads(*[with_presence(m5=0.3)] * 4) == ["-lost-modes"]


def test_the_state_of_an_earlier_version_stays_armed() -> None:
    run = Run()
    run.collapse.restore(
        {"armed": True, "good": [True] * 4, "coverages": [1.0] * 4, "histograms": [], "poor": 0}
    )
    assert run.collapse.armed
    assert run.reads(*[POOR] * 3) == ["collapsed"]


@pytest.mark.parametrize("spacing", [10, 500])
def test_turning_modes_need_time_as_well_as_checks(spacing: int) -> None:
    collapse = Collapse(DEFAULTS)
    for check in range(20):
        samples = drawn([check % 4, check % 4 + 4], seed=check)
        samples[::2] = torch.randn(len(samples[::2]), 2)
        collapse.judge(METER.read(samples), check * spacing)
    assert collapse.armed == (spacing == 500)


def test_modes_that_rest_where_judging_begins_still_take_turns() -> None:
    run = Run()
    told = run.reads(*[METER.read(drawn([check // 2])) for check in range(11)])
    assert (told, run.collapse.armed) == ([], True)
    assert run.reads(*[METER.read(drawn([5]))] * 2) == ["cycling"]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([*range(8)], "collapsed"),  # all modes at once, and then one after the other: a fall
        ([0, 3, 6], "cycling"),  # never more than three, and others each time: the next turn
    ],
)
def test_a_fall_of_samples_that_were_never_good_is_told_by_what_came_before(
    before: list[int], told: str
) -> None:
    def unlike(reading: MixtureReading) -> MixtureReading:
        return replace(reading, precision=replace(reading.precision, relative=0.3))

    run = Run()
    turns = [METER.read(drawn([(mode + check) % 8 for mode in before])) for check in range(5)]
    fallen = [METER.read(drawn([mode])) for mode in range(3)]
    assert run.reads(*map(unlike, turns + fallen)) == [told]
    assert not run.collapse.armed


def test_repeated_samples_that_pass_for_copies_now_and_then_are_not_waited_for_again_and_again() -> None:
    run = Run()
    assert run.reads(*[GOOD] * 4) == []
    some, none = [replace(POOR, copied=0.08)] * 3, [replace(POOR, copied=0.0)] * 3
    assert run.reads(*(some + none) * 2 * COPYING_CHECKS) == ["collapsed"]


def test_what_was_shown_of_other_modes_says_nothing_and_breaks_nothing() -> None:
    """As where a folder has changed before a run is resumed, and its kinds are others."""
    run = Run()
    run.reads(*[GOOD] * 8)
    run.reads(*[with_presence(_0=0.0)] * 4)
    others = dict.fromkeys([f"kind {number}" for number in range(11)], 1.0)
    changed = replace(GOOD, presence=others, histogram=tuple([1 / 11] * 11), lost=())
    resumed = Run()
    resumed.step = run.step
    resumed.collapse.restore(run.collapse.state())
    resumed.alarms.restore(run.alarms.state())
    assert resumed.reads(*[changed] * 8) == ["-lost-modes"]


def test_without_a_mode_that_can_be_judged_coverage_still_is() -> None:
    run = Run()
    run.reads(*[replace(GOOD, presence={}, lost=())] * 4)
    assert run.reads(*[replace(POOR, presence={}, lost=())] * 4) == ["collapsed"]


def test_chance_gives_no_turnover_however_few_samples_are_read() -> None:
    """As many as were read count, not as many as the settings ask for."""
    random, found = np.random.default_rng(0), []
    for _ in range(20):
        collapse = Collapse(Settings(samples=8192))
        for step in range(8):
            shares = random.multinomial(16, [1 / 8] * 8) / 16
            collapse.judge(replace(GOOD, count=16, histogram=tuple(shares.tolist())), step)
        found.append(collapse.turnover)
    assert np.mean(found) < 0.05


def test_chance_that_misses_another_mode_at_every_check_is_no_loss() -> None:
    run = Run()
    run.reads(*[GOOD] * 4)
    missing = [with_presence(**{f"m{number}": 0.1}) for number in range(8)]
    assert run.reads(*missing * 3) == []
    assert run.reads(*[missing[0]] * 3) == ["lost-modes"]


def test_bad_samples_that_were_never_diverse_are_no_collapse_but_good_ones_that_no_longer_are() -> None:
    poor = replace(
        GOOD,
        coverage=replace(GOOD.coverage, relative=0.4),
        precision=replace(GOOD.precision, relative=0.45),
    )
    for diverse, told in ((False, []), (True, ["collapsed"])):
        run = Run()
        run.collapse._arming.armed = True  # as where kinds of images change while they are learned
        if diverse:
            run.reads(*[GOOD] * 4)
        assert run.reads(*[poor] * 10) == told


@pytest.mark.parametrize(("precision", "told"), [(0.55, []), (0.95, ["collapsed"])])
def test_what_bad_samples_do_not_cover_is_no_collapse(precision: float, told: list[str]) -> None:
    """Of a network too small for its data: all kinds are there, and half of the samples are not like any."""
    run = Run()
    reading = replace(
        GOOD,
        coverage=replace(GOOD.coverage, relative=0.4),
        precision=replace(GOOD.precision, relative=precision),
    )
    assert run.reads(*[reading] * 40) == told


@pytest.mark.parametrize(
    ("sensitivity", "raised"), [("calm", None), ("normal", None), ("early", 7), ("normal", 8), ("calm", 10)]
)
def test_sensitivity_moves_the_threshold_and_the_patience(sensitivity: str, raised: int | None) -> None:
    """Coverage of 64 % lies between the alarms of normal and early; 50 % is below all of them."""
    watch = Watch(msgspec.convert({"sensitivity": sensitivity}, Settings), None, clock=lambda: 0.0)
    reached = 0.64 if raised in (None, 7) else 0.5
    poor = replace(GOOD, coverage=replace(GOOD.coverage, relative=reached))
    told = [
        event.step
        for step, reading in enumerate([*[GOOD] * 5, *[poor] * 8], start=1)
        for event in watch.take(reading, step=step, wall=0.0)
        if isinstance(event, AlarmRaised)
    ]
    assert told == ([] if raised is None else [raised])
