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
    pair: tuple[str, str] | None = None
    """How a list shows it and the key that follows, which does the opposite, in one line; and what both do."""
    second: bool = False
    """Whether it is told of in the line of the key before."""

    @property
    def line(self) -> tuple[str, str]:
        """The key and what it does, as a list has it."""
        return self.pair or (self.shown, self.does)


RUN: frozenset[Place] = frozenset({"run"})
PRESETS: frozenset[Place] = frozenset({"presets"})
FORM: frozenset[Place] = frozenset({"form"})
EDIT: frozenset[Place] = frozenset({"edit"})
FORMS = FORM | EDIT
LIST: frozenset[Place] = frozenset({"runs"})
COMPARE: frozenset[Place] = frozenset({"compare"})

# fmt: off
KEYS = (
    Key("space", "space", "pause", "pause", "Pause training, or resume it, also after an early end", RUN, 90),
    Key("r", "r", "rollback", "roll back", "Go back to a good state, with other learning rates", RUN, 80),
    Key("e", "e", "edit", "edit", "Change settings in training, undo that, or fork the run", RUN, 78),
    Key("left", "← →", "scrub(-1)", "look back", "Look back: everything shows the run as it was then", RUN, 76, pair=("← →", "Look back and on: all parts show the run as it was then")),
    Key("right", "→", "scrub(1)", "", "Look at later steps", RUN, second=True),
    Key("shift+left", "shift+←", "scrub(-10)", "", "Look back in long steps", RUN | COMPARE, pair=("shift+← →", "Look back and on in long steps")),
    Key("shift+right", "shift+→", "scrub(10)", "", "Look at later steps, in long steps", RUN | COMPARE, second=True),
    Key("left_square_bracket", "[", "happening(-1)", "", "Look at what happened before", RUN, pair=("[ ]", "Look at what happened before, or next: alarms, edits …")),
    Key("right_square_bracket", "]", "happening(1)", "", "Look at what happened next", RUN, second=True),
    Key("home", "home", "first", "", "Look at the first step", RUN, pair=("home end", "Look at the first step; return to the newest")),
    Key("end", "end", "live", "live", "Return to the newest step", RUN, 92, second=True),
    Key("g", "g", "chart", "chart", "Show another chart: scores, gradients, diversity, speed", RUN, 74),
    Key("v", "v", "view", "picture", "Show other pictures: codings, ways between, real data", RUN, 75),
    Key("enter", "enter", "enlarge", "larger", "Explain the meter in focus; show another part alone", RUN, 73),
    Key("up,down", "↑ ↓", "pick(1)", "", "Go to the next image, or the one before, alone", RUN, built_in=True),
    Key("tab", "tab", "app.focus_next", "focus", "Go to the next part of the screen", RUN, 15, built_in=True),
    Key("s", "s", "stop", "stop", "End training: write a checkpoint and stop", RUN, 60),
    Key("a", "a", "alarms", "alarms", "Read all alarms, those that cleared too", RUN, 50),
    Key("c", "c", "checkpoint", "checkpoint", "Write a checkpoint now", RUN, 45),
    Key("d", "d", "app.detach", "detach", "Close this screen; training goes on", RUN, 44),
    Key("plus,equals_sign", "+", "zoom(0.5)", "", "Show half as many steps", RUN | COMPARE, pair=("+ -", "Show half as many steps around the cursor, or twice")),
    Key("minus", "-", "zoom(2.0)", "", "Show twice as many steps", RUN | COMPARE, second=True),
    Key("0", "0", "whole", "", "Show the whole run", RUN | COMPARE),
    Key("slash", "/", "series", "series", "Choose the series that a chart shows", RUN, 25),
    Key("y", "y", "log", "log axis", "Draw values on a logarithmic axis, and back", RUN | COMPARE, 22),
    Key("m", "m", "smooth", "", "Draw lines smoother, then as they are, then as at first", RUN),
    Key("w", "w", "time", "", "Draw charts over time, pauses too, or over steps again", RUN),
    Key("i", "i", "images", "images", "Draw images in another way", RUN, 40),
    Key("n", "n", "numbers", "numbers", "Read every series at the cursor", RUN, 18),
    Key("o", "o", "overview", "", "Read what the run is, what started it, and its settings", RUN, 30),
    Key("Y", "Y", "copy", "", "Copy the verdict, values, command or folder", RUN),
    Key("t", "t", "printed", "log", "Read the traceback, or what the worker printed", RUN, 20),
    Key("escape", "esc", "back", "", "Step out of what is enlarged, past, zoomed; to the runs", RUN),
    Key("enter", "enter", "choose", "open", "Open the run", LIST, 90, built_in=True),
    Key("space", "space", "mark", "mark", "Mark the run, or take its mark away", LIST, 60),
    Key("C", "C", "compare", "compare", "Compare the marked runs: charts, samples, settings", LIST, 78),
    Key("slash", "/", "find", "find", "Show only runs with some words: name, preset, verdict …", LIST, 75),
    Key("o", "o", "sort", "order", "Sort by the next column", LIST, 50, pair=("o O", "Sort by the next column, or the other way round")),
    Key("O", "O", "turn", "", "Sort the other way round", LIST, second=True),
    Key("R", "R", "rename", "rename", "Give the run a name of your own", LIST, 40),
    Key("N", "N", "note", "note", "Write a note about the run", LIST, 45),
    Key("x,delete", "x", "delete", "delete", "Delete the marked runs, or this one; asks first", LIST, 35),
    Key("right", "← →", "turn_over(1)", "series", "Show other series; in the table alone, other runs", COMPARE, 80, pair=("← →", "Show other series; in the table alone, other runs")),
    Key("left", "←", "turn_over(-1)", "", "Show the series or runs before", COMPARE, second=True),
    Key("t", "t", "table", "table", "Show charts, the table of values and settings, or both", COMPARE, 75),
    Key("b", "b", "bands", "bands", "Draw seeds of the same settings as one band, or each", COMPARE, 60),
    Key("enter", "enter", "choose", "train", "Train it at once; in place of the run one comes from", PRESETS, 90, built_in=True),
    Key("b", "b", "both", "both", "Train it beside the run that one comes from", PRESETS, 86),
    Key("e", "e", "edit", "edit", "Change settings before training, save them as your own", PRESETS, 84),
    Key("slash", "/", "find", "find", "Find presets by words of their name, title, description", PRESETS, 72),
    Key("x", "x", "delete", "delete", "Delete a preset of your own; asks first", PRESETS, 60),
    Key("pagedown", "pgup pgdn", "turn(1)", "", "Read the details on", PRESETS, built_in=True),
    Key("escape", "esc", "app.return", "back", "Go back to where you came from; never quits", frozenset({"runs", "compare"}), 65),
    Key("escape", "esc", "back", "back", "Show all presets again, or go back", PRESETS, 30),
    Key("enter", "enter", "move(1)", "accept", "Go on to the next setting, or list what it can be", FORM, 60, built_in=True),
    Key("ctrl+t", "ctrl+t", "train", "train", "Train it as it is now", FORM, 90),
    Key("ctrl+s", "ctrl+s", "save", "save", "Save it as a preset of your own", FORM, 89),
    Key("enter,ctrl+s", "enter", "set", "set", "Set what changed, from the next step on; or ctrl+s", EDIT, 90),
    Key("ctrl+z", "ctrl+z", "undo", "undo", "Undo the last change that stands; again, the one before", EDIT, 75),
    Key("ctrl+t", "ctrl+t", "fork", "fork", "Fork: train a new run from here with these settings", EDIT, 72),
    Key("ctrl+r", "ctrl+r", "reset", "reset", "Take the change of this setting back", FORMS, 70),
    Key("ctrl+o", "ctrl+o", "differing", "differing", "Show only what differs from the defaults, or all", FORM, 50),
    Key("ctrl+f", "/", "find", "find", "Find settings by name or meaning; ctrl+f while typing", FORMS, 65),
    Key("escape", "esc", "back", "back", "Go back to the presets; asks where changes would go", FORM, 80),
    Key("escape", "esc", "back", "back", "Go back to the run; asks where changes would go", EDIT, 80),
    Key("f1", "f1", "app.help", "help", "Explain the keys", FORMS, 85),
    Key("l", "l", "app.runs", "runs", "List all runs", frozenset({"run", "presets", "compare"}), 70),
    Key("p", "p", "app.presets", "presets", "Choose another preset and train it", frozenset({"run", "runs"}), 68),
    Key("T", "T", "app.colours", "", "Choose other colours, and see them at once"),
    Key("question_mark,f1", "?", "app.help", "help", "Explain the screen, the keys and the words", importance=85),
    Key("ctrl+p", "ctrl+p", "app.command_palette", "", "Find any of these by name; runs, presets, themes too", built_in=True),
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


def listed(found: Iterable[Key]) -> tuple[Key, ...]:
    """The keys as the help lists them: of two that do opposite things, one line tells."""
    kept = tuple(found)
    return tuple(key for key in kept if not (key.second and KEYS[KEYS.index(key) - 1] in kept))


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
