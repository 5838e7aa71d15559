"""What several seeds come to: verdicts, and mean and spread of the main values."""

import math
from pathlib import Path

import pytest

from latentop.tui.commands.help_pages import as_lines, as_sentences, overall
from latentop.tui.commands.several import worst
from latentop.tui.runs.glance import Look, look
from tests.support.recorded_runs import new_run, write


@pytest.fixture
def looks(tmp_path: Path) -> list[Look]:
    """Three seeds: two healthy ones and one that diverged."""
    found = []
    for seed, loss, verdict in ((7, 0.5, "healthy"), (8, 0.7, "healthy"), (9, math.nan, "diverged")):
        run = new_run(tmp_path, seed=seed, state="finished", verdict=verdict)
        write(run, values={"loss/generator": loss, "grad/generator": 3.0}, step=301)
        found.append(look(run))
    return found


def test_mean_and_spread_are_those_of_the_finite_values(looks: list[Look]) -> None:
    summary = overall(looks, [0, 0, 3])
    loss, coverage = summary.measures
    assert (loss.name, loss.count, loss.of) == ("loss/generator", 2, 3)
    assert (loss.mean, loss.sd) == pytest.approx((0.6, math.sqrt(0.02)))
    assert (loss.lo, loss.hi) == (0.5, 0.7)
    assert (coverage.name, coverage.sd) == ("diversity/coverage", 0.0)
    assert [(one.seed, one.verdict, one.exit_code) for one in summary.results] == [
        (7, "healthy", 0),
        (8, "healthy", 0),
        (9, "diverged", 3),
    ]


def test_a_single_seed_has_no_spread(looks: list[Look]) -> None:
    loss, _ = overall(looks[:1], [0]).measures
    assert loss.sd is None
    assert "  loss/generator      0.5 nats      1 seed" in as_lines(overall(looks[:1], [0]))


def test_the_summary_is_told_in_tables_and_in_sentences(looks: list[Look]) -> None:
    summary = overall(looks, [0, 0, 3])
    lines = as_lines(summary)
    assert lines[0] == "3 runs:"
    assert lines[3].split()[:4] == ["seed", "9", "finished", "DIVERGED"]
    assert lines[-2:] == [
        "  loss/generator      0.6 ± 0.14 nats   2 finite of 3 seeds",
        "  diversity/coverage  87 ± 0 % of real  3 seeds",
    ]
    assert as_sentences(summary)[-3:] == [
        "Seed 9 finished, verdict diverged.",
        "Generator loss: 0.6 plus or minus 0.14 nats, 2 finite of 3 seeds.",
        "Coverage: 87 plus or minus 0 percent of real, 3 seeds.",
    ]


def test_seeds_that_were_not_judged_are_told_with_the_reason_once(tmp_path: Path) -> None:
    facts = {
        "kind": "gan",
        "metered": False,
        "unmeasured": "it takes 200 images",
        "unmeasured_hint": "add",
    }
    runs = [new_run(tmp_path, seed=seed, state="finished", verdict="unknown", **facts) for seed in (1, 2)]
    summary = overall([look(run) for run in runs], [0, 0])
    said = "not judged: it takes 200 images · try: add"
    assert as_lines(summary)[3] == f"  seed 1, seed 2 {said}"
    assert as_lines(summary)[1].split()[:4] == ["seed", "1", "finished", "unknown"]
    assert "Seed 1, seed 2 not judged: it takes 200 images, try: add." in as_sentences(summary)


def test_the_worst_exit_code_is_that_of_them_all() -> None:
    assert worst([0, 0]) == 0
    assert worst([0, 4, 3]) == 3
    assert worst([4, 1, 0]) == 1
    assert worst([3, 5, 1]) == 5
    assert worst([0, 130]) == 130
