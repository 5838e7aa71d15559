"""What is behind a panel, in words: values, meanings, thresholds, alarms, advice."""

import numpy as np
import pytest

from latentop.presets.watch import Watch
from latentop.tui.model import details
from latentop.tui.model.details import Section
from tests.support.panels import alarm, present, state

WATCH = Watch(diversity_alarm=0.5, diversity_clear=0.7, explosion_alarm=40.0)


def named(sections: list[Section], heading: str) -> Section:
    return next(one for one in sections if one.heading == heading)


def text(section: Section) -> str:
    return "\n".join((section.heading, section.value, *section.paragraphs))


def test_a_measure_comes_with_its_value_its_chance_its_meaning_and_the_runs_own_threshold() -> None:
    run = state({"diversity/coverage": [0.87] * 20}, diversity_chance={"coverage": 0.012})
    coverage = named(details.diversity(run, WATCH), "coverage")
    assert coverage.value == "87 % ±2.4 of real data, steady over the last 150 steps"
    assert "Share of real images that have a sample near; falls when modes are lost." in text(coverage)
    assert "Source: Naeem et al. 2020, 3.2." in text(coverage)
    assert "raised below 50 %, over above 70 %" in text(coverage)
    assert (coverage.series, coverage.alarm, coverage.clear) == ("diversity/coverage", 0.5, 0.7)


def test_a_distance_comes_with_what_real_images_reach() -> None:
    run = state({"quality/frechet": [0.0312] * 20}, real_quality={"frechet": (0.01912, 0.00082)})
    distance = named(details.diversity(run, WATCH), "Fréchet distance")
    assert distance.value == "0.0312, real images 0.019 ±0.002, steady over the last 150 steps"
    assert "falls as samples become like real images" in text(distance)
    assert distance.series == "quality/frechet"
    older = details.diversity(state({"quality/frechet": [0.0312]}), WATCH)
    assert named(older, "Fréchet distance").value == "0.0312"


def test_samples_that_repeat_have_half_the_threshold() -> None:
    distinct = named(details.diversity(state({"diversity/duplicates": [0.9]}), WATCH), "distinct")
    assert (distinct.alarm, distinct.clear) == (0.25, 0.35)
    assert "for this measure: raised below 25 %, over above 35 %" in text(distinct)


def test_few_images_move_the_thresholds_to_where_they_really_are() -> None:
    series = {"diversity/coverage": [0.87], "diversity/duplicates": [0.9]}
    run = state(series, diversity_chance={"coverage": 0.15, "duplicates": 0.22})
    found = details.diversity(run, WATCH)
    coverage, distinct = named(found, "coverage"), named(found, "distinct")
    assert (coverage.alarm, coverage.clear) == pytest.approx((0.4, 0.7))
    assert (distinct.alarm, distinct.clear) == pytest.approx((0.12, 0.35))
    assert "for this measure: raised below 40 %, over above 70 %" in text(coverage)
    assert "Few images make it large: ±30 % for coverage." in text(named(found, "what ± says"))


def test_other_features_than_those_of_pixels_are_told() -> None:
    series = {"diversity/coverage": [0.87]}
    told = "Samples are measured in features of net.pt; detail and copies in pixels."
    assert told in text(named(details.diversity(state(series, features="net.pt"), WATCH), "what ± says"))
    slow = details.diversity(state(series, features="net.pt", check_samples=64), WATCH)
    assert "A check takes 64 samples, for these features are slow" in text(named(slow, "what ± says"))
    assert "features of" not in text(named(details.diversity(state(series), WATCH), "what ± says"))


def test_where_samples_are_not_measured_all_that_goes_unseen_is_listed() -> None:
    why = "it takes 200 images, and there are 125"
    facts = {"verdict": "unknown", "metered": False, "unmeasured": why, "unmeasured_hint": "add 75 images"}
    found = details.diversity(state({}, **facts), WATCH)
    assert why in found[0].heading
    unseen = text(named(found, "what nobody looks for here"))
    assert "try: add 75 images" in unseen
    assert all(f"alarm {name} " in unseen for name in ("collapsed", "cycling", "memorising", "lost-modes"))


def test_a_value_beyond_its_threshold_is_red_unless_it_is_too_early_to_judge() -> None:
    series = {"diversity/coverage": [0.3]}
    assert named(details.diversity(state(series), WATCH), "coverage").tone == "error"
    early = state(series, verdict="unknown")
    assert named(details.diversity(early, WATCH), "coverage").tone == ""


def test_a_mixture_counts_its_modes_and_is_explained_so() -> None:
    run = state({"diversity/coverage": [0.9], "diversity/reverse-kl": [0.01]})
    assert (
        "share of the modes that are there" in text(named(details.diversity(run, WATCH), "coverage")).lower()
    )


def test_every_mode_is_listed_with_the_step_at_which_it_went() -> None:
    run = state(
        {"diversity/coverage": [0.9] * 3, **present([1.0] * 3, [1.0, 1.0, 0.0], [0.0] * 3, [0.9] * 3)}
    )
    said = text(named(details.diversity(run, WATCH), "presence of each mode"))
    assert "T-shirt: 100 % · Trouser: 0 %, gone since step 30 · Sandal: 0 %, hardly shown · Bag: 90 %" in said


def test_advice_is_that_of_the_standing_alarms() -> None:
    run = state({"diversity/coverage": [0.3]}, alarm("collapsed"), alarm("memorising", step=50, over=60))
    first, *others = details.diversity(run, WATCH)
    assert first.paragraphs == ("try: what helps against collapsed",)
    so_far = text(others[-1])
    assert "collapsed: raised at step 100" in so_far
    assert "memorising: raised at step 50" in so_far
    assert "over at step 60" in so_far


def test_runs_of_before_say_that_chance_was_not_recorded() -> None:
    run = state({"diversity/coverage": [0.87] * 20})
    assert "±" not in named(details.diversity(run, WATCH), "coverage").value
    assert "Not recorded" in text(named(details.diversity(run, WATCH), "what ± says"))


def test_stability_names_the_series_with_values_that_are_no_numbers() -> None:
    run = state({"grad/generator": [1.0, float("nan"), float("inf")], "update/classifier": [0.001]})
    sections = details.stability(run, WATCH)
    assert "grad/generator: 2" in text(named(sections, "values that are not finite"))
    assert "raised above 40 times" in text(named(sections, "generator's gradient"))
    assert named(sections, "classifier's step").value == "0.001 (recent mean)"


def test_an_autoencoder_is_explained_with_what_it_measures() -> None:
    run = state({"loss/reconstruction": [0.1], "valid/reconstruction": np.geomspace(1, 0.1, 20).tolist()})
    sections = details.reconstruction(run, WATCH)
    assert sections[0].heading.startswith("learning")
    assert "falling over the last" in named(sections, "validation error").value
    gap = named(sections, "validation error over training error")
    assert gap.value == "1.00 times"
    assert "raised above 1.5 times" in text(gap)
    assert not [one for one in sections if one.heading == "KL"]


def test_alarms_are_told_in_full_standing_ones_first() -> None:
    run = state({}, alarm("lost-modes", step=50, over=60), alarm("collapsed", diversity_coverage=0.31))
    first, second = details.alarms(run, WATCH)
    assert first.heading == "COLLAPSED"
    assert "what collapsed is, with numbers" in text(first)
    assert "evidence: diversity/coverage 0.31" in text(first)
    assert "raised below 50 %, over above 70 %" in text(first)
    assert second.heading == "cleared: lost-modes"
    assert [one.heading for one in details.alarms(state({}), WATCH)] == ["no alarms so far"]


def test_an_alarm_that_nobody_knows_is_told_as_it_is() -> None:
    (only,) = details.alarms(state({}, alarm("[red]")), WATCH)
    assert only.heading == "[RED]"


def test_stability_says_which_guidelines_are_kept_and_which_are_broken_where() -> None:
    said = ("kept: strides", "broken: leaky ReLU in the discriminator (in discriminator.layers.1)")
    told = named(details.stability(state({}, guidelines=said), WATCH), "guidelines for convolutional GANs")
    assert told.value == "1 of 2 broken"
    assert set(said) <= set(told.paragraphs)
    kept = details.stability(state({}, guidelines=said[:1]), WATCH)
    assert named(kept, "guidelines for convolutional GANs").value == "all kept"
    assert "guidelines" not in "".join(one.heading for one in details.stability(state({}), WATCH))
