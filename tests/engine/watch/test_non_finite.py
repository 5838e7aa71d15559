"""Which values that are not finite prove that training diverged: its own, or any that stay so."""

import numpy as np
import pytest

from latentop.engine.watch.signals.non_finite import LASTING, NonFinite
from latentop.engine.watch.signals.recent import Recent

BAD = (np.nan, np.inf, -np.inf)


def proved(name: str, values: list[float]) -> bool:
    """Whether training is said to have diverged at any of these steps, looked at one by one."""
    recent, non_finite, found = Recent(), NonFinite(), False
    for step, value in enumerate(values, start=1):
        recent.extend(np.array([step]), {"loss/generator": np.array([0.5]), name: np.array([value])})
        (condition,) = non_finite.judge(recent, 1)
        found = found or condition.bad
    return found


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(
    "name", ["loss/discriminator", "grad/generator", "valid/reconstruction", "score/real"]
)
def test_one_value_of_what_training_is_made_of_is_proof(name: str, bad: float) -> None:
    assert proved(name, [1.0] * 5 + [bad])


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", ["psnr", "accuracy/valid", "quality/fid", "grad_scale"])
@pytest.mark.parametrize(
    "values",
    [
        [1.0] * 5 + ["bad"] + [1.0] * 30,  # as a perfect reconstruction has no noise to compare with
        ["bad"] * (3 * LASTING) + [1.0],  # as a score that is defined only later
        ([1.0] + ["bad"] * (LASTING - 1)) * 4,  # as an empty class now and then
    ],
    ids=["once", "at first", "now and then"],
)
def test_a_score_may_be_without_a_number(name: str, bad: float, values: list[float | str]) -> None:
    assert not proved(name, [bad if one == "bad" else float(one) for one in values])


@pytest.mark.parametrize("bad", BAD)
def test_a_series_of_any_name_that_is_lost_for_good_is_proof(bad: float) -> None:
    assert proved("objective", [1.0] * 5 + [bad] * LASTING)
