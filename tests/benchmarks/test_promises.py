"""What presets promise is measured, counted and told; a broken promise is not overlooked."""

import math

import pytest

from benchmarks.promises.__main__ import main, table
from benchmarks.promises.claims import Claim, Promise, first
from benchmarks.promises.run import CPU, Run, train
from benchmarks.promises.table import PROMISES, UNMEASURED
from latentop.engine.data import load
from latentop.engine.objectives import build_objective
from latentop.engine.run.events import AlarmRaised, Severity
from latentop.presets import catalogue

BELOW = Claim(says="small", measure=lambda _: 0.0, bound=0.5)
ABOVE = Claim(says="large", measure=lambda _: 0.0, bound=0.5, above=True)


def raised(*alarms: tuple[str, Severity, int]) -> Run:
    """A run that raised these, in this order."""
    preset = catalogue.load(catalogue.find("oscillation"))
    dataset = load(preset.data, CPU)
    found = [
        AlarmRaised(name=name, severity=severity, step=step, wall=0.0, sentence="", advice="", evidence={})
        for name, severity, step in alarms
    ]
    return Run(preset=preset, dataset=dataset, objective=build_objective(preset, dataset, CPU), raised=found)


def test_every_shipped_preset_has_a_promise_or_a_reason_why_not() -> None:
    names = [promise.preset for promise in PROMISES] + list(UNMEASURED)
    assert sorted(names) == sorted(entry.name for entry in catalogue.entries())


@pytest.mark.parametrize(
    ("claim", "measured", "margin"),
    [
        (BELOW, 0.25, 2.0),
        (BELOW, 1.0, 0.5),
        (BELOW, -1e-7, math.inf),
        (BELOW, math.inf, 0.0),
        (ABOVE, 0.75, 1.5),
        (ABOVE, 0.25, 0.5),
        (ABOVE, -1.0, 0.0),
        (BELOW, math.nan, 0.0),
        (ABOVE, math.nan, 0.0),
    ],
)
def test_a_margin_says_how_many_times_over_the_bound_is_kept(
    claim: Claim, measured: float, margin: float
) -> None:
    assert claim.margin(measured) == pytest.approx(margin)


def test_one_run_that_breaks_a_promise_is_counted_and_the_worst_is_told() -> None:
    promise = Promise(preset="ring", claims=(BELOW, ABOVE), speed=1.0)
    rows, kept = table(promise, [[0.25, 0.75], [0.1, 0.25]])
    assert rows == [
        "| ring | small | 2 of 2 | 0.5 | 0.25 | 2 |",
        "| ring | large | **1 of 2** | 0.5 | 0.25 | 0.5 |",
    ]
    assert not kept
    assert table(promise, [[0.25, 0.75]])[1]


@pytest.mark.parametrize(
    ("alarms", "step"),
    [
        ([("cycling", "critical", 700)], 700),
        ([("lost-modes", "warning", 300), ("cycling", "critical", 700)], 700),
        ([("collapsed", "critical", 600), ("cycling", "critical", 700)], math.inf),
        ([("lost-modes", "warning", 300)], math.inf),
    ],
)
def test_the_alarm_that_is_announced_comes_before_any_as_severe(
    alarms: list[tuple[str, Severity, int]], step: float
) -> None:
    assert first("cycling", 1000).measure(raised(*alarms)) == step


def test_a_warning_that_is_announced_comes_before_any_other_alarm() -> None:
    claim = first("oscillation", 1000)
    assert claim.measure(raised(("oscillation", "warning", 5))) == 5
    assert claim.measure(raised(("stalled", "warning", 3), ("oscillation", "warning", 5))) == math.inf
    assert claim.measure(raised(("diverged", "critical", 3), ("oscillation", "warning", 5))) == math.inf


@pytest.mark.slow
def test_moved_weights_train_another_run_from_the_same_seed() -> None:
    def losses(moved: float) -> list[float]:
        return train("stacked", 1, speed=100.0, words=["steps=5"], moved=moved).values("loss/reconstruction")

    still, again, moved = losses(0.0), losses(0.0), losses(1e-6)
    assert still == again
    assert moved != still
    assert moved == pytest.approx(still, rel=1e-3)


@pytest.mark.slow
def test_a_preset_is_trained_and_its_row_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "linear-pca", "--seeds", "1"]) == 0
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith("| linear-pca | less than 1° off PCA's plane | 1 of 1 | 1 | ")


def test_what_has_no_measured_promise_is_refused_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "dcgan-64"]) == 2
    assert "of your own images; there are: linear-pca, " in capsys.readouterr().err
