"""What deserves a person's attention elsewhere: new alarms and ends, and how a terminal is told of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from latentop.tui.link.terminal import old_fashioned
from latentop.tui.model import derived, judgement
from latentop.tui.model.number_text import spaced
from latentop.tui.model.plain_text import clean
from latentop.tui.model.state import State
from latentop.tui.settings import Settings

LONGEST = 240
ENDS = ("finished", "failed", "crashed", "lost")
"""The ends that nobody at this screen asked for; so is one that the guard brought about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One sentence; ``good`` where nobody need hurry."""

    text: str
    good: bool = False


def news(old: State, new: State) -> tuple[News, ...]:
    """What happened between two states; what stood when the run was first seen is no news."""
    if not old.facts.created:
        return ()
    known = {alarm.identity for alarm in old.alarms}
    raised = [
        News(text=f"{new.facts.preset}: {alarm.sentence}")
        for alarm in derived.standing(new)
        if alarm.identity not in known
    ]
    name = new.liveness.name
    unasked = name in ENDS or bool(new.facts.guard_ended)
    if not unasked or name == old.liveness.name or not old.liveness.alive or new.liveness.alive:
        return tuple(raised)
    words = f"{new.facts.preset}: {name} at step {spaced(derived.step(new))}"
    why = new.facts.error if name == "failed" else new.facts.guard_ended or new.liveness.detail
    why = why or judgement.why_not(new.facts, alive=False)
    return (*raised, News(text=f"{words}: {why}" if why else words, good=name == "finished"))


def signal(told: News, settings: Settings, environment: Mapping[str, str]) -> str:
    """What to send to the terminal: nothing, or control sequences that hold the text and can't be broken."""
    bell = "\a" if settings.bell else ""
    how = _known(environment) if settings.notices == "automatic" else settings.notices
    if how == "off":
        return bell
    text = clean(told.text)[:LONGEST]
    sequence = f"\x1b]9;{text}\a" if how == "osc9" else f"\x1b]777;notify;latentop;{text}\a"
    if environment.get("TMUX"):  # which passes on what is wrapped so, where it is allowed to
        sequence = "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence + bell


def _known(environment: Mapping[str, str]) -> str:
    """Which notice the terminal seems to know; those that know none swallow OSC 9."""
    name = environment.get("TERM", "")
    if old_fashioned(name):
        return "off"
    return "osc777" if name.startswith("rxvt") or environment.get("VTE_VERSION") else "osc9"
