"""The family of losses is told from where they begin and from their signs."""

import numpy as np
import pytest

from latentop.engine.external.loss_rules.course import Course
from latentop.engine.external.loss_rules.family import Family, family_of
from tests.support.loss_logs import noise

ROWS = 300


def family(d: float, g: float, *, spread: float = 0.0, first: int = 1) -> Family:
    """Of losses that stay where they begin."""
    steps = np.arange(first, first + ROWS, dtype=np.int64)
    swing = spread * np.sin(np.arange(ROWS))
    generator, discriminator = Course(), Course()
    generator.add(steps, g * noise(ROWS) + swing)
    discriminator.add(steps, d * noise(ROWS, seed=1))
    return family_of(generator, discriminator)


@pytest.mark.parametrize(
    ("d", "g", "spread", "kind", "guessing"),
    [
        (1.386, 0.693, 0.0, "logistic", 1.386),
        (0.693, 0.693, 0.0, "logistic", 0.693),
        (1.386, -0.693, 0.0, "saturating", 1.386),
        (2.0, 0.0, 0.3, "hinge", 2.0),
        (1.0, 0.0, 0.3, "hinge", 1.0),
        (0.5, 1.0, 0.0, "least squares", 0.5),
    ],
)
def test_from_where_losses_begin(d: float, g: float, spread: float, kind: str, guessing: float) -> None:
    found = family(d, g, spread=spread)
    assert (found.kind, found.sure) == (kind, True)
    assert found.guessing == pytest.approx(guessing, abs=1e-3)


def test_a_critic_has_a_signed_loss_and_no_floor() -> None:
    found = family(-3.0, 1.0)
    assert (found.kind, found.guessing) == ("critic", None)


def test_a_log_that_begins_late_is_told_by_signs_and_sizes_and_is_not_sure() -> None:
    found = family(0.3, 4.0, first=35_000)
    assert (found.kind, found.sure, found.first) == ("logistic", False, None)


def test_losses_of_another_scale_are_of_no_family_for_sure() -> None:
    assert not family(1386.0, 693.0).sure
    assert not family(0.001386, 0.000693).sure
