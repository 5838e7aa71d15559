"""What is worth a notice, and that no text of a run can say anything else to the terminal."""

from dataclasses import replace

import pytest

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.reader import Alarm
from latentop.tui.link.output_filter import nearest
from latentop.tui.model.notices import News, news, signal
from latentop.tui.model.state import State
from latentop.tui.settings import Settings
from tests.support.recorded_runs import EVIL

RUNNING = State(facts=RunFacts(preset="dcgan", created=1.0, step=400), liveness=Liveness("running", True))
COLLAPSED = Alarm(
    id=1,
    name="collapsed",
    severity="critical",
    raised_step=390,
    raised_wall=5.0,
    cleared_step=None,
    sentence="mode collapse: samples reach 31 %",
    advice="lower the lr",
    evidence={},
)
TOLD = News(text="dcgan: mode collapse")
OSC_777 = "\x1b]777;notify;latentop;dcgan: mode collapse\a"


def test_a_new_alarm_is_news_once() -> None:
    alarmed = replace(RUNNING, alarms=(COLLAPSED,))
    assert [one.text for one in news(RUNNING, alarmed)] == ["dcgan: mode collapse: samples reach 31 %"]
    assert news(alarmed, alarmed) == ()
    cleared = replace(alarmed, alarms=(replace(COLLAPSED, cleared_step=500),))
    assert news(alarmed, cleared) == ()
    assert news(cleared, alarmed) == (), "going back may make it stand again: it has been told"


def test_an_alarm_after_going_back_is_news_though_its_id_is_used_again() -> None:
    again = replace(RUNNING, alarms=(replace(COLLAPSED, raised_wall=9.0),))
    assert len(news(replace(RUNNING, alarms=(COLLAPSED,)), again)) == 1


def test_what_stood_before_the_run_was_opened_is_no_news() -> None:
    assert news(State(), replace(RUNNING, alarms=(COLLAPSED,))) == ()
    assert news(State(), replace(RUNNING, liveness=Liveness("finished", False))) == ()


@pytest.mark.parametrize(
    ("name", "error", "said", "good"),
    [
        (
            "finished",
            None,
            "dcgan: finished at step 400: not judged: too little was read before it ended",
            True,
        ),
        ("failed", "no memory", "dcgan: failed at step 400: no memory", False),
        ("crashed", None, "dcgan: crashed at step 400: gone", False),
    ],
)
def test_ends_that_nobody_asked_for_are_news(name: str, error: str | None, said: str, good: bool) -> None:
    detail = "gone" if name == "crashed" else ""
    facts = replace(RUNNING.facts, error=error)
    ended = replace(RUNNING, facts=facts, liveness=Liveness(name, False, detail))
    assert news(RUNNING, ended) == (News(text=said, good=good),)
    assert news(ended, ended) == ()


def test_a_stop_and_a_pause_are_no_news() -> None:
    assert news(RUNNING, replace(RUNNING, liveness=Liveness("stopped", False))) == ()
    assert news(RUNNING, replace(RUNNING, liveness=Liveness("paused", True))) == ()


@pytest.mark.parametrize(
    ("settings", "environment", "sent"),
    [
        (Settings(), {"TERM": "xterm-kitty"}, "\x1b]9;dcgan: mode collapse\a"),
        (Settings(), {"TERM": "rxvt-unicode"}, OSC_777),
        (
            Settings(),
            {"TERM": "xterm", "VTE_VERSION": "7600"},
            "\x1b]777;notify;latentop;dcgan: mode collapse\a",
        ),
        (Settings(notices="osc777"), {"TERM": "xterm"}, OSC_777),
        (Settings(), {"TERM": "linux"}, ""),
        (Settings(), {"TERM": "vt220"}, ""),
        (Settings(), {"TERM": "vte-256color", "VTE_VERSION": "7600"}, OSC_777),
        (Settings(notices="off"), {"TERM": "xterm"}, ""),
        (Settings(notices="off", bell=True), {"TERM": "xterm"}, "\a"),
        (Settings(bell=True), {"TERM": "xterm"}, "\x1b]9;dcgan: mode collapse\a\a"),
        (
            Settings(),
            {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"},
            "\x1bPtmux;\x1b\x1b]9;dcgan: mode collapse\a\x1b\\",
        ),
    ],
)
def test_the_terminal_is_told_as_it_knows_it(
    settings: Settings, environment: dict[str, str], sent: str
) -> None:
    assert signal(TOLD, settings, environment) == sent


def test_no_text_breaks_out_of_a_notice() -> None:
    sent = signal(News(text=f"évil{EVIL}\x9c\x1b\\ " + "x" * 999), Settings(), {"TERM": "xterm"})
    inside = sent.removeprefix("\x1b]9;").removesuffix("\a")
    assert inside.isprintable()
    assert nearest(sent).isascii()
    assert nearest(sent).startswith("\x1b]9;evil")
    assert len(inside) <= 240


def test_that_the_guard_ended_a_run_is_news() -> None:
    facts = replace(RUNNING.facts, guard_ended="3 tries did not help")
    stopping = replace(RUNNING, facts=facts, liveness=Liveness("stopping", True))
    stopped = replace(stopping, liveness=Liveness("stopped", False))
    assert news(RUNNING, stopping) == ()
    assert news(stopping, stopped) == (News(text="dcgan: stopped at step 400: 3 tries did not help"),)
