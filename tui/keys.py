"""The one table of keys: it drives bindings, the line at the bottom, the help and the command palette."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

Place = Literal["run", "presets", "runs", "compare", "form"]
PLACES: tuple[Place, ...] = ("run", "presets", "runs", "compare")
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
PRESETS: frozenset[Place] = frozenset({"presets"})
FORM: frozenset[Place] = frozenset({"form"})
LIST: frozenset[Place] = frozenset({"runs"})
COMPARE: frozenset[Place] = frozenset({"compare"})

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
        does="Train the preset at once; coming from a run in training, in its place",
        places=PRESETS,
        importance=90,
        built_in=True,
    ),
    Key(
        key="b",
        shown="b",
        action="both",
        label="both",
        does="Train the preset beside the run that one comes from",
        places=PRESETS,
        importance=86,
    ),
    Key(
        key="e",
        shown="e",
        action="edit",
        label="edit",
        does="Change settings of the preset before training, or save them as your own",
        places=PRESETS,
        importance=84,
    ),
    Key(
        key="slash",
        shown="/",
        action="find",
        label="find",
        does="Find presets by words of their name, title or description",
        places=PRESETS,
        importance=70,
    ),
    Key(
        key="x",
        shown="x",
        action="delete",
        label="delete",
        does="Delete a preset of your own; asks first",
        places=PRESETS,
        importance=60,
    ),
    Key(
        key="pagedown",
        shown="page up, page down",
        action="turn(1)",
        label="",
        does="Read the details on",
        places=PRESETS,
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
        key="space",
        shown="space",
        action="mark",
        label="mark",
        does="Mark the run, or take its mark away",
        places=LIST,
        importance=60,
    ),
    Key(
        key="c",
        shown="c",
        action="compare",
        label="compare",
        does="Compare the marked runs: charts over each other, settings side by side",
        places=LIST,
        importance=70,
    ),
    Key(
        key="slash",
        shown="/",
        action="search",
        label="search",
        does="Show only runs whose name, preset, state, verdict or note holds some words",
        places=LIST,
        importance=75,
    ),
    Key(
        key="o",
        shown="o",
        action="sort",
        label="order",
        does="Sort by the next column; a click on a heading sorts by that one",
        places=LIST,
        importance=50,
    ),
    Key(
        key="O",
        shown="O",
        action="turn",
        label="",
        does="Sort the other way round",
        places=LIST,
    ),
    Key(
        key="r",
        shown="r",
        action="rename",
        label="rename",
        does="Give the run a name of your own",
        places=LIST,
        importance=40,
    ),
    Key(
        key="n",
        shown="n",
        action="note",
        label="note",
        does="Write a note about the run",
        places=LIST,
        importance=45,
    ),
    Key(
        key="x,delete",
        shown="x",
        action="delete",
        label="delete",
        does="Delete the marked runs, or the one under the cursor; asks first",
        places=LIST,
        importance=35,
    ),
    Key(
        key="right",
        shown="←→",
        action="turn_over(1)",
        label="series",
        does="Show other series; in the table alone, other runs",
        places=COMPARE,
        importance=80,
    ),
    Key(
        key="left",
        shown="←",
        action="turn_over(-1)",
        label="",
        does="The series or runs before",
        places=COMPARE,
    ),
    Key(
        key="t",
        shown="t",
        action="table",
        label="table",
        does="Show the charts, the table of values and settings, or both",
        places=COMPARE,
        importance=75,
    ),
    Key(
        key="b",
        shown="b",
        action="bands",
        label="bands",
        does="Draw seeds of the same settings as one band, or each by itself",
        places=COMPARE,
        importance=60,
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
        places=frozenset({"run", "presets", "compare"}),
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
        action="printed",
        label="log",
        does="Read the traceback, or what the worker printed",
        places=RUN,
        importance=20,
    ),
    Key(
        key="left",
        shown="← →",
        action="scrub(-1)",
        label="look back",
        does="Move the cursor to earlier steps: everything shows the run as it was then",
        places=RUN,
        importance=65,
    ),
    Key(
        key="right",
        shown="→",
        action="scrub(1)",
        label="",
        does="Move the cursor to later steps",
        places=RUN,
    ),
    Key(
        key="shift+left",
        shown="shift+←",
        action="scrub(-10)",
        label="",
        does="Move the cursor far back",
        places=RUN,
    ),
    Key(
        key="shift+right",
        shown="shift+→",
        action="scrub(10)",
        label="",
        does="Move the cursor far on",
        places=RUN,
    ),
    Key(key="home", shown="home", action="first", label="", does="Go to the first step", places=RUN),
    Key(
        key="end",
        shown="end",
        action="live",
        label="live",
        does="Return to the newest step",
        places=RUN,
        importance=92,
    ),
    Key(
        key="left_square_bracket",
        shown="[",
        action="happening(-1)",
        label="",
        does="Go back to what happened before: an alarm, an edit, a checkpoint",
        places=RUN,
    ),
    Key(
        key="right_square_bracket",
        shown="]",
        action="happening(1)",
        label="",
        does="Go on to what happened next",
        places=RUN,
    ),
    Key(
        key="plus,equals_sign",
        shown="+",
        action="zoom(0.5)",
        label="",
        does="Show half as many steps, around the cursor or up to the newest",
        places=RUN,
    ),
    Key(
        key="minus",
        shown="-",
        action="zoom(2.0)",
        label="",
        does="Show twice as many steps",
        places=RUN,
    ),
    Key(key="0", shown="0", action="whole", label="", does="Show the whole run", places=RUN),
    Key(
        key="g",
        shown="g",
        action="chart",
        label="chart",
        does="Show another chart: losses, scores, gradients, diversity, updates, speed",
        places=RUN,
        importance=43,
    ),
    Key(
        key="slash",
        shown="/",
        action="series",
        label="series",
        does="Choose the series that a chart shows",
        places=RUN,
        importance=25,
    ),
    Key(
        key="y",
        shown="y",
        action="log",
        label="log",
        does="Draw values on a logarithmic axis, and back",
        places=RUN,
        importance=22,
    ),
    Key(
        key="n",
        shown="n",
        action="numbers",
        label="numbers",
        does="Read every series at the cursor",
        places=RUN,
        importance=18,
    ),
    Key(
        key="enter",
        shown="enter",
        action="enlarge",
        label="",
        does="Explain the focused meter or the alarms; show another part on the whole screen, and back",
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
        action="back",
        label="",
        does="Step out: of the enlarged part, of the past, of the zoomed charts, of the run",
        places=RUN,
    ),
    Key(
        key="escape",
        shown="esc",
        action="app.return",
        label="back",
        does="Go back",
        importance=65,
        places=frozenset({"runs", "compare"}),
    ),
    Key(
        key="escape",
        shown="esc",
        action="back",
        label="back",
        does="Show all presets again, or go back",
        importance=30,
        places=PRESETS,
    ),
    Key(
        key="enter",
        shown="enter",
        action="move(1)",
        label="accept",
        does="Go on to the next setting, or list what it can be",
        places=FORM,
        importance=60,
        built_in=True,
    ),
    Key(
        key="ctrl+t",
        shown="ctrl+t",
        action="train",
        label="train",
        does="Train it as it is now",
        places=FORM,
        importance=90,
    ),
    Key(
        key="ctrl+s",
        shown="ctrl+s",
        action="save",
        label="save",
        does="Save it as a preset of your own",
        places=FORM,
        importance=89,
    ),
    Key(
        key="ctrl+r",
        shown="ctrl+r",
        action="reset",
        label="reset",
        does="Take the change of this setting back",
        places=FORM,
        importance=70,
    ),
    Key(
        key="ctrl+o",
        shown="ctrl+o",
        action="differing",
        label="differing",
        does="Show only what differs from the defaults, or everything",
        places=FORM,
        importance=50,
    ),
    Key(
        key="ctrl+f",
        shown="/",
        action="find",
        label="find",
        does="Find settings by words of their name or meaning; ctrl+f where a text is typed",
        places=FORM,
        importance=65,
    ),
    Key(
        key="escape",
        shown="esc",
        action="back",
        label="back",
        does="Go back to the presets; asks where changes would be lost",
        places=FORM,
        importance=80,
    ),
    Key(
        key="f1",
        shown="f1",
        action="app.help",
        label="help",
        does="Explain the keys",
        places=FORM,
        importance=85,
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
