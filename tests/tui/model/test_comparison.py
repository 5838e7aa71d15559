"""Runs side by side: differences, who is ahead, seeds that belong together, and the band that they make."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import Liveness
from latentop.tui.draw.charts.band import band
from latentop.tui.draw.charts.line import Line
from latentop.tui.draw.small.hues import distinct
from latentop.tui.model import comparison
from latentop.tui.model.comparison import Contender, alike, differing, letters


def contender(letter: str, settings: dict[str, object], parent: str = "", **values: float) -> Contender:
    return Contender(
        letter=letter,
        label=letter,
        run=RunFolder(Path(f"/runs/20261122-1405-dcgan-s{settings.get('seed', 0)}")),
        facts=RunFacts(preset="dcgan", verdict="healthy", step=100, steps=400, parent=parent),
        liveness=Liveness("finished", False),
        values={name.replace("_", "/"): value for name, value in values.items()},
        settings=settings,
    )


def test_only_settings_that_differ_and_none_where_one_lacks_it() -> None:
    found = differing([{"lr": 0.1, "batch": 64}, {"lr": 0.2, "batch": 64}, {"batch": 64, "kl": True}])
    assert found == [("lr", (0.1, 0.2, None)), ("kl", (None, None, True))]


def test_runs_that_differ_in_the_seed_alone_belong_together() -> None:
    runs = [
        contender("A", {"seed": 1, "lr": 0.1}),
        contender("B", {"seed": 2, "lr": 0.2}),
        contender("C", {"seed": 3, "lr": 0.1}),
        contender("D", {}),
        contender("E", {}),
    ]
    assert alike(runs) == [(0, 2), (1,), (3,), (4,)]


def test_the_same_seed_twice_and_a_fork_are_no_seeds_of_one_another() -> None:
    runs = [
        contender("A", {"seed": 1}),
        contender("B", {"seed": 1}),
        contender("C", {"seed": 2}),
        contender("D", {"seed": 3}, parent="20261122-1405-dcgan-s1"),
    ]
    assert alike(runs) == [(0, 2), (1,), (3,)]


def test_the_table_says_who_is_ahead_where_one_way_is_better() -> None:
    table = comparison.table(
        [
            contender("A", {"seed": 1}, diversity_coverage=0.5, valid_reconstruction=0.1, loss_generator=3),
            contender("B", {"seed": 2}, diversity_coverage=0.9, valid_reconstruction=0.2, loss_generator=1),
            contender("C", {"seed": 3}, diversity_coverage=float("nan")),
        ]
    )
    rows = {row.name: row for row in table}
    assert rows["diversity/coverage"].cells == ("50 %", "90 %", "nan")
    assert rows["diversity/coverage"].best == {1}
    assert rows["valid/reconstruction"].best == {0}
    assert rows["valid/reconstruction"].cells[2] == "-"
    assert rows["loss/generator"].best == frozenset()
    assert rows["done"].cells == ("25 %", "25 %", "25 %")
    assert rows["seed"].cells == ("1", "2", "3")


def test_who_is_ahead_in_what_samples_may_have_too_much_of_is_nearest_to_real_data() -> None:
    """Noise is more distinct than real images, and samples of few kinds are denser."""
    names = ("duplicates", "density", "effective", "precision", "detail")
    noisy, near, repeating = (
        contender(letter, {}, **{f"diversity_{name}": value for name in names})
        for letter, value in (("A", 3.0), ("B", 0.9), ("C", 0.4))
    )
    rows = {row.name: row for row in comparison.table([noisy, near, repeating])}
    called = ("distinct", *names[1:])
    assert [rows[f"diversity/{name}"].best for name in called] == [{1}] * 5


def test_nobody_is_ahead_on_other_data_but_relative_to_real_ones() -> None:
    values = {"diversity_coverage": 0.5, "valid_reconstruction": 0.1, "quality_frechet": 3.0}
    one = contender("A", {}, **values)
    other = contender("B", {}, **{name: 2 * value for name, value in values.items()})
    other = replace(other, facts=replace(other.facts, data="digits"))
    rows = {row.name: row.best for row in comparison.table([one, other])}
    found = [rows[name] for name in ("diversity/coverage", "valid/reconstruction", "quality/frechet")]
    assert found == [{1}, set(), set()]


def test_nobody_is_ahead_in_what_is_measured_in_other_features() -> None:
    values = {"diversity_coverage": 0.5, "quality_frechet": 3.0, "diversity_copied": 0.1, "loss_total": 1.0}
    one, same = contender("A", {}, **values), contender("B", {}, **{**values, "quality_frechet": 2.0})
    other = contender("C", {}, **{name: 2 * value for name, value in values.items()})
    other = replace(other, facts=replace(other.facts, features="faces.pt"))
    rows = {row.name: row for row in comparison.table([one, other])}
    assert rows["measured in"].cells == ("pca", "faces.pt")
    assert [rows[name].best for name in ("diversity/coverage", "quality/frechet")] == [set(), set()]
    assert [rows[name].best for name in ("diversity/copied", "loss/total")] == [{0}, {0}]
    rows = {row.name: row for row in comparison.table([one, same])}
    assert "measured in" not in rows
    assert rows["quality/frechet"].best == {1}


def test_equal_settings_are_said_to_be_equal() -> None:
    names = [row.name for row in comparison.table([contender("A", {"lr": 1}), contender("B", {"lr": 1})])]
    assert "all settings are the same" in names
    assert "no values yet" in names


def test_every_run_has_a_letter_and_a_colour_of_its_own() -> None:
    assert letters(3) == ["A", "B", "C"]
    assert len(set(letters(60))) == 60
    assert letters(60)[26] == "A2"
    assert len({distinct("#0178d4", index) for index in range(12)}) == 12
    assert distinct("#0178d4", 0) == "#0178d4"
    assert distinct("", 0) != distinct("", 1)


def line(values: list[float], first: int = 1, bad: int = 0) -> Line:
    numbers = np.array(values)
    return Line(
        name="one",
        colour="",
        step=np.arange(first, first + len(values), dtype=np.int64),
        mean=numbers,
        lo=numbers - 1,
        hi=numbers + 1,
        bad=np.array([bad] + [0] * (len(values) - 1), dtype=np.int64),
    )


def test_a_band_reaches_from_the_smallest_to_the_largest_run() -> None:
    made = band([line([1.0] * 100), line([2.0] * 100), line([6.0] * 100)], "seeds", "", 10)
    assert made.step[-1] == 100
    assert len(made.step) == 10
    assert made.lo == pytest.approx(1.0)
    assert made.mean == pytest.approx(3.0)
    assert made.hi == pytest.approx(6.0)


def test_a_run_counts_in_the_band_as_far_as_it_got() -> None:
    made = band([line([1.0] * 100), line([3.0] * 50)], "seeds", "", 10)
    assert made.mean[:5] == pytest.approx(2.0)
    assert made.mean[6:] == pytest.approx(1.0)
    assert made.hi[6:] == pytest.approx(1.0)


def test_seldom_values_are_joined_and_bad_ones_stay_told() -> None:
    seldom = line([0.0, 100.0])
    seldom = Line(
        **{**{name: getattr(seldom, name) for name in seldom.__slots__}, "step": np.array([10, 100])}
    )
    made = band([seldom], "seldom", "", 10)
    assert np.all(np.diff(made.mean) > 0)
    lost = band([line([1.0, float("nan")] * 50, bad=1)], "lost", "", 10)
    assert lost.bad.sum() >= 50
    empty = band([], "none", "", 10)
    assert len(empty.step) == 0


def test_a_run_that_was_not_judged_is_unknown_with_the_reason() -> None:
    one = contender("A", {"seed": 1}, loss_generator=1.0)
    facts = replace(one.facts, kind="gan", verdict="unknown", metered=False, unmeasured="can't be: few")
    rows = {row.name: row.cells for row in comparison.table([one, replace(one, facts=facts)])}
    assert rows["verdict"] == ("healthy", "unknown")
    assert rows["not judged"] == ("", "can't be")
