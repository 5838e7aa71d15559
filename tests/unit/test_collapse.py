"""What readings make of a run: one explanation at a time, and none that silences another for ever."""

from dataclasses import replace

import pytest
import torch

from engine.watch.alarms import Alarms
from engine.watch.collapse import COPYING_CHECKS, Collapse
from engine.watch.mixture import MixtureMeter, MixtureReading
from presets.watching import DEFAULTS
from tests.unit.test_mixture import CENTRES, RING, SD, drawn

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
