"""The one table of keys: it drives bindings, the line at the bottom, the help and the command palette."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

Place = Literal["run", "presets", "runs", "compare", "form", "edit"]
PLACES: Mapping[Place, str] = {
    "run": "on a run",
    "runs": "in the list of runs",
    "compare": "comparing runs",
    "presets": "among the presets",
    "form": "in the form of a preset",
    "edit": "changing a run in training",
}
"""Every place, and how it is called in the help."""
EVERYWHERE: frozenset[Place] = frozenset({"run", "presets", "runs", "compare"})
"""Where no text is typed, so that letters are keys."""


@dataclass(frozen=True, slots=True)
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
EDIT: frozenset[Place] = frozenset({"edit"})
FORMS = FORM | EDIT
LIST: frozenset[Place] = frozenset({"runs"})
COMPARE: frozenset[Place] = frozenset({"compare"})

# fmt: off
KEYS = (
    Key("space", "space", "pause", "pause", "Pause training, let it go on, or train on a run that ended early", RUN, 90),
    Key("enter", "enter", "choose", "train", "Train the preset at once; coming from a run in training, in its place", PRESETS, 90, built_in=True),
    Key("b", "b", "both", "both", "Train the preset beside the run that one comes from", PRESETS, 86),
    Key("e", "e", "edit", "edit", "Change settings of the preset before training, or save them as your own", PRESETS, 84),
    Key("slash", "/", "find", "find", "Find presets by words of their name, title or description", PRESETS, 70),
    Key("x", "x", "delete", "delete", "Delete a preset of your own; asks first", PRESETS, 60),
    Key("pagedown", "pgup/dn", "turn(1)", "", "Read the details on", PRESETS, built_in=True),
    Key("enter", "enter", "choose", "open", "Open the run", frozenset({"runs"}), 90, built_in=True),
    Key("space", "space", "mark", "mark", "Mark the run, or take its mark away", LIST, 60),
    Key("c", "c", "compare", "compare", "Compare the marked runs: charts over each other, settings side by side", LIST, 70),
    Key("slash", "/", "find", "find", "Show only runs whose name, preset, state, verdict, note or origin holds some words", LIST, 75),
    Key("o", "o", "sort", "order", "Sort by the next column; a click on a heading sorts by that one", LIST, 50),
    Key("O", "O", "turn", "", "Sort the other way round", LIST),
    Key("r", "r", "rename", "rename", "Give the run a name of your own", LIST, 40),
    Key("n", "n", "note", "note", "Write a note about the run", LIST, 45),
    Key("x,delete", "x", "delete", "delete", "Delete the marked runs, or the one under the cursor; asks first", LIST, 35),
    Key("right", "←→", "turn_over(1)", "series", "Show other series; in the table alone, other runs", COMPARE, 80),
    Key("left", "←", "turn_over(-1)", "", "The series or runs before", COMPARE),
    Key("t", "t", "table", "table", "Show the charts, the table of values and settings, or both", COMPARE, 75),
    Key("b", "b", "bands", "bands", "Draw seeds of the same settings as one band, or each by itself", COMPARE, 60),
    Key("p", "p", "app.presets", "presets", "Choose another preset and train it", frozenset({"run", "runs"}), 80),
    Key("l", "l", "app.runs", "runs", "List all runs", frozenset({"run", "presets", "compare"}), 75),
    Key("e", "e", "edit", "edit", "Change settings while training, undo the last change, or fork the run", RUN, 70),
    Key("c", "c", "checkpoint", "checkpoint", "Write a checkpoint now", RUN, 45),
    Key("r", "r", "rollback", "roll back", "Go back to a good state, with other learning rates", RUN, 44),
    Key("s", "s", "stop", "stop", "End training: write a checkpoint and stop", RUN, 60),
    Key("i", "i", "images", "images", "Draw images in another way", RUN, 40),
    Key("v", "v", "view", "view", "Show other pictures: samples, codings, the ways between them; or real data", RUN, 42),
    Key("a", "a", "alarms", "alarms", "Read all alarms, those that cleared too", RUN, 35),
    Key("t", "t", "printed", "log", "Read the traceback, or what the worker printed", RUN, 20),
    Key("left", "← →", "scrub(-1)", "look back", "Move the cursor to earlier steps: everything shows the run as it was then", RUN, 65),
    Key("right", "→", "scrub(1)", "", "Move the cursor to later steps", RUN),
    Key("shift+left", "shift+←", "scrub(-10)", "", "Move the cursor far back", RUN),
    Key("shift+right", "shift+→", "scrub(10)", "", "Move the cursor far on", RUN),
    Key("home", "home", "first", "", "Go to the first step", RUN),
    Key("end", "end", "live", "live", "Return to the newest step", RUN, 92),
    Key("left_square_bracket", "[", "happening(-1)", "", "Go back to what happened before: an alarm, an edit, a checkpoint", RUN),
    Key("right_square_bracket", "]", "happening(1)", "", "Go on to what happened next", RUN),
    Key("plus,equals_sign", "+", "zoom(0.5)", "", "Show half as many steps, around the cursor or up to the newest", RUN),
    Key("minus", "-", "zoom(2.0)", "", "Show twice as many steps", RUN),
    Key("0", "0", "whole", "", "Show the whole run", RUN),
    Key("g", "g", "chart", "chart", "Show another chart: losses, scores, gradients, diversity, updates, speed", RUN, 43),
    Key("slash", "/", "series", "series", "Choose the series that a chart shows", RUN, 25),
    Key("y", "y", "log", "log", "Draw values on a logarithmic axis, and back", RUN, 22),
    Key("n", "n", "numbers", "numbers", "Read every series at the cursor", RUN, 18),
    Key("enter", "enter", "enlarge", "", "Explain the focused meter or the alarms; show another part on the whole screen, and back", RUN),
    Key("tab", "tab", "app.focus_next", "focus", "Go to the next part of the screen", RUN, 15, built_in=True),
    Key("d", "d", "app.detach", "detach", "Close this screen; training goes on", RUN, 55),
    Key("escape", "esc", "back", "", "Step out: of the enlarged part, of the past, of the zoomed charts, to the list of runs", RUN),
    Key("escape", "esc", "app.return", "back", "Go back to where you came from; never quits", frozenset({"runs", "compare"}), 65),
    Key("escape", "esc", "back", "back", "Show all presets again, or go back", PRESETS, 30),
    Key("enter", "enter", "move(1)", "accept", "Go on to the next setting, or list what it can be", FORM, 60, built_in=True),
    Key("ctrl+t", "ctrl+t", "train", "train", "Train it as it is now", FORM, 90),
    Key("ctrl+s", "ctrl+s", "save", "save", "Save it as a preset of your own", FORM, 89),
    Key("enter,ctrl+s", "enter", "set", "set", "Set what was changed: it holds from the next step on; ctrl+s where enter lists", EDIT, 90),
    Key("ctrl+z", "ctrl+z", "undo", "undo", "Undo the last change of settings that stands; again, the one before", EDIT, 75),
    Key("ctrl+t", "ctrl+t", "fork", "fork", "Fork: train a new run from here, with the settings as they are here", EDIT, 72),
    Key("ctrl+r", "ctrl+r", "reset", "reset", "Take the change of this setting back", FORMS, 70),
    Key("ctrl+o", "ctrl+o", "differing", "differing", "Show only what differs from the defaults, or everything", FORM, 50),
    Key("ctrl+f", "/", "find", "find", "Find settings by words of their name or meaning; ctrl+f where a text is typed", FORMS, 65),
    Key("escape", "esc", "back", "back", "Go back to the presets; asks where changes would be lost", FORM, 80),
    Key("escape", "esc", "back", "back", "Go back to the run; asks where something typed would be lost", EDIT, 80),
    Key("f1", "f1", "app.help", "help", "Explain the keys", FORMS, 85),
    Key("T", "T", "app.colours", "", "Choose other colours, and see them at once"),
    Key("question_mark,f1", "?", "app.help", "help", "Explain the keys and the screen", importance=85),
    Key("ctrl+p", "ctrl+p", "app.command_palette", "", "Find any of these by its name; runs, presets, themes and settings too", built_in=True),
    Key("q,ctrl+q,ctrl+c", "q", "app.leave", "quit", "Quit; asks what shall become of the training", importance=88),
)
# fmt: on


def of(place: Place) -> tuple[Key, ...]:
    """The keys that do something in a place, in the order of the table."""
    return tuple(key for key in KEYS if place in key.places)


def everywhere() -> tuple[Key, ...]:
    """The keys that mean the same in every place."""
    return tuple(key for key in KEYS if key.places == EVERYWHERE)


def only(place: Place) -> tuple[Key, ...]:
    """The keys of a place, less those that mean the same everywhere."""
    return tuple(key for key in of(place) if key.places != EVERYWHERE)


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
