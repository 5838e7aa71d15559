from dataclasses import replace

import numpy as np

from latentop.engine.run.events import Frame, Mark
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.store.bins import from_values
from latentop.engine.run.store.reader import Alarm
from latentop.tui.model import derived, moment
from latentop.tui.model.state import State
from latentop.tui.widgets.chart_lines import marks

STEPS = np.arange(1, 101)
SAMPLES = Frame(step=38, wall=0.0, kind="samples", images=np.zeros((1, 1, 2, 2), np.uint8))


def alarm(number: int, name: str, raised: int, cleared: int | None, severity: str = "critical") -> Alarm:
    return Alarm(
        id=number,
        name=name,
        severity=severity,
        raised_step=raised,
        raised_wall=0.0,
        cleared_step=cleared,
        sentence=f"{name}!",
        advice="",
        evidence={},
    )


def mark(step: int, kind: str, text: str = "") -> Mark:
    return Mark(step=step, wall=0.0, kind=kind, text=text)


RUN = State(
    facts=RunFacts(step=100, verdict="collapsed", steps=1000),
    series={
        "loss/generator": from_values(STEPS, STEPS / 10, STEPS / 100),
        "diversity/coverage": from_values(STEPS[49::25], STEPS[49::25] / 10, STEPS[49::25] / 100),
    },
    marks=(mark(30, "verdict", "healthy"), mark(60, "edit", "edit lr"), mark(80, "verdict", "collapsed")),
    alarms=(alarm(1, "stalled", 35, 45, "warning"), alarm(2, "collapsed", 80, None)),
)


def test_values_are_those_up_to_the_step() -> None:
    then = moment.at(RUN, 40, {"samples": SAMPLES})
    assert derived.last(then, "loss/generator") == 0.4
    assert derived.step(then) == 40
    assert "diversity/coverage" not in then.series
    assert then.frames["samples"].step == 38


def test_alarms_stand_as_they_stood() -> None:
    assert derived.standing(moment.at(RUN, 34, {})) == ()
    (stalled,) = derived.standing(moment.at(RUN, 40, {}))
    assert (stalled.name, stalled.cleared_step) == ("stalled", None)
    assert derived.standing(moment.at(RUN, 45, {})) == ()
    assert [one.name for one in derived.standing(moment.at(RUN, 99, {}))] == ["collapsed"]


def test_the_verdict_is_that_of_then() -> None:
    assert [moment.at(RUN, step, {}).facts.verdict for step in (29, 30, 79, 80)] == [
        "unknown",
        "healthy",
        "healthy",
        "collapsed",
    ]


def test_without_recorded_verdicts_the_alarms_tell() -> None:
    old = replace(RUN, marks=())
    assert [moment.at(old, step, {}).facts.verdict for step in (20, 40, 60, 90)] == [
        "unknown",
        "warning",
        "unknown",
        "collapsed",
    ]


def test_one_can_go_from_one_thing_that_happened_to_the_next() -> None:
    steps, at = [], 0
    while (found := moment.neighbour(RUN, at, forward=True)) is not None:
        steps.append(at := found.step)
    assert steps == [30, 35, 45, 60, 80]
    assert moment.neighbour(RUN, 60, forward=False) == moment.Happening(
        step=45, text="stalled cleared", kind="cleared"
    )
    assert moment.neighbour(RUN, 30, forward=False) is None


def test_a_warning_that_becomes_critical_is_not_told_as_over() -> None:
    grows = (alarm(3, "discriminator-wins", 30, 50, "warning"), alarm(4, "discriminator-wins", 50, 70))
    told = [(one.step, one.kind) for one in moment.happenings(replace(RUN, alarms=grows, marks=()))]
    assert told == [(30, "warning"), (50, "critical"), (70, "cleared")]


def test_an_alarm_is_gone_to_at_the_step_since_which_it_is_the_case_as_every_panel_says() -> None:
    late = replace(alarm(2, "collapsed", 80, None), evidence={"since": 60.0})
    run = replace(RUN, alarms=(late,))
    (told,) = [one for one in moment.happenings(run) if one.kind == "critical"]
    assert (told.step, told.text) == (60, "COLLAPSED began")
    assert [one.step for one in marks(run) if one.label == "collapsed"] == [60]
    assert derived.standing(moment.at(run, 79, {})) == ()
    assert replace(late, evidence={"since": float("nan")}).began == 80
