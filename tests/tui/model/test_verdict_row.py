"""The row of the verdict: what is the case comes first, and what helps stays longest."""

from dataclasses import replace

import pytest

from latentop.engine.run.events import Mark
from latentop.engine.run.facts import KnownSnapshot
from latentop.engine.run.process.liveness import Liveness
from latentop.tui.model.fitted_row import VerdictRow, hints_width
from latentop.tui.model.notice_text import Aside
from latentop.tui.model.state import State
from latentop.tui.model.verdict_row import verdict_row
from latentop.tui.model.viewport import Viewport
from tests.support.panels import alarm, present, state

SETTINGS = {"generator.lr": 2e-4, "discriminator.lr": 2e-4}
GOOD = (KnownSnapshot(90, 0.0, "healthy"), KnownSnapshot(150, 0.0, "healthy"))
SERIES = {"diversity/coverage": [0.9, 0.3], "diversity/modes": [4.0, 2.0]}


def collapsed(**facts: object) -> State:
    gone = present([1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [1.0, 0.0])
    known = {"settings": SETTINGS, "snapshots": GOOD, "modes": 4}
    one = alarm("collapsed", step=120, since=100)
    return state({**SERIES, **gone}, one, verdict="collapsed", **(known | facts))


def row(run: State, viewport: Viewport | None = None, aside: Aside | None = None) -> VerdictRow:
    return verdict_row(run, run, viewport or Viewport(), aside or Aside(called="mygan"))


def told(run: State, width: int = 140) -> str:
    head, more, hints = row(run).within(width)
    return " | ".join((head + more, *(f"{hint.key} {hint.does}" for hint in hints)))


def test_a_collapse_says_since_when_what_is_lost_and_the_keys_that_help() -> None:
    assert told(collapsed()) == (
        "✖ COLLAPSED since step 100 · 2 of 4 modes left · lost Sandal, Bag | r back to 90 | e slow G | a why"
    )


def test_the_keys_that_help_stay_where_there_is_little_room() -> None:
    for width in range(56, 140):
        head, more, hints = row(collapsed()).within(width)
        assert head.startswith("✖ COLLAPSED")
        assert [hint.key for hint in hints] == ["r", "e", "a"]
        assert len(head + more) + hints_width(hints) <= width


def test_what_a_run_cannot_do_is_no_advice() -> None:
    unable = {"rollback": "it was given no networks", "set": "it has no settings"}
    assert told(collapsed(command=("python", "train.py"), unable=unable)).endswith("Bag | a why")
    assert " r back" not in told(collapsed(snapshots=()))


def test_where_every_state_is_of_after_it_began_the_oldest_is_offered_and_said_to_be() -> None:
    states = (KnownSnapshot(100, 0.0, "healthy"), KnownSnapshot(110, 0.0, "healthy"))
    assert "| r back to 100, the oldest |" in told(collapsed(snapshots=states))


def test_what_helps_against_the_newest_alarm_is_from_before_all_that_stand() -> None:
    fading = alarm("lost-modes", step=110, since=80)
    run = collapsed(snapshots=(KnownSnapshot(70, 0.0, "healthy"), *GOOD))
    assert "| r back to 70 |" in told(replace(run, alarms=(fading, *run.alarms)))


def test_who_memorises_is_offered_augmentation_unless_it_is_on() -> None:
    copies = {"diversity/coverage": [0.9], "diversity/copied": [0.4]}

    def memorising(augment: str) -> str:
        settings = {**SETTINGS, "objective.augment": augment}
        return told(state(copies, alarm("memorising"), verdict="memorising", settings=settings))

    assert memorising("none").endswith("| e augment | a why")
    assert memorising("diff").endswith("training images | a why")


def test_what_has_ended_says_so_beside_what_is_wrong_with_it() -> None:
    run = replace(collapsed(), liveness=Liveness("stopped", False))
    head, more, hints = row(run, aside=Aside(called="mygan", checkpoint=90)).within(140)
    assert head == "✖ COLLAPSED since step 100"
    assert more.startswith(" · 2 of 4 modes left · stopped at step 20")
    assert hints[0].does == "train on from 90"


def test_beside_a_collapse_it_is_said_that_no_step_is_taken_and_not_that_it_trains() -> None:
    hangs = Liveness("running", True, "no step for 27 s: taking step 301", quiet=27.0)
    run = replace(collapsed(), liveness=hangs)
    assert " · 2 of 4 modes left · no step for 27 s" in told(run)
    assert "training" not in told(run)


FEW = {
    "verdict": "unknown",
    "metered": False,
    "unmeasured": "diversity can't be measured: it takes 200 images, and there are 125",
}


@pytest.mark.parametrize("name", ["running", "stopped", "finished", "paused"])
def test_why_a_run_is_unknown_is_said_at_every_width(name: str) -> None:
    liveness = Liveness(name, alive=name in ("running", "paused"))
    run = replace(state({"loss/generator": [1.0] * 60}, **FEW), liveness=liveness)
    for width in range(58, 200):
        head, more, hints = row(run, aside=Aside(called="mygan", checkpoint=600)).within(width)
        assert "it takes 200 images" in head + more
        assert "there are 125" in head + more or width < 76
        assert len(head + more) + hints_width(hints) <= width


def test_why_a_run_diverged_is_abridged_before_it_is_left_out() -> None:
    said = "training diverged: loss/discriminator is not a number, and so are 11 more series"
    critical = replace(alarm("diverged", step=5600), sentence=said)
    run = state(
        {"loss/generator": [1.0] * 600}, critical, verdict="diverged", settings=SETTINGS, snapshots=GOOD
    )
    assert " · loss/discriminator is not a number, … | r back to" in told(run, 118)
    assert " · loss/discriminator is not a … | r back to" in told(run, 90)
    assert "and so are 11 more series | r back to" in told(run)


def test_a_healthy_run_says_since_when_and_a_doubt_comes_first() -> None:
    run = state({"diversity/coverage": [0.9] * 40, "diversity/modes": [4.0]}, modes=4)
    run = replace(run, marks=(Mark(step=70, wall=0.0, kind="verdict", text="healthy"),))
    assert told(run).startswith("✔ healthy since step 70 · samples reach 90 %")
    falls = [0.95 - 0.004 * place for place in range(80)]
    assert "▲ samples reach" in told(replace(run, series=state({"diversity/coverage": falls}).series))


def test_who_looks_back_sees_which_step_it_is_and_is_told_what_is_new() -> None:
    run = collapsed()
    then = replace(run, facts=replace(run.facts, verdict="healthy"))
    seen = frozenset(one.identity for one in run.alarms)
    past = verdict_row(run, then, Viewport(cursor=10), Aside(), seen)
    assert past.heads[0].startswith("◀◀ step 10 of 20")
    assert "then healthy" in past.parts
    assert "NOW: COLLAPSED" in verdict_row(run, then, Viewport(cursor=10), Aside()).parts


def test_charts_that_do_not_follow_say_so() -> None:
    run = state({"loss/generator": [1.0] * 400})
    away = row(run, Viewport(span=100, first=200))
    assert away.heads[0] == "charts do not follow: steps 200 to 300 of 4 000"
    assert away.hints[0].key == "end"
    assert row(run, Viewport(span=100)).heads[0].startswith("✔ healthy")
