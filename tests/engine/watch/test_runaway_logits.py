"""Probabilities that are as good as 0 and 1 are told; a critic's scores may be what they like."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.signals import bad, healthy_gan, last, looks

COUNT = 1000


def game(
    loss: float, *, real: float = 1.0, fake: float = 0.0, accuracy: str = "discriminator"
) -> dict[str, NDArray[np.float64]]:
    random = np.random.default_rng(0)
    return {
        "loss/generator": loss * (1 + 0.1 * random.normal(size=COUNT)),
        "score/real": np.full(COUNT, real),
        "score/fake": np.full(COUNT, fake),
        f"accuracy/{accuracy}": np.ones(COUNT),
    }


def test_a_generator_whose_loss_runs_away_is_told_in_nats() -> None:
    condition = last(game(35.0, fake=1e-15), "runaway-logits")
    assert condition.bad
    assert condition.severity == "warning"
    assert "nats (alarm beyond 20)" in condition.sentence
    assert "fakes are fake" in condition.sentence
    assert condition.evidence["loss"] == pytest.approx(35, rel=0.05)


def test_a_saturating_loss_hides_it_but_the_scores_do_not() -> None:
    condition = last(game(-1e-11, fake=1e-11), "runaway-logits")
    assert condition.bad
    assert "probability of 1e-11 (alarm below 2e-09)" in condition.sentence


def test_a_discriminator_that_takes_fakes_for_real_beyond_all_doubt() -> None:
    condition = last(game(-40.0, real=0.5, fake=1.0), "runaway-logits")
    assert condition.bad
    assert "fakes are real" in condition.sentence


@pytest.mark.parametrize(
    ("loss", "real", "fake", "clear"),
    [(8.0, 0.98, 0.02, True), (0.7, 0.5, 0.5, True), (15.0, 0.999, 1e-6, False), (-0.1, 1.0, 1e-4, True)],
)
def test_a_sure_discriminator_is_no_runaway(loss: float, real: float, fake: float, clear: bool) -> None:
    condition = last(game(loss, real=real, fake=fake), "runaway-logits")
    assert not condition.bad
    assert condition.clear == clear


def test_a_critics_scores_have_no_unit() -> None:
    values = game(4000.0, real=-9e3, fake=-4e3, accuracy="critic")
    assert all("runaway-logits" not in look for look in looks(values))


def test_spikes_and_young_steps_say_nothing() -> None:
    values = healthy_gan(3000)
    values["loss/generator"][::5] = 60.0
    values["loss/generator"][:200] = 60.0
    assert bad(values, "runaway-logits") == []
    young = {name: series[:390] for name, series in game(50.0).items()}
    assert all("runaway-logits" not in look for look in looks(young))
