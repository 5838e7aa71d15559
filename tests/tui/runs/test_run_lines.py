"""The plain mode: from successive batches to sentences, without a process, a clock or a screen."""

import math
from dataclasses import replace

import numpy as np
import pytest

from latentop.engine.run.events import Mark
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.bins import Bins, from_values
from latentop.engine.run.store.reader import Alarm, Batch, Command
from latentop.tui.model.event_text import Said
from latentop.tui.runs.run_lines import SaidSoFar, tell, tell_end

STARTING = Liveness("starting", True, "importing torch")
RUNNING = Liveness("running", True)
FACTS = RunFacts(
    preset="dcgan",
    title="DCGAN on Fashion-MNIST",
    data="fashion-mnist (small)",
    device="cpu",
    seed=42,
    steps=20_000,
)
ALARM = Alarm(
    id=1,
    name="collapsed",
    severity="critical",
    raised_step=3_900,
    raised_wall=1_050.0,
    cleared_step=None,
    sentence="mode collapse: samples reach 31 % of what real data reaches",
    advice="lower generator lr",
    evidence={"coverage": 0.31},
)


def told(since: float = 0.0) -> SaidSoFar:
    return SaidSoFar(run="20261122-1405-dcgan-s42", since=since)


def batch(
    step: int,
    *,
    marks: tuple[Mark, ...] = (),
    alarms: tuple[Alarm, ...] = (),
    fresh: bool = False,
    facts: RunFacts = FACTS,
    **values: float,
) -> Batch:
    return Batch(
        fresh=fresh,
        facts=replace(facts, step=step),
        bins={name.replace("__", "/"): one_value(step, value) for name, value in values.items()},
        frames={},
        marks=marks,
        alarms=alarms,
        commands=(),
    )


def one_value(step: int, value: float) -> Bins:
    return from_values(np.array([step]), np.array([1_000.0]), np.array([value]))


def texts(said: tuple[Said, ...]) -> list[str]:
    return [one.text for one in said]


def test_a_run_is_introduced_once_and_its_start_told() -> None:
    state, said = tell(told(), batch(0, fresh=True), STARTING, 1_000)
    assert texts(said) == [
        "20261122-1405-dcgan-s42 · DCGAN on Fashion-MNIST · seed 42 · 20 000 steps",
        "starting: importing torch",
    ]
    state, said = tell(state, None, STARTING, 1_001)
    assert said == ()
    _, said = tell(state, batch(0), RUNNING, 1_002)
    assert texts(said) == ["training on cpu, fashion-mnist (small)"]


def whole(facts: RunFacts = FACTS, **change: object) -> Batch:
    """A batch after a minute of training at 10 steps a second."""
    step, wall = np.arange(3_610, 4_211, 10), 1_000.0 + np.arange(61)
    series = {
        "loss/generator": np.full(61, 0.83119),
        "grad/generator": np.full(61, 3.0),
        "diversity/coverage": np.full(61, 0.87),
        "diversity/modes": np.full(61, 8.0),
        "valid/reconstruction": np.linspace(0.03, 0.02, 61),
        "loss/reconstruction": np.full(61, 0.01),
    }
    bins = {name: from_values(step, wall, values) for name, values in series.items()}
    known = replace(batch(4_210, fresh=True, facts=facts), bins=bins)
    return replace(known, **change)  # type: ignore[arg-type]


def test_a_report_names_step_speed_time_left_epoch_and_the_main_values() -> None:
    facts = replace(FACTS, verdict="healthy", steps_per_epoch=1_000.0)
    _, said = tell(told(), whole(facts), RUNNING, 1_060)
    assert said[-1].text == (
        "step 4 210 of 20 000 (21 %) · 10 steps/s · 26 min left · epoch 5 of 20"
        " · recent means: loss/generator 0.8312 nats, loss/reconstruction 0.01 mse"
        " · diversity/coverage 87 % of real · valid/reconstruction 0.02 mse · healthy"
    )


def test_a_report_in_sentences_tells_what_the_dashboard_shows_and_then_what_changed() -> None:
    facts = replace(FACTS, verdict="collapsed", classes=("Bag", "Boot", "Coat"), modes=10)
    alarm = replace(ALARM, evidence={"lost/Bag": 0.0, "lost/Boot": 0.1})
    state, said = tell(told(), whole(facts, alarms=(alarm,)), RUNNING, 1_060)
    assert said[-1].sentences() == (
        "Verdict: collapsed.",
        "1 alarm stands: collapsed.",
        "Step 4210 of 20000, 21 percent.",
        "Speed: 10 steps a second.",
        "26 minutes left.",
        "Generator loss, recent mean: 0.8312 nats.",
        "Coverage: 87 percent of real.",
        "Reconstruction error, recent mean: 0.01.",
        "Validation error: 0.02.",
        "Best validation error so far: 0.02 at step 4210.",
        "Validation error is 2.00 times the training error, above 1.5, "
        "but training error does not fall alone.",
        "Modes: 8 of 10, lost: Bag, Boot.",
        "Gradient norm of the generator, recent mean: 3.",
    )
    later = batch(4_300, facts=facts, alarms=(alarm,), diversity__coverage=0.31)
    _, said = tell(state, later, RUNNING, 1_200)
    assert said[-1].sentences()[-1] == "Coverage: 31 percent of real, was 87 percent of real, low."
    assert not any("loss" in one for one in said[-1].sentences())


def test_a_report_for_programs_has_the_same_facts() -> None:
    _, said = tell(told(), whole(alarms=(ALARM,)), RUNNING, 1_060)
    fields = dict(said[-1].fields)
    assert fields.pop("values") == {
        "loss/generator": 0.83119,
        "grad/generator": 3.0,
        "diversity/coverage": 0.87,
        "diversity/modes": 8.0,
        "valid/reconstruction": 0.02,
        "loss/reconstruction": 0.01,
    }
    assert fields == {
        "steps": 20_000,
        "elapsed": 0.0,
        "verdict": "unknown",
        "unjudged": "too early to judge: too little was read so far",
        "speed": 10.0,
        "seconds_left": 1_579.0,
        "epoch": None,
        "epochs": None,
        "standing": ["collapsed"],
        "lost": [],
        "non_finite": 0,
        "best_validation": {"value": 0.02, "step": 4_210},
        "validation_ratio": 2.0,
    }


def test_values_that_are_not_finite_are_told_at_once_and_once_a_series() -> None:
    state, _ = tell(told(), batch(400, loss__generator=1.0), RUNNING, 1_000)
    state, said = tell(state, batch(412, loss__generator=math.nan), RUNNING, 1_001)
    assert texts(said) == ["not finite from step 412: loss/generator (1 value)"]
    assert said[0].sentences() == ("Generator loss: 1 value not finite, from step 412.",)
    assert said[0].fields == {"series": {"loss/generator": 1}}
    state, said = tell(state, batch(413, loss__generator=math.nan), RUNNING, 1_002)
    assert said == ()
    state, said = tell(state, batch(414, grad__generator=math.inf), RUNNING, 1_003)
    assert texts(said) == ["not finite from step 414: grad/generator (1 value)"]
    state, _ = tell(state, batch(400, fresh=True, loss__generator=1.0), RUNNING, 1_004)
    _, said = tell(state, batch(405, loss__generator=math.nan), RUNNING, 1_004.5)
    assert texts(said) == ["not finite from step 405: loss/generator (1 value)"]


def test_another_verdict_is_told_when_it_changes() -> None:
    state, said = tell(told(), batch(100), RUNNING, 1_000)
    assert "verdict" not in [one.kind for one in said]
    state, said = tell(state, batch(200, facts=replace(FACTS, verdict="healthy")), RUNNING, 1_001)
    assert texts(said) == ["now healthy"]
    wins = replace(FACTS, verdict="discriminator-wins")
    mark = Mark(step=300, wall=1_002.0, kind="verdict", text="discriminator-wins")
    _, said = tell(state, batch(300, facts=wins, marks=(mark,)), RUNNING, 1_002)
    assert (texts(said), said[0].tone) == (["now DISCRIMINATOR WINS"], "critical")
    assert said[0].fields == {"verdict": "discriminator-wins", "before": "healthy"}


def test_a_refusal_is_told_once() -> None:
    command = Command(
        id=3,
        name="pause",
        arguments={},
        asked_by="me@here",
        asked_wall=1_000.0,
        state="refused",
        applied_step=10,
        reply="it is paused already",
    )
    state, said = tell(told(), replace(batch(10), commands=(command,)), RUNNING, 1_001)
    assert texts(said)[-1] == "refused to pause: it is paused already"
    _, said = tell(state, replace(batch(10), commands=(command,)), RUNNING, 1_002)
    assert said == ()


def test_a_run_in_line_is_told_its_place_whenever_that_changes() -> None:
    state, said = tell(told(), batch(0), Liveness("queued", True, "2nd in line"), 1_000)
    assert texts(said)[-1] == "queued: 2nd in line"
    state, said = tell(state, batch(0), Liveness("queued", True, "2nd in line"), 1_001)
    assert said == ()
    state, said = tell(state, batch(0), Liveness("queued", True, "next in line"), 1_002)
    assert texts(said) == ["queued: next in line"]
    _, said = tell(state, batch(0), RUNNING, 1_003)
    assert texts(said) == ["training on cpu, fashion-mnist (small)"]


def test_an_edit_and_an_alarm_are_spoken_without_symbols() -> None:
    edit = Mark(step=3_000, wall=1_001.0, kind="edit", text="generator.lr 0.0002 → 0.0001")
    alarm = replace(ALARM, sentence="mode collapse: 31 % (alarm below 60 %) · since step 3 900")
    _, said = tell(told(), batch(4_000, marks=(edit,), alarms=(alarm,)), RUNNING, 1_060)
    spoken = [one.sentences() for one in said if one.kind in ("mark", "alarm")]
    assert spoken == [
        ("At step 3000: generator.lr 0.0002 to 0.0001.",),
        (
            "Collapsed since step 3900.",
            "31 percent, alarm below 60 percent.",
            "Advice: lower generator lr.",
        ),
    ]


def test_reports_come_as_often_as_was_asked() -> None:
    state, moments = replace(told(), every=10.0), []
    for second in range(100):
        state, said = tell(state, batch(second + 1, loss__generator=1.0), RUNNING, 1_000.0 + second)
        moments += [second for one in said if one.kind == "progress"]
    assert moments == list(range(0, 100, 10))


def test_progress_comes_at_a_humane_rate_and_thins_out() -> None:
    state = told()
    moments = []
    for second in range(600):
        facts = replace(FACTS, elapsed=float(second))
        state, said = tell(
            state, batch(second + 1, facts=facts, loss__generator=1.0), RUNNING, 1_000.0 + second
        )
        moments += [second for one in said if one.kind == "progress"]
    gaps = np.diff(moments)
    assert 10 < len(moments) < 80
    assert gaps.min() >= 5
    assert list(gaps) == sorted(gaps)


def test_no_progress_is_told_where_there_is_none() -> None:
    state, _ = tell(told(), batch(10, loss__generator=1.0), RUNNING, 1_000)
    _, said = tell(state, batch(10), RUNNING, 2_000)
    assert said == ()


def test_a_value_that_is_no_number_is_called_so() -> None:
    _, said = tell(told(), batch(7, loss__generator=math.nan, loss__discriminator=math.inf), RUNNING, 1_000)
    assert "loss/generator NaN" in said[-1].text
    assert "loss/discriminator infinite" in said[-1].text


def test_an_alarm_is_told_with_advice_once_and_its_end_too() -> None:
    state, said = tell(told(), batch(3_900, alarms=(ALARM,)), RUNNING, 1_050)
    assert texts(said)[-1] == (
        "COLLAPSED since step 3 900: samples reach 31 % of what real data reaches · try: lower generator lr"
    )
    state, said = tell(state, batch(3_950, alarms=(ALARM,)), RUNNING, 1_060)
    assert said == ()
    over = replace(ALARM, cleared_step=4_500)
    state, said = tell(state, batch(4_500, alarms=(over,)), RUNNING, 1_100)
    assert texts(said) == ["cleared at step 4 500: collapsed · no alarm stands now"]
    _, said = tell(state, batch(4_600, alarms=(over,)), RUNNING, 1_110)
    assert said == ()


def test_a_warning_that_becomes_critical_is_told_once_more_and_is_not_over() -> None:
    warning = replace(ALARM, severity="warning")
    state, _ = tell(told(), batch(3_900, alarms=(warning,)), RUNNING, 1_050)
    worse = replace(ALARM, id=ALARM.id + 1, raised_step=4_500, raised_wall=1_099.0)
    alarms = (replace(warning, cleared_step=4_500), worse)
    _, said = tell(state, batch(4_500, alarms=alarms), RUNNING, 1_100)
    assert [one.kind for one in said] == ["alarm"]
    assert texts(said)[0].startswith("COLLAPSED since step 4 500")


def test_an_alarm_that_came_and_went_between_two_looks_is_told_whole() -> None:
    state, _ = tell(told(), batch(1), RUNNING, 1_000)
    _, said = tell(state, batch(5_000, alarms=(replace(ALARM, cleared_step=4_500),)), RUNNING, 1_100)
    assert [one.kind for one in said] == ["alarm", "cleared"]


def test_a_new_alarm_that_takes_the_id_of_one_forgotten_by_going_back_is_told() -> None:
    state, _ = tell(told(), batch(4_000, alarms=(ALARM,)), RUNNING, 1_060)
    again = replace(ALARM, raised_step=3_800, raised_wall=1_090.0)
    _, said = tell(state, batch(3_800, fresh=True, alarms=(again,)), RUNNING, 1_100)
    assert "COLLAPSED since step 3 800" in texts(said)[-1]


def test_marks_are_told_in_order_and_not_again_after_going_back() -> None:
    pause = Mark(step=10, wall=1_001.0, kind="pause", text="paused")
    saved = Mark(step=10, wall=1_002.0, kind="checkpoint", text="step-10.pt")
    state, said = tell(told(), batch(10, marks=(pause, saved)), Liveness("paused", True), 1_003)
    assert texts(said)[-2:] == ["step 10 · paused", "step 10 · checkpoint step-10.pt"]
    back = Mark(step=10, wall=1_010.0, kind="resume", text="training again from step 10")
    _, said = tell(state, batch(10, fresh=True, marks=(pause, saved, back)), RUNNING, 1_011)
    assert texts(said) == ["step 10 · training again from step 10"]


def test_who_joins_late_hears_of_standing_alarms_but_not_of_history() -> None:
    old_mark = Mark(step=10, wall=1_001.0, kind="pause", text="paused")
    gone = replace(ALARM, id=2, cleared_step=3_950)
    _, said = tell(
        told(since=2_000.0), batch(5_000, fresh=True, marks=(old_mark,), alarms=(ALARM, gone)), RUNNING, 2_001
    )
    assert [one.kind for one in said] == ["run", "state", "alarm"]
    assert said[0].text.endswith("running at step 5 000")


def test_a_worker_that_pauses_itself_says_why() -> None:
    state, _ = tell(told(), batch(10), RUNNING, 1_000)
    why = "no space left for runs/x/run.db"
    _, said = tell(state, batch(10), Liveness("paused", True, why), 1_001)
    assert texts(said) == [f"paused at step 10: {why}"]


def test_silence_is_told_ever_more_rarely_until_the_worker_speaks_again() -> None:
    def quiet(seconds: float) -> Liveness:
        return Liveness("running", True, f"no step for {seconds:.0f} s: taking step 11", quiet=seconds)

    state, _ = tell(told(), batch(10), RUNNING, 1_000)
    state, said = tell(state, None, quiet(20), 1_020)
    assert texts(said) == ["no step for 20 s: taking step 11; its process is still there"]
    for seconds, count in ((21, 0), (39, 0), (41, 1), (60, 0), (83, 1)):
        state, said = tell(state, None, quiet(seconds), 1_000 + seconds)
        assert len(said) == count
    state, _ = tell(state, batch(11), RUNNING, 1_100)
    _, said = tell(state, None, quiet(20), 1_150)
    assert [one.kind for one in said] == ["silence"]


def test_of_a_long_start_it_is_told_what_takes_so_long() -> None:
    facts = replace(FACTS, detail="reading data")
    state, _ = tell(told(), batch(0, facts=facts), Liveness("starting", True, "reading data"), 1_000)
    _, said = tell(state, None, Liveness("starting", True, "reading data", quiet=30.0), 1_030)
    assert texts(said) == ["reading data for 30 s; its process is still there"]


def test_nothing_is_said_to_be_there_that_has_only_not_been_looked_for_yet() -> None:
    """The first time that a worker looks dead, what it said of itself still stands."""
    facts = replace(FACTS, heartbeat=1_000.0)
    state, _ = tell(told(), batch(10, facts=facts), RUNNING, 1_000)
    _, said = tell(state, None, RUNNING, 1_060)
    assert said == ()


@pytest.mark.parametrize(
    ("name", "verdict", "tone"),
    [
        ("finished", "healthy", "good"),
        ("finished", "collapsed", "warning"),
        ("stopped", "unknown", "plain"),
        ("crashed", "healthy", "critical"),
    ],
)
def test_the_end_is_told_with_the_last_values(name: str, verdict: str, tone: str) -> None:
    facts = replace(FACTS, verdict=verdict, elapsed=2_100.0)
    state, _ = tell(told(), batch(20_000, facts=facts, loss__generator=1.5), RUNNING, 1_000)
    said = tell_end(state, Liveness(name, False), 1_001)
    start = (
        f"{name} at step 20 000 of 20 000 (100 %) · 35 min of training · recent mean: loss/generator 1.5 nats"
    )
    assert said.text.startswith(start)
    assert said.tone == tone


def test_of_a_run_in_line_it_is_said_once_that_it_was_not_judged() -> None:
    facts = replace(FACTS, kind="gan", state="queued", verdict="unknown", step=0)
    state, _ = tell(told(), batch(0, facts=facts), Liveness("queued", True), 1_000)
    said = tell_end(state, Liveness("queued", True), 1_001)
    assert said.text == "queued at step 0 of 20 000 (0 %) · too early to judge: its turn has not come"
