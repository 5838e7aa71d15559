"""What stands on the axis of every chart: edits, good states, alarms, each with a sign of its own."""

from dataclasses import replace

from latentop.engine.run.events import Mark
from latentop.engine.run.facts import KnownSnapshot
from latentop.tui.widgets.chart_lines import marks
from latentop.tui.widgets.happened import _told
from tests.support.panels import alarm, state

GOOD = (
    KnownSnapshot(70, 0.0, "healthy"),
    KnownSnapshot(80, 0.0, "healthy"),
    KnownSnapshot(120, 0.0, "collapsed"),
)


def test_each_kind_has_its_sign_and_a_bad_state_none() -> None:
    alarms = alarm("collapsed", step=110), alarm("lost-modes", step=90)
    run = state({"loss/generator": [1.0] * 20}, *alarms, snapshots=GOOD)
    run = replace(run, marks=(Mark(step=40, wall=0.0, kind="edit", text="generator.lr"),))
    assert {one.step: one.sign for one in marks(run)} == {40: "✎", 70: "◆", 80: "◆", 90: "▲", 110: "✖"}


def test_of_good_states_in_a_row_the_newest_is_told() -> None:
    run = state({"loss/generator": [1.0] * 20}, snapshots=GOOD)
    run = replace(run, marks=(Mark(step=40, wall=0.0, kind="edit", text="generator.lr"),))
    assert [(one.step, one.kind) for one in _told(run)] == [(80, "good"), (40, "edit")]
