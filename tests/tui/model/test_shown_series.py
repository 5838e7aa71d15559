"""How series are called and shown, and what becomes of names that nobody has heard of."""

from latentop.engine.run import series
from latentop.engine.run.store.summary import TOLD
from latentop.tui.model import chart_list
from latentop.tui.model.alarm_meanings import ALARMS
from latentop.tui.model.chart_list import Chart
from latentop.tui.model.shown_series import in_order, measured
from latentop.tui.model.shown_table import SHOWN, of

CHARTS = [one for one in vars(chart_list).values() if isinstance(one, Chart)]


def test_a_stranger_is_called_by_its_name_and_has_no_unit() -> None:
    known, shown = series.of("mine/own"), of("mine/own")
    assert (known.unit, known.better, known.label, known.noisy) == ("", "neither", "mine/own", False)
    assert (shown.label, shown.legend, shown.colour, shown.meaning) == ("mine/own", "own", "", None)
    assert measured("mine/own", 0.25) == "0.25"
    assert of("plain").legend == "plain"


def test_a_critic_s_losses_and_scores_have_no_unit() -> None:
    critic, discriminator = {"score/real", "accuracy/critic"}, {"score/real", "accuracy/discriminator"}
    assert measured("score/real", -12.88, critic) == "-12.88"
    assert measured("loss/generator", 3.5, critic) == "3.5"
    assert measured("grad/generator", 3.5, critic) == "3.5 norm"
    assert measured("score/real", 0.5, discriminator) == "0.5 probability"


def test_a_member_of_a_family_has_what_the_family_has() -> None:
    encoder = of("grad/encoder")
    assert series.of("grad/encoder").unit == "norm"
    assert series.of("grad/encoder").noisy
    assert encoder.label == "encoder's gradient"
    assert encoder.meaning == of("grad/generator").meaning
    assert encoder.alarms == of("grad/generator").alarms
    assert of("grad/classifier").alarms == ("diverged", "exploding"), "what it says itself comes first"


def test_a_spread_has_the_unit_of_its_mean_and_nobody_is_ahead_by_it() -> None:
    spread = series.of("accuracy/frozen-sd")
    assert (spread.unit, spread.better) == ("share", "neither")


def test_whatever_is_shown_has_all_that_its_place_shows() -> None:
    assert all(of(name).column for name in TOLD)
    assert all(one.colour and one.legend for chart in CHARTS for one in chart.series)
    assert all(len({one.legend for one in chart.series}) == len(chart.series) for chart in CHARTS)
    assert {alarm for one in SHOWN.values() for alarm in one.alarms} <= ALARMS.keys()
    assert all(series.of(name).label != name for name in SHOWN), "the engine knows them, too"


def test_what_one_asks_for_first_comes_first_and_learning_rates_come_last() -> None:
    names = ["lr/generator", "mine/own", "grad/generator", "diversity/coverage", "loss/generator"]
    assert in_order(names) == [
        "loss/generator",
        "diversity/coverage",
        "grad/generator",
        "mine/own",
        "lr/generator",
    ]
