"""Codings that no longer vary are counted, and told when too few are left."""

import pytest
import torch

from latentop.engine.watch.signals.dead_codings import dead_codings, measure


def codings(active: int, units: int = 30) -> torch.Tensor:
    values = torch.randn(500, units, generator=torch.Generator().manual_seed(0))
    values[:, active:] = 0.7
    return values


@pytest.mark.parametrize("active", [1, 12, 30])
def test_units_that_vary_are_counted_and_rank_follows(active: int) -> None:
    found = measure(codings(active))
    assert found["codings/active-units"] == active
    assert found["codings/units"] == 30
    assert found["codings/rank"] == pytest.approx(active, rel=0.05)


def test_units_that_say_the_same_have_rank_one() -> None:
    same = torch.randn(500, 1).expand(-1, 10)
    assert measure(same)["codings/active-units"] == 10
    assert measure(same)["codings/rank"] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("active", "severity", "words"),
    [(0, "critical", "every input has the same codings"), (3, "warning", "3 of 30 codings vary")],
)
def test_too_few_are_told(active: int, severity: str, words: str) -> None:
    (condition,) = dead_codings(100, measure(codings(active)))
    assert condition.bad
    assert condition.severity == severity
    assert words in condition.sentence


@pytest.mark.parametrize(("active", "units"), [(11, 30), (2, 2), (1, 1), (30, 30)])
def test_a_third_of_them_or_all_are_no_trouble(active: int, units: int) -> None:
    (condition,) = dead_codings(100, measure(codings(active, units)))
    assert not condition.bad
    assert condition.clear


def test_without_codings_nothing_is_said() -> None:
    assert dead_codings(100, {"valid/reconstruction": 0.02}) == []


def test_one_loud_unit_makes_no_others_dead() -> None:
    values = codings(30)
    values[:, 0] *= 5000
    assert measure(values)["codings/active-units"] == 30


def test_young_codings_are_not_judged() -> None:
    assert dead_codings(5, measure(codings(0))) == []
