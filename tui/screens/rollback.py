"""Go back to a good state: which one, with which learning rates, and with which random numbers."""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label
from textual.widgets.option_list import Option

from latentop.engine.run import good_states
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.events import Frame
from latentop.engine.run.facts import KnownSnapshot, RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.reader import Reader
from latentop.tui.model.number_text import age, spaced
from latentop.tui.model.plain_text import clean
from latentop.tui.runs import rollback_suggestion
from latentop.tui.runs.rollback_suggestion import FACTOR, HIGHEST_FACTOR, HIGHEST_SEED, judged
from latentop.tui.screens.entry import Entry
from latentop.tui.widgets.options import Options
from latentop.tui.widgets.preview import Preview

APART = 1
"""Columns after the longest row of the states."""
KINDS = ("samples", "reconstruction")
"""The frames that show how good a state is, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackAnswer:
    """Where to go back to; ``factor`` times the learning rates, ``seed`` of other random numbers, if any."""

    step: int
    factor: float | None
    seed: int | None

    @property
    def arguments(self) -> dict[str, float]:
        """As the command takes them."""
        said = {"step": self.step, "factor": self.factor, "seed": self.seed}
        return {name: value for name, value in said.items() if value is not None}


class RollbackScreen(Entry[RollbackAnswer]):
    """Returns what is wanted, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "state above", show=False, priority=True),
        Binding("down", "move(1)", "state below", show=False, priority=True),
    ]

    def __init__(self, run: RunFolder, facts: RunFacts, preview: Preview, since: int | None) -> None:
        """``facts`` hold the states, at least one; ``since`` is where the first standing alarm began."""
        super().__init__()
        self._run = run
        self._since = since
        self._snapshots = tuple(reversed(facts.snapshots))
        good = good_states.chosen(facts.snapshots, since)
        self._late = good is not None and good_states.is_after(good, since)
        self._suggested = 0 if good is None else self._snapshots.index(good)
        self._preview = preview
        self._seed = rollback_suggestion.seed(facts)
        self._frames: Mapping[int, Frame] = {}

    def compose(self) -> ComposeResult:
        """The good states beside the images of one of them; below, what is to be another than it was then."""
        rows = _rows(self._snapshots, self._since)
        with Vertical(id="dialogue", classes="pictured"):
            question = f"Go back to (all are from {good_states.AFTER})" if self._late else "Go back to"
            yield Label(question, classes="question")
            with Horizontal(id="states"):
                choices = Options(*(Option(row, id=f"state-{place}") for place, row in enumerate(rows)))
                choices.styles.width = max(row.cell_length for row in rows) + APART
                yield choices
                yield self._preview
            with Horizontal(classes="entry"):
                yield Label("learning rates times")
                yield Input(str(FACTOR), id="factor", compact=True, placeholder="as then")
                yield Label("seed")
                yield Input(str(self._seed), id="seed", compact=True, placeholder="as then")
            yield Label("", id="wrong")
            yield Label(
                "What was recorded after that step is forgotten.\n"
                "up and down choose, tab other field, enter goes back, esc cancels",
                classes="hint",
            )

    def on_mount(self) -> None:
        """Type at once; the images come when they are read."""
        choices = self.query_one(Options)
        choices.highlighted = self._suggested
        choices.can_focus = False
        self.query_one("#factor", Input).focus()
        self.run_worker(self._look, thread=True)

    def action_move(self, by: int) -> None:
        """Choose the state above or below."""
        choices = self.query_one(Options)
        choices.highlighted = ((choices.highlighted or 0) + by) % len(self._snapshots)

    def on_option_list_option_highlighted(self) -> None:
        """Show what it drew."""
        self._show()

    def on_option_list_option_selected(self) -> None:
        """A click chooses; enter in a field goes back."""
        self.query_one("#factor", Input).focus()

    def on_input_changed(self) -> None:
        """Say what is wrong while it is typed."""
        self._check()

    def on_input_submitted(self) -> None:
        """Return what is wanted, if it is acceptable."""
        if (wanted := self._check()) is not None:
            self.dismiss(wanted)

    def _chosen(self) -> KnownSnapshot:
        return self._snapshots[self.query_one(Options).highlighted or 0]

    def _check(self) -> RollbackAnswer | None:
        """What is wanted; None, with the reason under the fields, where one of them is not acceptable."""
        factor, seed = (self.query_one(f"#{name}", Input).value.strip() for name in ("factor", "seed"))
        wrong = ""
        if factor and not 0 < _number(factor) <= HIGHEST_FACTOR:
            wrong = f"{factor} is not accepted; above 0 up to {HIGHEST_FACTOR:g}, or nothing"
        elif seed and not (seed.isdecimal() and int(seed) <= HIGHEST_SEED):
            wrong = f"{seed} is not accepted; a whole number to {HIGHEST_SEED}, or nothing"
        self.query_one("#wrong", Label).update(Content(clean(wrong)))
        if wrong:
            return None
        return RollbackAnswer(
            step=self._chosen().step,
            factor=float(factor) if factor else None,
            seed=int(seed) if seed else None,
        )

    def _look(self) -> None:
        """In a thread: read what each state showed last."""
        try:
            with closing(Reader(self._run.database)) as reader:
                found = {one.step: reader.frames(one.step) for one in self._snapshots}
        except LatentopError:
            return  # the run's own screen says so
        best = {step: [frames[kind] for kind in KINDS if kind in frames] for step, frames in found.items()}
        self._frames = {step: frames[0] for step, frames in best.items() if frames}
        self.call_later(self._show)

    def _show(self) -> None:
        if self.is_mounted:
            frame = self._frames.get(self._chosen().step)
            self._preview.show(None if frame is None else frame.images)


def _rows(snapshots: Sequence[KnownSnapshot], since: int | None) -> list[Content]:
    """Step, age and verdict of each, in columns."""
    now = time.time()
    steps = [spaced(one.step) for one in snapshots]
    ages = [age(one.wall, now) for one in snapshots]
    left, middle = max(map(len, steps)), max(map(len, ages))
    return [
        Content.assemble(
            (f"step {step:>{left}}", "bold"),
            f"  {old:<{middle}}  ",
            clean(judged(one, since)),
        )
        for step, old, one in zip(steps, ages, snapshots, strict=True)
    ]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
