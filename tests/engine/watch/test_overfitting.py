"""An autoencoder that learns by heart, one whose codings died, and healthy ones that must stay silent."""

import numpy as np
import pytest

from latentop.engine.watch.signals.overfitting import TRAINING, VALIDATION, WINDOW, Overfitting
from latentop.engine.watch.signals.posterior_collapse import YOUNG, posterior_collapse
from latentop.engine.watch.verdict.alarms import Condition


def looks(training: list[float], validation: list[float]) -> list[Condition]:
    """One look every hundred steps at errors that stand still in between."""
    watch, found = Overfitting(), []
    for place, (error, held_out) in enumerate(zip(training, validation, strict=True)):
        steps = np.arange(WINDOW * place, WINDOW * (place + 1), dtype=np.int64) + 1
        watch.observe(steps, {TRAINING: np.full(WINDOW, error)})
        found += watch.validate(int(steps[-1]), {VALIDATION: held_out})
    return found


def test_training_that_goes_on_without_validation_is_over_fitting() -> None:
    found = looks([0.05, 0.02, 0.01, 0.004], [0.05, 0.025, 0.026, 0.027])
    assert [one.bad for one in found] == [False, False, True, True]
    assert found[-1].since == 200
    assert found[-1].evidence["gap"] == pytest.approx(0.027 / 0.004)
    assert "0.004" in found[-1].sentence
    assert "0.025" in found[-1].sentence


def test_a_gap_alone_is_none_while_validation_still_improves() -> None:
    assert not any(one.bad for one in looks([0.05, 0.02, 0.01, 0.005], [0.05, 0.035, 0.025, 0.02]))


def test_errors_that_level_off_together_are_healthy() -> None:
    found = looks([0.05, 0.02, 0.0131, 0.0130, 0.0129], [0.05, 0.021, 0.0138, 0.0139, 0.0138])
    assert not any(one.bad for one in found)
    assert all(one.clear for one in found)


def test_nothing_is_said_too_early_or_of_what_is_not_finite() -> None:
    watch = Overfitting()
    assert watch.validate(0, {VALIDATION: 0.1}) == []
    watch.observe(np.arange(1, WINDOW + 1, dtype=np.int64), {TRAINING: np.full(WINDOW, np.nan)})
    assert watch.validate(WINDOW, {VALIDATION: 0.1}) == []
    assert watch.validate(WINDOW, {VALIDATION: np.inf}) == []
    assert watch.validate(WINDOW, {}) == []


def test_a_rollback_forgets_a_best_of_the_future() -> None:
    watch = Overfitting()
    watch.observe(np.arange(1, 501, dtype=np.int64), {TRAINING: np.full(500, 0.02)})
    watch.validate(500, {VALIDATION: 0.02})
    watch.observe(np.arange(101, 301, dtype=np.int64), {TRAINING: np.full(200, 0.01)})
    (found,) = watch.validate(300, {VALIDATION: 0.03})
    assert not found.bad
    assert found.evidence["best-step"] == 300


def test_the_best_survives_a_checkpoint() -> None:
    watch, again = Overfitting(), Overfitting()
    watch.observe(np.arange(1, 201, dtype=np.int64), {TRAINING: np.full(200, 0.02)})
    watch.validate(200, {VALIDATION: 0.02})
    again.restore(watch.state())
    again.observe(np.arange(201, 401, dtype=np.int64), {TRAINING: np.full(200, 0.005)})
    assert again.validate(400, {VALIDATION: 0.021})[0].bad


def series(active: float, error: float) -> dict[str, float]:
    return {
        "kl/active-units": active,
        "kl/nats": 0.01 * active,
        "valid/reconstruction": error,
        "valid/mean-image": 0.0875,
    }


def test_codings_that_died_are_named_with_numbers() -> None:
    (found,) = posterior_collapse(YOUNG, series(0, 0.0874))
    assert found.bad
    assert "100 %" in found.sentence


def test_few_units_that_serve_are_no_collapse() -> None:
    (found,) = posterior_collapse(YOUNG, series(1, 0.06))
    assert not found.bad
    (found,) = posterior_collapse(YOUNG, series(8, 0.025))
    assert found.clear


def test_young_and_other_autoencoders_are_not_judged() -> None:
    assert posterior_collapse(YOUNG - 1, series(0, 0.0874)) == []
    assert posterior_collapse(YOUNG, {"valid/reconstruction": 0.0874}) == []
