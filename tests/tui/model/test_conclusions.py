"""What panels conclude in words: no more than the numbers support."""

from dataclasses import replace

import numpy as np
import pytest

from latentop.tui.model import alarm_levels, conclusions, moment
from latentop.tui.model.shown_table import of
from tests.support.panels import alarm, present, state

ALL = present(*[[1.0] * 20] * 4)


def gan(coverage: float, *alarms: object, **facts: object) -> conclusions.Words:
    series = {
        "diversity/coverage": [coverage] * 20,
        "diversity/modes": [4.0] * 20,
        "diversity/copied": [0.3],
        **ALL,
    }
    return conclusions.diversity(state(series, *alarms, **facts))  # type: ignore[arg-type]


def test_a_healthy_run_says_how_much_it_reaches_and_that_nothing_is_missing() -> None:
    words = gan(0.87)
    assert words.text == "samples reach 87 % of what real data reaches: no mode is missing"
    assert words.tone == "success"


def test_within_the_chance_of_real_data_there_is_no_difference() -> None:
    assert gan(0.98, diversity_chance={"coverage": 0.012}).text.endswith(": no difference")
    assert gan(0.95, diversity_chance={"coverage": 0.012}).text.endswith(": no mode is missing")


def test_lost_modes_are_named_with_the_step_since_when() -> None:
    gone = [1.0] * 10 + [0.0] * 10
    series = {"diversity/coverage": [0.8] * 20, **present([1.0] * 20, [1.0] * 20, gone, gone)}
    words = conclusions.diversity(state(series))
    assert words.text == "losing modes: Sandal and Bag are gone since step 110"
    assert words.within(41) == "Sandal and Bag are gone since step 110"
    assert words.within(30) == "Sandal and Bag since step 110"
    assert words.tone == "warning"


def test_a_person_who_looks_back_reads_what_was_true_then() -> None:
    gone = [1.0] * 10 + [0.0] * 10
    series = {"diversity/coverage": [0.8] * 10 + [0.3] * 10, **present([1.0] * 20, gone)}
    run = state(series, alarm("collapsed", step=150), classes=("Sandal", "Bag"), modes=2)
    assert "COLLAPSED" in conclusions.diversity(run).text
    then = replace(moment.at(run, 140, {}), facts=run.facts)
    assert conclusions.diversity(then).text == "losing modes: Bag is gone since step 110"
    before = replace(moment.at(run, 100, {}), facts=run.facts)
    assert "gone" not in conclusions.diversity(before).text


def test_a_collapse_is_said_aloud_with_what_is_lost() -> None:
    words = conclusions.diversity(
        state({"diversity/coverage": [0.31]}, alarm("collapsed", lost_Sandal=0.0), verdict="collapsed")
    )
    said = "COLLAPSED: samples reach 31 % of what real data reaches"
    assert words.text == f"{said}; Sandal is gone"
    assert words.within(60) == said
    assert words.within(41) == "COLLAPSED: 31 % of real data"
    assert words.tone == "error"


@pytest.mark.parametrize(("name", "said"), [("memorising", "MEMORISING: 30 %"), ("cycling", "CYCLING")])
def test_the_alarm_that_explains_most_is_the_conclusion(name: str, said: str) -> None:
    assert gan(0.3, alarm(name), alarm("collapsed")).text.startswith(said)


def test_an_alarm_that_is_over_is_no_conclusion() -> None:
    assert gan(0.87, alarm("collapsed", over=150)).tone == "success"


def test_early_samples_are_not_judged() -> None:
    assert (
        gan(0.05, verdict="unknown").text
        == "too early to judge: samples are judged once they are good and diverse, or get no better"
    )
    ended = gan(0.05, verdict="unknown", alive=False)
    assert ended.text == "unknown: its samples were not good and diverse for long enough to be judged"
    assert (ended.within(20), ended.tone) == ("unknown", "foreground")
    assert conclusions.diversity(state({})).text == "too early to judge: no sample was measured yet"


def test_samples_are_not_judged_though_a_warning_or_worse_stands() -> None:
    for verdict in ("warning", "diverged"):
        assert gan(0.98, verdict=verdict, awaited=("collapsed",)).text.startswith("too early to judge")
        assert gan(0.98, verdict=verdict, awaited=()).text.startswith("samples reach 98 %")


def test_few_images_are_told_by_the_chance_in_them() -> None:
    words = gan(0.9, diversity_chance={"coverage": 0.09})
    assert words.text.endswith("no difference beyond chance, ±18 %")
    assert alarm_levels.alarm_below(
        state({}, diversity_chance={"coverage": 0.15}).facts, of("diversity/coverage")
    ) == (pytest.approx(0.4))


def test_numbers_of_a_few_steps_are_not_called_sound() -> None:
    words = conclusions.stability(state({"grad/generator": [1.0] * 3}))
    assert words.text == "too early to judge: every value so far is finite"
    assert words.tone == "foreground"
    assert "sound" not in conclusions.stability(state({"loss/generator": [1.0] * 50})).text


def test_coverage_that_falls_is_told_with_where_from() -> None:
    words = conclusions.diversity(state({"diversity/coverage": np.linspace(1.2, 0.7, 40).tolist()}))
    assert "falling from 93 %" in words.text
    assert words.tone == "warning"


def test_gradients_that_grow_are_told_with_how_many_times() -> None:
    words = conclusions.stability(state({"grad/generator": np.geomspace(1, 144, 102).tolist()}))
    assert words.text == "gradients of the generator grow: ×9 in 500 steps"
    assert words.tone == "warning"
    begins = conclusions.stability(state({"grad/generator": np.geomspace(1, 1e6, 9).tolist()}))
    assert begins.text == "too early to judge: every value so far is finite"


def test_steady_gradients_are_sound_and_one_nan_is_not() -> None:
    assert conclusions.stability(state({"grad/generator": [1.0] * 50})).text.startswith("sound")
    collapsed = state({"grad/generator": [1.0] * 50}, alarm("collapsed"))
    assert "alarm" not in conclusions.stability(collapsed).text
    words = conclusions.stability(state({"grad/generator": [1.0] * 50 + [float("nan")]}))
    assert words.text.startswith("1 non-finite value")
    assert words.tone == "error"


def test_gradients_of_exactly_0_are_not_sound_before_an_alarm_can_tell() -> None:
    dead = {"grad/generator": [0.9] * 2 + [0.0] * 20, "grad/discriminator": [1.0] * 22}
    words = conclusions.stability(state(dead))
    assert words.text == "gradients of the generator are exactly 0: it learns nothing"
    assert words.within(40) == "gradients are 0: nothing is learned"
    assert words.tone == "warning"
    both = conclusions.stability(state({**dead, "grad/discriminator": [0.0] * 22, "grad/head": [0.0] * 22}))
    said = "gradients of the generator, the discriminator and head are exactly 0: they learn nothing"
    assert both.text == said
    assert "the alarm" in conclusions.stability(state(dead, alarm("stalled"))).text


def test_a_gradient_that_is_0_now_and_then_or_before_100_steps_is_not_called_dead() -> None:
    assert conclusions.stability(state({"grad/generator": [0.0, 0.4] * 25})).text.startswith("sound")
    assert "0:" not in conclusions.stability(state({"grad/generator": [0.0] * 5})).text


def test_an_autoencoder_learns_settles_or_over_fits() -> None:
    def said(values: list[float], *alarms: object) -> str:
        return conclusions.reconstruction(state({"valid/reconstruction": values}, *alarms)).text  # type: ignore[arg-type]

    assert said(np.geomspace(1, 0.1, 20).tolist()).startswith("learning")
    assert said([0.1] * 20).startswith("settled")
    assert said([0.1] * 3) == "too early for a trend"
    assert said([0.1] * 20, alarm("over-fitting")).startswith("over-fitting")


def test_of_two_problems_the_first_is_told_whichever_was_raised_first() -> None:
    for names in (("memorising", "cycling"), ("cycling", "memorising")):
        assert gan(0.8, *map(alarm, names)).text.startswith("MEMORISING")
