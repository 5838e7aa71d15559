"""What the numbers of every step give away."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latentop.engine.objectives.losses import NonSaturatingLoss
from latentop.engine.watch.signals.stability import Stability
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.objectives import NonSaturating

LOSS, ACCURACY = "loss/discriminator", "accuracy/discriminator"


def blocks(loss: float, accuracy: float, *, first: int, last: int, size: int = 50) -> Iterator[tuple]:
    for start in range(first, last + 1, size):
        steps = np.arange(start, min(start + size, last + 1), dtype=np.int64)
        yield steps, {LOSS: np.full(len(steps), loss), ACCURACY: np.full(len(steps), accuracy)}


def last_of(stability: Stability, stream: Iterator[tuple]) -> dict[str, Condition]:
    found: dict[str, Condition] = {}
    for steps, values in stream:
        found = {condition.name: condition for condition in stability.observe(steps, values)}
    return found


@given(
    places=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 99)), min_size=1, max_size=8, unique=True),
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
    cuts=st.sets(st.integers(1, 99), max_size=6),
)
def test_a_value_that_is_not_finite_is_found_wherever_it_is(
    places: list[tuple[int, int]], value: float, cuts: set[int]
) -> None:
    names = ("loss/generator", LOSS, "grad/generator")
    table = {name: np.ones(100) for name in names}
    for series, step in places:
        table[names[series]][step] = value
    stability, found = Stability(), []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 100], strict=True):
        steps = np.arange(start, end, dtype=np.int64) + 1
        found += stability.observe(steps, {name: series[start:end] for name, series in table.items()})
    bad = [condition for condition in found if condition.name == "diverged" and condition.bad]
    step = min(step for _, step in places)
    hit = {names[series] for series, at in places if at == step}
    assert bad[0].since == step + 1
    assert bad[0].evidence["step"] == step + 1
    assert any(name in bad[0].sentence for name in hit)
    assert sum(condition.evidence["steps"] for condition in bad) == len({at for _, at in places})
    assert all(np.isfinite(number) for condition in bad for number in condition.evidence.values())


def test_finite_values_are_no_divergence() -> None:
    condition = last_of(Stability(), blocks(1e30, 0.5, first=1, last=500))["diverged"]
    assert not condition.bad
    assert condition.clear


def test_divergence_is_over_only_after_many_finite_steps() -> None:
    stability = Stability()
    last_of(stability, blocks(np.nan, 0.5, first=1, last=50))
    assert not last_of(stability, blocks(1.0, 0.5, first=51, last=200))["diverged"].clear
    assert last_of(stability, blocks(1.0, 0.5, first=201, last=300))["diverged"].clear


def test_a_discriminator_that_wins_is_named_with_its_numbers() -> None:
    condition = last_of(Stability(), blocks(0.012, 0.998, first=1, last=600))["discriminator-wins"]
    assert condition.bad
    assert "0.012" in condition.sentence
    assert "100 %" in condition.sentence
    assert condition.evidence["loss"] == pytest.approx(0.012)


@pytest.mark.parametrize("label", [0.9, 0.7])
def test_smoothed_labels_hide_no_discriminator_that_wins(label: float) -> None:
    """Its loss can't get below their entropy."""
    least = NonSaturating(real_label=label).least_loss
    logit = torch.tensor([label]).logit()
    assert float(NonSaturatingLoss(label).discriminator(logit, -100 * torch.ones(1))) == pytest.approx(least)
    condition = last_of(Stability(least_loss=least), blocks(least + 0.012, 1.0, first=1, last=600))
    assert condition["discriminator-wins"].bad
    assert (
        f"0.012 above the {least:.3f} that smoothed labels leave" in condition["discriminator-wins"].sentence
    )
    assert "smooth the real labels" not in condition["discriminator-wins"].advice
    assert last_of(Stability(least_loss=least), blocks(1.2, 0.7, first=1, last=600))[
        "discriminator-wins"
    ].clear


def test_a_young_discriminator_may_win() -> None:
    assert "discriminator-wins" not in last_of(Stability(), blocks(0.01, 1.0, first=1, last=450))


def test_an_accuracy_in_percent_is_no_share() -> None:
    assert not last_of(Stability(), blocks(0.012, 63.0, first=1, last=600))["discriminator-wins"].bad


def test_a_balanced_game_and_a_short_lead_are_fine() -> None:
    assert last_of(Stability(), blocks(1.2, 0.7, first=1, last=600))["discriminator-wins"].clear
    stability = Stability()
    last_of(stability, blocks(1.2, 0.7, first=1, last=600))
    assert not last_of(stability, blocks(0.01, 1.0, first=601, last=700))["discriminator-wins"].bad


def test_between_the_thresholds_is_neither() -> None:
    condition = last_of(Stability(), blocks(0.07, 0.99, first=1, last=600))["discriminator-wins"]
    assert not condition.bad
    assert not condition.clear


def test_a_critic_below_zero_has_not_won() -> None:
    assert not last_of(Stability(), blocks(-40.0, 1.0, first=1, last=600))["discriminator-wins"].bad


def test_a_rollback_forgets_what_is_no_longer_so() -> None:
    stability = Stability()
    assert last_of(stability, blocks(0.01, 1.0, first=1, last=900))["discriminator-wins"].bad
    assert "discriminator-wins" not in last_of(stability, blocks(1.0, 0.7, first=601, last=700))


def test_autoencoders_have_no_discriminator_to_judge() -> None:
    steps = np.arange(1, 1001, dtype=np.int64)
    found = Stability().observe(steps, {"loss/reconstruction": np.zeros(1000)})
    assert [condition.name for condition in found] == ["diverged"]


def test_empty_and_ragged_blocks() -> None:
    assert Stability().observe(np.empty(0, dtype=np.int64), {}) == []
    with pytest.raises(ValueError, match="one value a step"):
        Stability().observe(np.arange(3, dtype=np.int64), {LOSS: np.ones(2)})
