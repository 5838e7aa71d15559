"""What deserves a person's attention elsewhere: new alarms and ends, and how a terminal is told of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.run.reader import Alarm
from tui import selectors
from tui.draw.image_style import ASCII_TERMINALS
from tui.settings import Settings
from tui.state import State
from tui.wording import clean, spaced

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
    known = {_key(alarm) for alarm in old.alarms}
    raised = [
        News(text=f"{new.facts.preset}: {alarm.sentence}")
        for alarm in selectors.standing(new)
        if _key(alarm) not in known
    ]
    name = new.liveness.name
    unasked = name in ENDS or bool(new.facts.guard_ended)
    if not unasked or name == old.liveness.name or not old.liveness.alive or new.liveness.alive:
        return tuple(raised)
    words = f"{new.facts.preset}: {name} at step {spaced(selectors.step(new))}"
    why = new.facts.error if name == "failed" else new.facts.guard_ended or new.liveness.detail
    return (*raised, News(text=f"{words}: {why}" if why else words, good=name == "finished"))


def signal(told: News, settings: Settings, environment: Mapping[str, str], *, ascii: bool) -> str:
    """What to send to the terminal: nothing, or control sequences that hold the text and can't be broken."""
    bell = "\a" if settings.bell else ""
    how = _known(environment) if settings.notices == "automatic" else settings.notices
    if how == "off":
        return bell
    text = clean(told.text, ascii=ascii)[:LONGEST]
    sequence = f"\x1b]9;{text}\a" if how == "osc9" else f"\x1b]777;notify;latentop;{text}\a"
    if environment.get("TMUX"):  # which passes on what is wrapped so, where it is allowed to
        sequence = "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence + bell


def _known(environment: Mapping[str, str]) -> str:
    """Which notice the terminal seems to know; those that know none swallow OSC 9."""
    name = environment.get("TERM", "")
    if name.startswith(ASCII_TERMINALS):
        return "off"
    return "osc777" if name.startswith("rxvt") or environment.get("VTE_VERSION") else "osc9"


def _key(alarm: Alarm) -> tuple[int, float]:
    return alarm.id, alarm.raised_wall  # an id is used again once training went back before its alarm
