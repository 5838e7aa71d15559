"""The benchmark of logs: truth comes from samples, what is written is read, scores count what is said."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import RESULTS
from benchmarks.logs.formats import FORMATS, write
from benchmarks.logs.judge import Claim, Judged, judged
from benchmarks.logs.loops import LOOPS, settings
from benchmarks.logs.losses import FAMILIES
from benchmarks.logs.report import print_tables
from benchmarks.logs.score import Case, naive, rules, score
from benchmarks.logs.shown import shown
from benchmarks.logs.trace import Trace, read, save
from benchmarks.logs.train import LOOK_STEPS, train
from benchmarks.logs.truth import Truth, truth
from latentop.engine.external.logs import whole_log
from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.loss_rules.measured import MEASURED, Measured
from tests.support.loss_logs import DISCRIMINATOR, GENERATOR, sound

STEPS = 4000


def trace(coverage: list[float], *, member: int = 0, wins: bool = False) -> Trace:
    """A training whose samples covered so much."""
    losses = sound(STEPS, member)
    d, g = losses[DISCRIMINATOR], losses[GENERATOR]
    if wins:
        d, g = np.where(np.arange(STEPS) > 1000, 0.001, d), np.where(np.arange(STEPS) > 1000, 9.0, g)
    half = np.full(STEPS, 0.5)
    series = {"d": d, "g": g, "real": half, "fake": half, "right": half}
    return Trace(
        loop="ring", member=member, series=series, coverage=np.array(coverage), every=200, seconds=1.0
    )


GOOD = [0.2, 0.6, *[1.0] * 18]
GONE = [0.2, 0.6, *[1.0] * 8, *[0.1] * 10]


def test_there_are_twelve_loops_of_five_families_with_tame_and_wild_members() -> None:
    assert len(LOOPS) == 12
    assert {loop.family for loop in LOOPS} == FAMILIES.keys()
    for loop in LOOPS:
        chosen = settings(loop)
        assert len(chosen.rates) == 16
        assert np.array_equal(chosen.rates, settings(loop).rates)


def test_truth_is_what_samples_cover() -> None:
    assert truth(trace(GOOD), 1.0).kind == "healthy"
    assert truth(trace(GONE), 1.0) == Truth("failed", 2200, 0.1)
    assert truth(trace([0.1] * 20), 1.0) == Truth("failed", None, 0.1)
    assert truth(trace([0.6] * 20), 1.0).kind == "unclear"
    assert truth(trace([0.6] * 20), 0.7).kind == "healthy"
    assert truth(trace([1.0] * 5 + [float("nan")] * 15), 1.0).kind == "failed"


def test_a_failure_shows_where_the_discriminator_has_won_or_a_loss_has_run_away() -> None:
    fine, lost, won, gone = (trace(one, member=place) for place, one in enumerate([GOOD, GONE, GONE, GONE]))
    won = replace(won, series={**won.series, "right": np.full(STEPS, 0.99)})
    gone = replace(gone, series={**gone.series, "d": np.geomspace(1, 1e6, STEPS)})
    assert shown([fine, lost, won, gone], critic=False) == {"ring-02", "ring-03"}
    assert shown([fine, lost, won, gone], critic=True) == {"ring-03"}


@pytest.mark.parametrize("place", range(len(FORMATS)), ids=list(FORMATS))
def test_what_is_written_is_read_again(tmp_path: Path, place: int) -> None:
    one = trace(GOOD)
    log = whole_log.read(write(one, 10, place, tmp_path), ColumnsWanted())
    found = {series.name: series for series in log.series}
    for name, key in ((GENERATOR, "g"), (DISCRIMINATOR, "d")):
        assert len(found[name].values) == STEPS // 10
        np.testing.assert_allclose(found[name].values, one.series[key][9::10], rtol=1e-3, atol=1e-4)
        assert np.diff(found[name].steps).min() > 0


@pytest.mark.slow
def test_rules_and_the_naive_rule_are_scored_alike(capsys: pytest.CaptureFixture[str]) -> None:
    fine, lost = trace(GOOD), trace(GONE, member=1, wins=True)
    cases = [
        Case(one, "non-saturating", truth(of, 1.0), shows)
        for of, shows in ((fine, False), (lost, True))
        for one in judged(of, 3)
    ]
    for claims in (rules, naive):
        found = score(cases, claims)
        assert (found.recall, found.precision, found.false, found.healthy) == (1.0, 1.0, 0, 3)
        assert found.damaged == 3
    print_tables(cases)
    told = capsys.readouterr().out
    assert "| discriminator-wins | 3 | 3 | 0 | 0 | 1.00 |" in told
    wrong = replace(cases[0], judged=Judged(fine, 1, (Claim("break", "warning", 5),), ()))
    assert score([wrong, *cases[3:]], rules).precision == pytest.approx(3 / 4)


@pytest.mark.parametrize("name", ["logistic-ring", "critic-grid"])
def test_members_train_each_by_itself_and_traces_survive_the_disk(tmp_path: Path, name: str) -> None:
    loop = next(one for one in LOOPS if one.name == name)
    found = train(loop, steps=LOOK_STEPS, members=2)
    assert [one.name for one in found] == [f"{name}-00", f"{name}-01"]
    assert all(one.coverage.shape == (1,) and np.isfinite(one.series["d"]).all() for one in found)
    save(found, tmp_path / f"{name}.npz")
    again = read(tmp_path / f"{name}.npz")
    assert [one.name for one in again] == [one.name for one in found]
    np.testing.assert_allclose(again[1].series["g"], found[1].series["g"])


def test_what_alarms_say_of_themselves_is_what_was_measured() -> None:
    page = RESULTS.read_text(encoding="utf-8")
    section = page.partition("## Logs: what losses alone tell")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([a-z-]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", section, re.MULTILINE)
    told = {name: Measured(int(failed), int(failed) + int(healthy)) for name, _, failed, healthy, _ in rows}
    assert told == MEASURED
    assert MEASURED["discriminator-wins"].right > 10
