"""The one table of keys: it drives bindings, the line at the bottom, the help and the command palette."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

Place = Literal["run", "presets", "runs"]
PLACES: tuple[Place, ...] = ("run", "presets", "runs")
EVERYWHERE = frozenset(PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key, what it does, and where. The more important, the longer it stays in a narrow bottom line."""

    key: str
    """As Textual names it; several are parted by commas."""
    shown: str
    """As a person reads it."""
    action: str
    label: str
    """In the bottom line; empty where it has no place there."""
    does: str
    """In the help and the palette, where it stands alone."""
    places: frozenset[Place] = EVERYWHERE
    importance: int = 50
    built_in: bool = False
    """Textual's own binding: listed in the help, not bound again."""


RUN: frozenset[Place] = frozenset({"run"})
LISTS: frozenset[Place] = frozenset({"presets", "runs"})

KEYS = (
    Key(
        key="space",
        shown="space",
        action="pause",
        label="pause",
        does="Pause training, let it go on, or train on a run that ended early",
        places=RUN,
        importance=90,
    ),
    Key(
        key="enter",
        shown="enter",
        action="choose",
        label="train",
        does="Train the preset at once",
        places=frozenset({"presets"}),
        importance=90,
        built_in=True,
    ),
    Key(
        key="enter",
        shown="enter",
        action="choose",
        label="open",
        does="Open the run",
        places=frozenset({"runs"}),
        importance=90,
        built_in=True,
    ),
    Key(
        key="p",
        shown="p",
        action="app.presets",
        label="presets",
        does="Choose another preset and train it",
        places=frozenset({"run", "runs"}),
        importance=80,
    ),
    Key(
        key="l",
        shown="l",
        action="app.runs",
        label="runs",
        does="List all runs",
        places=frozenset({"run", "presets"}),
        importance=75,
    ),
    Key(
        key="e",
        shown="e",
        action="edit",
        label="edit",
        does="Change a learning rate while training",
        places=RUN,
        importance=70,
    ),
    Key(
        key="c",
        shown="c",
        action="checkpoint",
        label="checkpoint",
        does="Write a checkpoint now",
        places=RUN,
        importance=45,
    ),
    Key(
        key="s",
        shown="s",
        action="stop",
        label="stop",
        does="End training: write a checkpoint and stop",
        places=RUN,
        importance=60,
    ),
    Key(
        key="i",
        shown="i",
        action="images",
        label="images",
        does="Draw images in another way",
        places=RUN,
        importance=40,
    ),
    Key(
        key="v",
        shown="v",
        action="view",
        label="view",
        does="Show other pictures: samples, codings, the ways between them; or real data",
        places=RUN,
        importance=42,
    ),
    Key(
        key="a",
        shown="a",
        action="alarms",
        label="alarms",
        does="Read all alarms, those that cleared too",
        places=RUN,
        importance=35,
    ),
    Key(
        key="t",
        shown="t",
        action="log",
        label="log",
        does="Read the traceback, or what the worker printed",
        places=RUN,
        importance=20,
    ),
    Key(
        key="enter",
        shown="enter",
        action="enlarge",
        label="",
        does="Show the focused part on the whole screen, and back",
        places=RUN,
    ),
    Key(
        key="tab",
        shown="tab",
        action="app.focus_next",
        label="focus",
        does="Go to the next part of the screen",
        places=RUN,
        importance=15,
        built_in=True,
    ),
    Key(
        key="d",
        shown="d",
        action="app.detach",
        label="detach",
        does="Close this screen; training goes on",
        places=RUN,
        importance=55,
    ),
    Key(
        key="escape",
        shown="esc",
        action="app.return",
        label="back",
        does="Go back",
        importance=30,
        places=LISTS,
    ),
    Key(
        key="question_mark,f1",
        shown="?",
        action="app.help",
        label="help",
        does="Explain the keys and the screen",
        importance=85,
    ),
    Key(
        key="ctrl+p",
        shown="ctrl+p",
        action="app.command_palette",
        label="",
        does="Find any of these by its name, presets and themes too",
        built_in=True,
    ),
    Key(
        key="q,ctrl+q,ctrl+c",
        shown="q",
        action="app.leave",
        label="quit",
        does="Quit; asks what shall become of the training",
        importance=88,
    ),
)


def of(place: Place) -> tuple[Key, ...]:
    """The keys that do something in a place, in the order of the table."""
    return tuple(key for key in KEYS if place in key.places)


def bindings(place: Place) -> list[Binding]:
    """Textual's bindings for the screen of a place."""
    return [
        Binding(key.key, key.action, key.label or key.does, show=bool(key.label))
        for key in of(place)
        if not key.built_in
    ]


def in_footer(keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys that have a place in the bottom line."""
    return tuple(key for key in keys if key.label)
