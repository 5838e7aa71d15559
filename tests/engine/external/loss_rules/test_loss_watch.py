"""The watch over losses: live as at once, whatever the pieces; back after a resume; nothing of nothing."""

import numpy as np
import pytest

from latentop.engine.external.loss_rules.course import MOST_BLOCKS, Course
from latentop.engine.external.loss_rules.loss_watch import LossWatch, Rows
from tests.support.loss_logs import DISCRIMINATOR, GENERATOR, course, names, noise, sound, standing, told
from tests.support.tiers import few


def troubled(rows: int = 5000) -> dict[str, np.ndarray]:
    """A log with something of everything."""
    series = sound(rows)
    series[DISCRIMINATOR][rows // 4 : rows // 2] *= 0.01
    series[GENERATOR][rows // 4 : rows // 2] = 8.0
    series[GENERATOR][3 * rows // 5] = np.nan
    series[DISCRIMINATOR][4 * rows // 5 :] = 1e6
    return series


@pytest.mark.parametrize("pieces", few([7, 2, 50, 2500], 1))
def test_a_log_that_grows_is_judged_as_one_that_is_read_at_once(pieces: int) -> None:
    once, live = told(troubled()), told(troubled(), pieces=pieces)
    assert live == once
    assert {"discriminator-wins", "diverged", "exploding"} <= names(once)


def test_series_of_different_rows_are_judged_together() -> None:
    steps = np.arange(1, 2001, dtype=np.int64)
    series = sound(2000)
    series[DISCRIMINATOR][500:] = 0.001 * noise(1500)
    series[GENERATOR][500:] = 9.0
    watch = LossWatch()
    seldom = {
        GENERATOR: Rows(steps[::5], series[GENERATOR][::5]),
        DISCRIMINATOR: Rows(steps, series[DISCRIMINATOR]),
    }
    assert standing([*watch.observe(seldom), *watch.end()]) == {"discriminator-wins": "critical"}
    assert watch.verdict == "discriminator-wins"


def test_a_resume_from_before_an_alarm_takes_it_back() -> None:
    steps = np.arange(1, 2001, dtype=np.int64)
    series = sound(2000)
    series[DISCRIMINATOR][600:] = 0.001 * noise(1400)
    series[GENERATOR][600:] = 9.0 * noise(1400, seed=1)
    watch = LossWatch()
    watch.observe({name: Rows(steps, values) for name, values in series.items()})
    assert watch.verdict == "discriminator-wins"
    over = watch.back_to(500)
    assert [one.name for one in over] == ["discriminator-wins"]
    again = {name: Rows(steps[499:], values[499:]) for name, values in sound(2000).items()}
    assert [*watch.observe(again), *watch.end()] == []
    assert watch.verdict == "unknown"


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_next_to_no_rows_say_nothing_and_break_nothing(rows: int) -> None:
    assert told(sound(rows)) == []
    assert told({DISCRIMINATOR: np.full(rows, 0.0), GENERATOR: np.full(rows, -0.0)}) == []


@pytest.mark.parametrize("rows", [30, 90])
def test_short_logs_get_what_can_be_said_of_them(rows: int) -> None:
    falls = np.geomspace(1.4, 1e-5, rows)
    rises = course((0, 0.7), (1, 11.0), rows=rows)
    assert standing(told({DISCRIMINATOR: falls, GENERATOR: rises}))["discriminator-wins"] == "critical"


def test_what_needs_more_rows_while_a_log_grows_is_said_at_its_end() -> None:
    rows = 12
    falls, rises = np.geomspace(1.4, 1e-5, rows), course((0, 0.7), (1, 11.0), rows=rows)
    watch = LossWatch()
    steps = np.arange(1, rows + 1, dtype=np.int64)
    assert watch.observe({DISCRIMINATOR: Rows(steps, falls), GENERATOR: Rows(steps, rises)}) == []
    assert names(watch.end()) == {"discriminator-wins"}


@pytest.mark.parametrize("seed", few(range(4), 1))
@pytest.mark.parametrize("every", [1, 10, 100])
def test_healthy_logs_are_left_alone_however_they_are_thinned(seed: int, every: int) -> None:
    series = {name: values[::every] for name, values in sound(6000, seed).items()}
    steps = 1 + every * np.arange(len(series[GENERATOR]), dtype=np.int64)
    assert told(series, steps) == []


def test_a_course_is_condensed_and_keeps_its_extremes() -> None:
    values = noise(10 * MOST_BLOCKS + 3)
    values[5000] = 1e9
    one = Course()
    one.add(np.arange(len(values), dtype=np.int64), values)
    assert one.count == len(values)
    assert len(one.levels) <= MOST_BLOCKS
    assert one.high.max() == 1e9
    assert one.levels.max() < 10


def test_a_discriminator_that_begins_to_train_later_has_not_won_before() -> None:
    """As VQ-GAN's, whose loss is 0 for its first thousands of steps."""
    steps = 10 * np.arange(2000, dtype=np.int64)
    series = sound(2000)
    series[DISCRIMINATOR][:600] = 0.0
    assert told(series, steps) == []
    series[DISCRIMINATOR][1200:] = 0.001 * noise(800)
    series[GENERATOR][1200:] = 9.0
    assert standing(told(series, steps)) == {"discriminator-wins": "critical"}
