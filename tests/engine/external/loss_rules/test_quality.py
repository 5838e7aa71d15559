"""Measures of samples in a log: worse than their best for long is told, garbage and noise are not."""

import numpy as np
import pytest

from latentop.engine.external.loss_rules.quality import better
from tests.support.loss_logs import course, names, raised, standing, told


def fid(*levels: tuple[float, float], readings: int = 40) -> np.ndarray:
    return course(*levels, rows=readings) * np.exp(np.random.default_rng(0).normal(0, 0.05, readings))


def test_a_fid_that_rises_and_stays_is_told_since_when() -> None:
    values = fid((0, 300.0), (0.3, 30.0), (0.5, 30.0), (0.55, 70.0), (1, 80.0))
    events = told({"quality/fid": values})
    assert standing(events) == {"quality-worse": "critical"}
    first = raised(events)[0]
    assert 20 <= first.evidence["since"] <= 24
    assert "quality/fid was" in first.sentence


@pytest.mark.parametrize(
    "values",
    [
        fid((0, 300.0), (0.3, 30.0), (1, 20.0)),
        fid((0, 300.0), (0.3, 30.0), (1, 36.0)),
        np.where(np.arange(40) % 9 == 8, 1e111, fid((0, 300.0), (1, 20.0))),
        np.where(np.arange(40) % 9 == 8, -5e-9, fid((0, 300.0), (1, 20.0))),
        np.where(np.arange(40) % 9 == 8, 90.0, 30.0),
        np.array([30.0]),
        np.full(40, 1e111),
    ],
    ids=["falls", "a little", "garbage", "negative", "spikes", "one", "garbage alone"],
)
def test_what_is_no_rise_that_lasts_is_left_alone(values: np.ndarray) -> None:
    assert names(told({"quality/fid": values})) == set()


def test_an_inception_score_is_better_the_larger_it_is() -> None:
    rises = course((0, 1.0), (1, 8.0), rows=30)
    assert names(told({"quality/inception-score": rises})) == set()
    assert names(told({"quality/inception-score": rises[::-1].copy()})) == {"quality-worse"}


def test_an_accuracy_of_a_gan_is_the_discriminators() -> None:
    falls = course((0, 0.95), (0.5, 0.5), (1, 0.5), rows=80)
    rng = np.random.default_rng(3)
    losses = {
        "loss/generator": 0.7 + 0.02 * rng.normal(size=80),
        "loss/discriminator": 1.39 + 0.02 * rng.normal(size=80),
    }
    assert names(told({**losses, "acc.": falls})) == set()
    assert names(told({**losses, "val_acc": falls})) == {"quality-worse"}


def test_which_series_measure_samples() -> None:
    assert [better(name) for name in ("quality/kid", "recall", "val_accuracy")] == [
        "smaller",
        "larger",
        "larger",
    ]
    assert better("accuracy/discriminator") == better("D_acc_real") == better("loss/generator") == "neither"
