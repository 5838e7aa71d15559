"""Autoencoders by their losses: over-fitting, and a posterior that has collapsed."""

import numpy as np
import pytest

from tests.support.loss_logs import course, names, noise, raised, told

EPOCHS = 60


@pytest.mark.parametrize(
    ("training", "validation"),
    [("loss/reconstruction", "valid/reconstruction"), ("loss/total", "valid/loss")],
)
@pytest.mark.parametrize("unit", [1e-3, 100.0])
def test_a_validation_loss_that_rises_while_training_goes_on_is_over_fitting(
    training: str, validation: str, unit: float
) -> None:
    falls = unit * np.exp(course((0, 0.0), (1, -3.0), rows=EPOCHS)) * noise(EPOCHS, 0.02)
    rises = unit * course((0, 1.0), (0.3, 0.4), (1, 0.9), rows=EPOCHS) * noise(EPOCHS, 0.02, 1)
    (one,) = raised(told({training: falls, validation: rises}))
    assert (one.name, one.severity) == ("over-fitting", "warning")
    assert 15 <= one.evidence["since"] <= 22
    follows = unit * np.exp(course((0, 0.0), (0.5, -1.5), (1, -1.6), rows=EPOCHS)) * noise(EPOCHS, 0.02, 1)
    assert names(told({training: falls, validation: follows})) == set()


def test_validation_that_gets_worse_with_training_is_no_over_fitting() -> None:
    both = course((0, 1.0), (0.3, 0.4), (1, 0.9), rows=EPOCHS)
    assert "over-fitting" not in names(told({"loss/total": both, "valid/loss": both}))


@pytest.mark.parametrize("seed", range(5))
def test_noise_in_a_validation_loss_is_no_over_fitting(seed: int) -> None:
    falls = np.exp(course((0, 0.0), (1, -1.5), rows=300)) * noise(300, 0.02, seed)
    levels = np.exp(course((0, 0.0), (0.3, -1.0), (1, -1.1), rows=300)) * noise(300, 0.1, seed + 9)
    assert names(told({"loss/total": falls, "valid/loss": levels})) == set()


def test_a_divergence_that_is_warmed_up_is_no_posterior_collapse() -> None:
    error = course((0, 500.0), (0.1, 206.0), (1, 200.0), rows=200) * noise(200, 0.01)
    warmed = np.where(np.arange(200) < 20, 0.0, course((0, 0.0), (0.1, 0.5), (1, 25.0), rows=200))
    assert names(told({"loss/reconstruction": error, "loss/kl": warmed})) == set()
    never = np.zeros(200)
    assert names(told({"loss/reconstruction": error, "loss/kl": never})) == {"posterior-collapse"}


def test_a_divergence_that_goes_to_nothing_is_a_posterior_collapse() -> None:
    error = course((0, 500.0), (0.1, 206.0), (1, 205.0), rows=EPOCHS) * noise(EPOCHS, 0.01)
    collapsed = np.exp(course((0, 1.0), (0.2, -6.0), (1, -8.0), rows=EPOCHS))
    (one,) = raised(told({"loss/reconstruction": error, "loss/kl": collapsed}))
    assert (one.name, one.severity) == ("posterior-collapse", "critical")
    alive = course((0, 0.0), (0.2, 20.0), (1, 25.0), rows=EPOCHS)
    assert names(told({"loss/reconstruction": error, "loss/kl": alive})) == set()


@pytest.mark.parametrize("begins", [0.4, 0.7, 0.95])
def test_a_reconstruction_that_explodes_is_no_posterior_collapse(begins: float) -> None:
    rows = 400
    error = course((0, 500.0), (0.1, 206.0), (1, 200.0), rows=rows) * noise(rows, 0.01)
    error *= np.exp(course((0, 0.0), (begins, 0.0), (1, 20.0), rows=rows))
    alive = course((0, 0.0), (0.2, 20.0), (1, 25.0), rows=rows) * noise(rows, 0.01, 1)
    assert names(told({"loss/reconstruction": error, "loss/kl": alive})) == {"exploding"}
