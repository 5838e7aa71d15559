"""What several seeds come to: verdicts, and mean and spread of the main values."""

import math
from pathlib import Path

import pytest

from tests.recorded import new_run, write
from tui.commands.overall import as_lines, as_sentences, overall
from tui.commands.several import worst
from tui.looking import Look, look


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


def test_the_worst_exit_code_is_that_of_them_all() -> None:
    assert worst([0, 0]) == 0
    assert worst([0, 4, 3]) == 3
    assert worst([4, 1, 0]) == 1
    assert worst([3, 5, 1]) == 5
    assert worst([0, 130]) == 130
