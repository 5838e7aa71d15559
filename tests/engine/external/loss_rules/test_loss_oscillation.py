"""Losses that circle are told with their period in steps; noise and drift are not."""

import numpy as np
import pytest

from tests.support.loss_logs import DISCRIMINATOR, GENERATOR, names, raised, sound, told
from tests.support.tiers import few


@pytest.mark.parametrize("every", [1, 10, 100])
def test_a_period_is_told_in_steps(every: int) -> None:
    rows = 900
    steps = every * np.arange(1, rows + 1, dtype=np.int64)
    series = sound(rows)
    swing = 0.5 * np.sin(np.arange(rows) * 2 * np.pi / 40)
    series = {DISCRIMINATOR: series[DISCRIMINATOR] + swing + 0.5, GENERATOR: series[GENERATOR] - swing}
    (one,) = raised(told(series, steps))
    assert (one.name, one.severity) == ("oscillation", "warning")
    assert one.evidence["period"] == pytest.approx(40 * every, rel=0.1)


@pytest.mark.parametrize("seed", few(range(5), 1))
def test_noise_does_not_circle(seed: int) -> None:
    assert names(told(sound(3000, seed))) == set()
