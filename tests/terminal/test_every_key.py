"""Every key of the table, and the mouse, in a real terminal while two trainings keep the machine busy."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from latentop.engine.run import folder
from latentop.engine.run.folder import RunFolder
from latentop.presets import catalogue
from latentop.tui import keys
from latentop.tui.keys import Place
from tests.support.dashboard import Recorded
from tests.support.real_runs import SMALL_GAN, end, facts, training, wait_until
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.slow]


Effect = Callable[[str, str], bool]
"""Whether a key did what it should, by the screen before and the screen now."""
Steps = Sequence[tuple[str, Effect | None]]
"""What is typed, and what it must do; None where that shows no sooner than with the next key."""

RIGHT, LEFT, HOME, END, ESCAPE = "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b"


def shows(*texts: str) -> Effect:
    return lambda _, now: all(text in now for text in texts)


class Hides:
    """That all of the texts, which are there before, are gone."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.texts = texts

    def __call__(self, before: str, now: str) -> bool:
        return self.shown(before) and not any(text in now for text in self.texts)

    def shown(self, screen: str) -> bool:
        return all(text in screen for text in self.texts)


def hides(*texts: str) -> Effect:
    return Hides(texts)


class Both:
    """Several effects of one key."""

    def __init__(self, effects: tuple[Effect, ...]) -> None:
        self.effects = effects

    def __call__(self, before: str, now: str) -> bool:
        return all(effect(before, now) for effect in self.effects)


def both(*effects: Effect) -> Effect:
    return Both(effects)


def changes(read: Callable[[str], object]) -> Effect:
    return lambda before, now: read(now) != read(before)


def cursor(screen: str) -> int | None:
    """The step that is looked back at."""
    found = re.search(r"◀◀ step ([\d ]+) of", screen)
    return int(found[1].replace(" ", "")) if found else None


def back(before: str, now: str) -> bool:
    here, there = cursor(before), cursor(now)
    return there is not None and (here is None or there < here)


def on(before: str, now: str) -> bool:
    here, there = cursor(before), cursor(now)
    return there is None or (here is not None and there > here)


def across(screen: str) -> int:
    """How many steps the first chart shows."""
    rows = screen.splitlines()
    below = next((place for place, row in enumerate(rows) if "└" in row), -1)  # a mark may follow it
    labels = re.findall(r"\d+(?: \d{3})*", rows[below + 1].split("│")[1]) if below >= 0 else []
    steps = [int(label.replace(" ", "")) for label in labels]
    return steps[-1] - steps[0] if len(steps) > 1 else 0


def narrower(before: str, now: str) -> bool:
    return 0 < across(now) < across(before)


def wider(before: str, now: str) -> bool:
    return across(now) > across(before)


def opened(typed: str, *texts: str) -> Steps:
    """A dialogue, which escape closes."""
    return (typed, shows(*texts)), (ESCAPE, hides(texts[0]))


def everywhere(place: Place) -> dict[str, Steps]:
    title = f"keys {keys.PLACES[place]}"
    leaving = "What shall become of it?"
    return {
        "T": opened("T", "enter keeps", "Colours"),
        "question_mark": opened("?", title),
        "f1": opened("\x1bOP", title),
        "ctrl+p": opened("\x10", "Search for commands"),
        "q": opened("q", leaving),
        "ctrl+q": opened("\x11", leaving),
        "ctrl+c": opened("\x03", leaving),
    }


def ordering(screen: str) -> str:
    found = re.search(r"by (.*)$", screen.splitlines()[0])
    return found[1] if found else ""


PRESETS, LIST = shows("what shall be trained?"), shows("runs in")
WHOLE = shows("are the samples good?", "─ losses")
DOES: Mapping[Place, Mapping[str, Steps]] = {
    "run": {
        "c": [("c", shows("checkpoint at step"))],
        "space": [(" ", shows("● paused")), (" ", shows("● training"))],
        "e": opened("e", "while it trains", "generator.lr"),
        "s": opened("s", "Stop training?"),
        "r": opened("r", "Go back to"),
        "a": opened("a", "arrows scroll"),
        "t": opened("t", "esc closes"),
        "o": opened("o", "esc closes", "folder"),
        "n": opened("n", "all values at step"),
        "slash": opened("/", "Which series", "loss/generator"),
        "enter": [("\r", hides("% of real data")), ("\r", WHOLE)],
        "tab": [("\t\t\r", both(shows("─ diversity, %"), hides("─ losses"))), ("\r", WHOLE)],
        "left": [(LEFT, back)],
        "shift+left": [("\x1b[1;2D", back)],
        "shift+right": [("\x1b[1;2C", on)],
        "home": [(HOME, shows("◀◀ step 0 of"))],
        "right": [(RIGHT, on)],
        "end": [(END, hides("◀◀"))],
        "left_square_bracket": [("[", back), ("[", back)],
        "right_square_bracket": [("]", on)],
        "plus": [(HOME, shows("◀◀ step 0 of")), ("+", narrower)],
        "equals_sign": [("=", narrower)],
        "minus": [("-", wider)],
        "0": [("0", wider)],
        "escape": [(ESCAPE, hides("◀◀"))],
        "i": [("i", shows("images as"))],
        "v": [("v", hides("─ samples"))],
        "y": [("y", shows("logarithmic"))],
        "m": [("m", shows("smoother"))],
        "w": [("w", shows("over time")), ("w", hides("over time"))],
        "Y": opened("Y", "What shall be copied"),
        "up": [
            ("\x1b[A", None)
        ],  # what they do, where one image stands alone: tests/tui/screens/test_alone.py
        "down": [("\x1b[B", None)],
        "g": [("g", hides("─ diversity, %"))],
        "p": [("p", PRESETS), (ESCAPE, shows("● training"))],
        "l": [("l", LIST), (ESCAPE, shows("● training"))],
        **everywhere("run"),
        "d": [],
    },
    "runs": {
        "o": [("o", changes(ordering))],
        "O": [("O", changes(ordering))],
        "R": opened("R", "A name for"),
        "N": opened("N", "A note about"),
        "slash": opened("/", "name, preset, state"),
        "space": [(HOME, None), (" ", shows("1 marked"))],
        "C": [(" C", shows("2 runs compared")), (ESCAPE, shows("2 marked"))],
        "x": opened("x", "gone for good"),
        "p": [("p", PRESETS), (ESCAPE, LIST)],
        **everywhere("runs"),
        "escape": [(ESCAPE, shows("● training")), ("l", LIST)],
        "delete": opened("\x1b[3~", "gone for good"),
        "enter": [(END, None), ("\r", shows("% of real data"))],
    },
    "compare": {
        "right": [(RIGHT, changes(lambda screen: screen.splitlines()[0]))],
        "left": [(LEFT, changes(lambda screen: screen.splitlines()[0]))],
        "b": [("b", hides("2 seeds")), ("b", shows("2 seeds"))],
        "y": [("y", changes(str)), ("y", changes(str))],
        "plus": [("+", narrower)],
        "equals_sign": [("=", narrower)],
        "minus": [("-", wider)],
        "0": [("0", wider)],
        "shift+left": [("\x1b[1;2D", changes(str))],
        "shift+right": [("\x1b[1;2C", changes(str))],
        "t": [
            ("t", hides("newest values")),
            ("t", both(shows("newest values"), hides("series 1 to"))),
            ("t", shows("newest values", "series 1 to")),
        ],
        **everywhere("compare"),
        "l": [("l", shows("runs in", "3 marked"))],
        "escape": [("C", shows("3 runs compared")), (ESCAPE, LIST)],
    },
    "presets": {
        "slash": opened("/", "words of a name"),
        "pagedown": [("\x1b[6~", changes(str))],
        "e": [("e", shows("edit dcgan")), (ESCAPE, PRESETS)],
        "enter": opened("\r", "is in training. Train dcgan too?"),
        "l": [("l", LIST), (ESCAPE, PRESETS)],
        "x": [(END, shows("file")), *opened("x", "Delete your preset")],
        **everywhere("presets"),
        "escape": [(ESCAPE, LIST), (ESCAPE, shows("● training"))],
        "b": [("p", shows("what shall be trained?", "b trains both")), ("b", shows("● starting"))],
    },
    "form": {
        "enter": [("\r", shows("Images per step."))],
        "ctrl+r": [("7", shows("1 setting changed")), ("\x12", shows("nothing changed"))],
        "ctrl+o": [("\x0f", shows("only what differs")), ("\x0f", hides("only what differs"))],
        "ctrl+f": opened("\x06", "words of a setting"),
        "ctrl+s": opened("\x13", "Save as a preset"),
        "ctrl+t": opened("\x14", "is in training. Train dcgan too?"),
        "f1": opened("\x1bOP", f"keys {keys.PLACES['form']}"),
        "escape": [(ESCAPE, PRESETS)],
    },
    "edit": {
        "ctrl+r": [("7", shows("1 setting changed")), ("\x12", shows("nothing changed"))],
        "ctrl+f": opened("\x06", "words of a setting"),
        "ctrl+t": opened("\x14", "Fork dcgan"),
        "f1": opened("\x1bOP", f"keys {keys.PLACES['edit']}"),
        "enter": [("0.003\r", shows("→ 0.003")), ("e", shows("while it trains"))],
        "ctrl+s": [("0.004\x13", shows("→ 0.004")), ("e", shows("while it trains"))],
        "ctrl+z": [("\x1a", shows("undone:")), ("e", shows("while it trains"))],
        "escape": [(ESCAPE, WHOLE)],
    },
}
"""What each key of the table does, in an order in which all of them can do it."""
WAY: Mapping[Place, Steps] = {
    "run": [],
    "runs": [("l", LIST)],
    "compare": [("l", LIST), (HOME, None), ("   C", shows("3 runs compared", "2 seeds", "newest values"))],
    "presets": [("l", LIST), ("p", shows("what shall be trained?", "look for"))],
    "form": [("l", LIST), ("p", shows("look for")), ("e", shows("edit dcgan", "Optimiser steps."))],
    "edit": [("e", shows("while it trains", "generator.lr"))],
}
"""From a run to the place."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunFolder]:
    """A run in training beside two that ended, and another training elsewhere that takes the other core."""
    runs = tmp_path_factory.mktemp("runs")
    settings = [*SMALL_GAN, "steps=1000000"]
    with (
        training(tmp_path_factory.mktemp("elsewhere"), "dcgan", settings),
        training(runs, "dcgan", settings) as run,
    ):
        for seed in (7, 8):  # made last, so that they sort last, whatever minute it is
            ended = Recorded(runs, "dcgan", f"seed={seed}")
            ended.trains(50, state="finished")
            for name in (
                "loss/generator",
                "loss/discriminator",
                "score/real",
                "diversity/coverage",
                "speed/steps",
            ):
                ended.draws(name, [0.5] * 50)
            ended.store.close()
        wait_until(lambda: facts(run).step > 70)
        yield run


def without(terminal: Terminal, effect: Effect) -> str:
    """The screen, once it does not show the effect: what is there before the key proves nothing.

    What the effect hides is there by then: a dialogue that has just closed may not be drawn over wholly yet.
    """
    screens: list[str] = []
    effects = effect.effects if isinstance(effect, Both) else (effect,)
    hidden = [one for one in effects if isinstance(one, Hides)]

    def missing() -> bool:
        now = terminal.text
        screens.append(now)
        return not effect(now, now) and all(one.shown(now) for one in hidden)

    wait_until(missing)
    return screens[-1]


def act(terminal: Terminal, steps: Steps) -> None:
    """Press, and wait for what must come of it."""
    for typed, effect in steps:
        if effect is None:
            terminal.press(typed)
            continue
        try:
            before = without(terminal, effect)
            terminal.press(typed)
            wait_until(lambda before=before, effect=effect: effect(before, terminal.text))
        except AssertionError as error:
            raise AssertionError(f"{typed!r} did nothing of the kind:\n{terminal.text}") from error
        assert terminal.process.poll() is None


def named(place: Place) -> set[str]:
    return {name for key in keys.of(place) for name in key.key.split(",")}


@pytest.mark.parametrize("place", DOES)
def test_the_test_knows_every_key(place: Place) -> None:
    assert set(DOES) == set(keys.PLACES)
    assert set(DOES[place]) == named(place)


@pytest.mark.parametrize("place", DOES)
def test_every_key_does_its_work(busy: RunFolder, place: Place, tmp_path: Path) -> None:
    own = tmp_path / "latentop" / "presets" / "mine.toml"
    own.parent.mkdir(parents=True)
    own.write_text(catalogue.dump(catalogue.load(catalogue.find("dcgan"))))
    config = {"XDG_CONFIG_HOME": str(tmp_path), "LATENTOP_RUNS": str(busy.path.parent)}
    known = folder.every(busy.path.parent)
    try:
        with Terminal("attach", str(busy.path), environment=config) as terminal:
            terminal.wait_for("● training", "─ losses", "% of real data", "─ samples ·")
            act(terminal, WAY[place])
            for steps in DOES[place].values():
                act(terminal, steps)
            if place == "run":
                terminal.press("d")
                wait_until(lambda: terminal.process.poll() is not None)
                assert terminal.process.returncode == 0
                assert b"Traceback" not in terminal.sent
    finally:
        for run in folder.every(busy.path.parent):
            if run not in known:
                wait_until(lambda run=run: facts(run).pid is not None)
                end(run)


def test_the_mouse_does_what_keys_do(busy: RunFolder) -> None:
    home = {"LATENTOP_RUNS": str(busy.path.parent)}
    with Terminal("attach", str(busy.path), environment=home) as terminal:
        terminal.wait_for("● training", "─ losses", "? help")
        x, y = terminal.place_of("─ losses")
        inside = (x + 30, y + 4)
        before = terminal.text
        terminal.mouse(0, *inside)
        wait_until(lambda: cursor(terminal.text) is not None)
        here = cursor(terminal.text)
        terminal.mouse(32, inside[0] - 15, inside[1])  # drag
        wait_until(lambda: back(before, terminal.text) and cursor(terminal.text) != here)
        terminal.mouse(0, inside[0] - 15, inside[1], let_go=True)
        terminal.settle()  # half a row of labels is no measure
        before = terminal.text
        terminal.mouse(64, *inside)
        wait_until(lambda: narrower(before, terminal.text))
        terminal.settle()
        before = terminal.text
        terminal.mouse(65, *inside)
        wait_until(lambda: wider(before, terminal.text))
        terminal.press(END)
        terminal.wait_for("look back  g chart", "? help")  # then all keys have their places again
        terminal.click("? help")
        terminal.wait_for("keys on a run")
        terminal.mouse(0, 0, 0)
        terminal.mouse(0, 0, 0, let_go=True)
        wait_until(lambda: "keys on a run" not in terminal.text)
        terminal.click("l runs  p presets")  # the bottom line's, not what is left of the help's "all runs"
        terminal.wait_for("runs in", "finished")
        terminal.click("finished ")
        terminal.click("training    ")
        terminal.click("training    ")
        terminal.wait_for("● training", "─ losses", "r roll back  e edit")  # it comes with the run's states
        terminal.settle()
        terminal.click("e edit")
        terminal.wait_for("while it trains")
        terminal.click("beta2")
        terminal.wait_for("generator.beta2")
        terminal.press("0.99\r")
        wait_until(lambda: facts(busy).settings["generator.beta2"] == 0.99)
