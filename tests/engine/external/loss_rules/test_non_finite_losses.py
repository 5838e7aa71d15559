"""What is no number is told with its column and its row, whether or not the other loss is one."""

import numpy as np
import pytest

from tests.support.loss_logs import DISCRIMINATOR, GENERATOR, names, raised, sound, standing, told


def test_one_of_two_losses_that_is_nan_is_named_with_its_step() -> None:
    series = sound(400)
    series[GENERATOR][123:] = np.nan
    events = told(series)
    (one,) = [one for one in raised(events) if one.name == "diverged"]
    assert one.evidence["since"] == 124
    assert one.step == 124
    assert f"{GENERATOR} is not a number at step 124" in one.sentence
    assert f"{DISCRIMINATOR} is a number still" in one.sentence
    assert standing(events)["diverged"] == "critical"


def test_an_infinite_value_that_is_followed_by_many_numbers_is_over() -> None:
    series = sound(800)
    series[DISCRIMINATOR][99] = -np.inf
    events = told(series)
    assert "infinite" in raised(events)[0].sentence
    assert "diverged" not in standing(events)


@pytest.mark.parametrize("value", [np.nan, 1e111, -5e-9, np.inf])
def test_a_garbage_fid_is_no_divergence(value: float) -> None:
    series = sound(400)
    fid = np.full(400, 30.0)
    fid[200:] = value
    assert names(told({**series, "quality/fid": fid})) == set()
