"""Losses that run away are told by their own early scale; spikes, noise and another unit are not."""

from pathlib import Path

import numpy as np
import pytest

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.report import diagnose
from tests.support.loss_logs import (
    DISCRIMINATOR,
    GENERATOR,
    course,
    names,
    noise,
    raised,
    sound,
    standing,
    told,
)


@pytest.mark.parametrize("rows", [12, 100, 3000])
def test_a_jump_from_1_to_100_000_is_an_explosion_that_stands(rows: int) -> None:
    level = np.where(np.arange(rows) < rows // 2, 1.0, 1e5)
    events = told({DISCRIMINATOR: level * noise(rows), GENERATOR: level * noise(rows, seed=1)})
    assert standing(events)["exploding"] == "critical"
    (one,) = [one for one in raised(events) if one.name == "exploding"]
    assert abs(one.evidence["since"] - rows // 2) <= max(2, rows // 20)


def test_a_critic_that_runs_away_is_told_and_one_that_settles_is_not() -> None:
    rows = 2000
    away = -np.exp(course((0, 0.0), (0.5, 1.0), (1, 9.0), rows=rows)) * noise(rows)
    settles = -np.exp(course((0, 0.0), (0.1, 3.0), (1, 2.0), rows=rows)) * noise(rows)
    drift = course((0, 0.0), (1, 400.0), rows=rows) + np.sin(np.arange(rows))
    assert standing(told({DISCRIMINATOR: away, GENERATOR: drift}))["exploding"] == "critical"
    assert names(told({DISCRIMINATOR: settles, GENERATOR: drift})) == set()


def test_spikes_are_no_explosion() -> None:
    series = sound()
    series[GENERATOR][::97] *= 1e6
    assert "exploding" not in names(told(series))


@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e4])
def test_an_autoencoder_s_unit_makes_no_difference(unit: float) -> None:
    rows = 300
    falls = unit * np.exp(course((0, 0.0), (1, -3.0), rows=rows)) * noise(rows)
    assert names(told({"loss/total": falls})) == set()
    falls[200:] = 1e3 * unit
    assert "exploding" in names(told({"loss/total": falls}))


def test_an_explosion_is_told_once_with_all_that_explode() -> None:
    rows = 1000
    level = np.where(np.arange(rows) < rows // 2, 1.0, 1e5)
    events = told({DISCRIMINATOR: 1.2 * level * noise(rows), GENERATOR: level * noise(rows, seed=1)})
    assert standing(events) == {"exploding": "critical"}
    (one,) = [one for one in raised(events) if one.severity == "critical"]
    assert {name for name in (DISCRIMINATOR, GENERATOR) if name in one.sentence} == {DISCRIMINATOR, GENERATOR}


def test_losses_that_grow_into_an_explosion_are_told_as_that_alone(tmp_path: Path) -> None:
    rows = 400
    grows = np.exp(course((0, 0.0), (0.6, 0.0), (1, 9.0), rows=rows))
    path = tmp_path / "log.csv"
    lines = zip(range(rows), 1.3 * grows * noise(rows), grows * noise(rows, seed=1), strict=True)
    path.write_text("step,d_loss,g_loss\n" + "".join(f"{100 * step},{d},{g}\n" for step, d, g in lines))
    (one,) = diagnose(path, ColumnsWanted()).alarms
    assert one.name == "exploding"
    assert DISCRIMINATOR in one.sentence
    assert GENERATOR in one.sentence
