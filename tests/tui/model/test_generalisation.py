"""Validation error by training error: of the same steps, and never called well above the alarm's limit."""

from dataclasses import replace

import numpy as np
import pytest

from latentop.engine.run.store.bins import from_values
from latentop.tui.model import generalisation, report
from latentop.tui.model.state import State
from tests.support.panels import alarm, state


def stopped(*alarms: str) -> State:
    """Training error halves from step 10 to 640; the only validation is of step 60, where both are alike."""
    training = np.linspace(0.1, 0.04, 64)
    run = state(
        {"loss/reconstruction": training.tolist()}, *map(alarm, alarms), overfitting_alarm=1.5, awaited=()
    )
    early = from_values(np.array([60]), np.array([6.0]), np.array([0.11]))
    return replace(run, series={**run.series, "valid/reconstruction": early})


def test_an_old_validation_is_held_against_the_training_of_its_time() -> None:
    run = stopped()
    assert generalisation.ratio(run) == pytest.approx(0.11 / 0.0976, rel=0.01)
    assert generalisation.fit(run) == "ok"
    assert "Validation error is 1.13 times the training error, ok." in report.sentences(run, {})


def test_above_the_limit_without_the_alarm_it_is_high_and_says_why_there_is_none() -> None:
    series = {"loss/reconstruction": [0.1] * 20, "valid/reconstruction": [0.178]}
    run = state(series, overfitting_alarm=1.5, awaited=())
    assert generalisation.fit(run) == "high"
    assert (
        "Validation error is 1.78 times the training error, above 1.5, "
        "but training error does not fall alone."
    ) in report.sentences(run, {})


@pytest.mark.parametrize("awaited", [None, ("over-fitting",)])
def test_before_the_watch_can_look_for_over_fitting_nothing_is_called_ok(
    awaited: tuple[str, ...] | None,
) -> None:
    run = stopped()
    early = replace(run, facts=replace(run.facts, awaited=awaited))
    assert generalisation.fit(early) == "early"
    assert "Validation error is 1.13 times the training error, too early to judge." in report.sentences(
        early, {}
    )


def test_over_fitting_is_what_the_alarm_says() -> None:
    assert generalisation.fit(stopped("over-fitting")) == "over-fitting"


def test_a_validation_before_any_training_is_held_against_its_first_value() -> None:
    run = stopped()
    first = from_values(np.array([0]), np.array([0.0]), np.array([0.2]))
    assert generalisation.ratio(
        replace(run, series={**run.series, "valid/reconstruction": first})
    ) == pytest.approx(2)
