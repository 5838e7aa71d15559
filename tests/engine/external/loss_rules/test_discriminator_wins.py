"""A discriminator that wins is told in every family, and one that is merely good is not."""

import numpy as np
import pytest

from tests.support.loss_logs import (
    DISCRIMINATOR,
    GENERATOR,
    course,
    names,
    noise,
    raised,
    sound,
    standing,
    told,
)
from tests.support.tiers import few

ROWS = 1000
BEGINS = {
    "logistic": (1.386, 0.693, 8.0),
    "halved": (0.693, 0.693, 8.0),
    "saturating": (1.386, -0.693, -0.001),
    "hinge": (2.0, 0.05, 2.0),
    "least squares": (0.5, 1.0, 1.0),
}


def wins(name: str, *, at: float = 0.3, rows: int = ROWS, scale: float = 1.0) -> dict[str, np.ndarray]:
    """Losses of a family whose discriminator begins to win at a share of the log."""
    d, g, end = BEGINS[name]
    discriminator = np.exp(course((0, np.log(d)), (at, np.log(d / 2)), (at + 0.1, np.log(1e-3)), rows=rows))
    generator = course((0, g), (at, g), (at + 0.1, end), rows=rows)
    if name == "hinge":
        generator = generator + 0.2 * np.sin(np.arange(rows))
    return {
        DISCRIMINATOR: scale * discriminator * noise(rows, 0.3),
        GENERATOR: scale * generator * noise(rows, 0.1, 1),
    }


@pytest.mark.parametrize("name", BEGINS)
@pytest.mark.parametrize("every", few([10, 1, 100], 1))
def test_it_is_critical_once_it_has_lasted(name: str, every: int) -> None:
    series = {key: values[::every] for key, values in wins(name, rows=ROWS * 10).items()}
    steps = 1 + every * np.arange(len(series[GENERATOR]), dtype=np.int64)
    events = told(series, steps)
    assert standing(events).get("discriminator-wins") == "critical"
    first = next(one for one in raised(events) if one.severity == "critical")
    assert 3_000 < first.step < 6_000
    assert "numbers alone" in first.sentence


@pytest.mark.parametrize("rows", [200, 2000, 20_000])
def test_it_is_told_since_the_value_that_fell(rows: int) -> None:
    """Not since the beginning of the part of the log in which that lies."""
    at = rows // 2 + 3
    discriminator = np.where(np.arange(rows) < at, 1.3, 0.004) * noise(rows, 0.05)
    series = {DISCRIMINATOR: discriminator, GENERATOR: course((0, 0.7), (0.5, 0.7), (0.6, 9.0), rows=rows)}
    events = told(series, 10 * np.arange(rows, dtype=np.int64))
    (since,) = {one.evidence["since"] for one in raised(events) if one.name == "discriminator-wins"}
    assert abs(since - 10 * at) <= 10 * (rows // 1024)  # a long log is held in blocks


@pytest.mark.parametrize("name", few(BEGINS, 2))
def test_the_healthy_twin_is_left_alone(name: str) -> None:
    d, g, _ = BEGINS[name]
    swing = 0.3 * np.sin(np.arange(ROWS)) if name == "hinge" else 0.0
    series = {DISCRIMINATOR: 0.5 * d * noise(ROWS, 0.3), GENERATOR: g * noise(ROWS, 0.2, 1) + swing}
    series[DISCRIMINATOR][:20] = d
    assert names(told(series)) == set()


def test_losses_in_a_unit_of_their_own_are_held_against_their_beginning() -> None:
    assert standing(told(wins("logistic", scale=64.0)))["discriminator-wins"] == "critical"
    small = {name: 1e-3 * values for name, values in sound().items()}
    assert names(told(small)) == set()


def test_no_warm_up_is_granted_to_a_log_that_begins_late() -> None:
    late = np.arange(35_000, 35_000 + 60 * 100, 100, dtype=np.int64)
    series = {DISCRIMINATOR: 0.001 * noise(60, 0.3), GENERATOR: 9 * noise(60, 0.05, 1)}
    assert standing(told(series, late))["discriminator-wins"] == "critical"
    calm = {DISCRIMINATOR: 0.3 * noise(60, 0.3), GENERATOR: 3 * noise(60, 0.05, 1)}
    assert names(told(calm, late)) == set()


def test_one_that_wins_in_the_first_steps_alone_is_a_warning_that_ends() -> None:
    series = sound()
    series[DISCRIMINATOR][50:250] = 0.01
    series[GENERATOR][50:250] = 6.0
    events = told(series)
    assert all(one.severity == "warning" for one in raised(events))
    assert standing(events) == {}


def test_the_issue_s_own_course_is_told() -> None:
    rows = 400
    series = {
        DISCRIMINATOR: np.geomspace(1.4, 0.00005, rows) * noise(rows, 0.3),
        GENERATOR: course((0, 0.7), (1, 11.0), rows=rows) * noise(rows, 0.05, 1),
    }
    assert standing(told(series))["discriminator-wins"] == "critical"


def test_of_two_pairs_both_are_judged_and_the_one_is_named() -> None:
    fine, bad = sound(ROWS), wins("logistic")
    series = {f"{name}-a": values for name, values in fine.items()}
    series |= {f"{name}-b": values for name, values in bad.items()}
    events = told(series)
    assert standing(events) == {"discriminator-wins": "critical"}
    assert "loss/discriminator-b" in raised(events)[-1].sentence


def test_scores_tell_it_where_the_loss_holds_a_penalty() -> None:
    series = sound(ROWS)
    share = np.where(np.arange(ROWS) < 300, 0.7, 0.995)
    scores = {"score/real": share, "score/fake": 1 - share}
    events = told({**series, **scores})
    assert standing(events) == {"discriminator-wins": "critical"}
    assert "gave real data more than" in raised(events)[0].sentence
    raw = {"score/real": 3 * share, "score/fake": 1 - 3 * share}
    assert names(told({**series, **raw})) == set()


def test_a_critic_whose_distance_shrinks_does_not_win() -> None:
    series = {
        DISCRIMINATOR: -np.exp(course((0, 2.0), (0.2, 3.0), (1, -1.0), rows=ROWS)) * noise(ROWS),
        GENERATOR: course((0, 0.0), (1, 5.0), rows=ROWS) + np.sin(np.arange(ROWS)),
    }
    assert names(told(series)) == set()


def good(rows: int, at: float) -> dict[str, np.ndarray]:
    """Losses of a discriminator that wins from a share of the log on, and not by far."""
    later = np.arange(rows) >= at * rows
    return {
        DISCRIMINATOR: np.where(later, 0.02, 1.1) * noise(rows, 0.2),
        GENERATOR: np.where(later, 5.0, 1.2) * noise(rows, 0.1, 1),
    }


def test_epochs_are_counted_for_the_many_steps_that_they_are() -> None:
    series, steps = good(50, at=0.3), np.arange(50, dtype=np.int64)
    assert standing(told(series, steps, epochs=True, ends=False)) == {"discriminator-wins": "critical"}
    assert standing(told(series, steps, ends=False)) == {"discriminator-wins": "warning"}
    assert names(told(sound(50), steps, epochs=True)) == set()


def test_a_short_log_that_has_ended_is_judged_by_its_rows() -> None:
    steps = np.arange(60, dtype=np.int64)
    assert standing(told(good(60, at=0.3), steps))["discriminator-wins"] == "critical"
    assert standing(told(good(60, at=0.8), steps)).get("discriminator-wins") != "critical"
