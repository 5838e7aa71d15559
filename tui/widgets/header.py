"""The first line: which run this is, what it is doing, how far it is and how long it will take, the time."""

import time
from dataclasses import dataclass
from math import floor
from typing import ClassVar

from textual.reactive import reactive
from textual.strip import Strip

from latentop.tui.draw.small.progress_bar import progress_bar
from latentop.tui.model import derived, number_text, run_state
from latentop.tui.model.phases import phase
from latentop.tui.model.plain_text import clean
from latentop.tui.model.state import State
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, fit

GAP = 3
STATE = len("training")
"""Cells of the state, lest what follows moves as it changes."""
SHORTEST_BAR, LONGEST_BAR = 8, 40
WIDE = 100
"""Cells from which on there is room for words that can be spared."""
CLOCK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """A text with its colour; the least important go first where the row is too narrow."""

    importance: int
    text: str
    colour: str = ""


class Header(Panel):
    """One row: names and state on the left, progress and time on the right, a bar in the room between."""

    of_now: ClassVar[bool] = True

    traffic: reactive[str] = reactive("", repaint=False)
    """What is sent to the terminal, in words, for who wants to know."""

    def on_mount(self) -> None:
        """Keep the time."""
        super().on_mount()
        self.set_interval(CLOCK_SECONDS, self.redraw)

    def watch_traffic(self) -> None:
        """Say the new rate."""
        if self.is_mounted:
            self.redraw()

    def concerns(self, state: State) -> tuple[object, ...]:
        """Everything: any part may change a word of it."""
        return (state,)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the one row."""
        room = width - 2
        left, middle, right = self._identity(), self._progress(wide=width >= WIDE), self._time()
        parts = [*left, *middle, *right]
        share = self._share
        bar = 0 if share is None else max(SHORTEST_BAR, width // 6) + 1
        kept = fit([(part.importance, " " * GAP + clean(part.text)) for part in parts], room + GAP - bar, 0)
        first = [place for place in kept if place < len(left) + len(middle)]
        last = [place for place in kept if place >= len(left) + len(middle)]
        spans = self._spans([parts[place] for place in first])
        tail = self._spans([parts[place] for place in last])
        before, after = self.line(" ", *spans), self.line(*tail, " ")
        free = width - before.cell_length - after.cell_length - GAP
        drawn = (
            "" if share is None or free <= SHORTEST_BAR else progress_bar(share, min(LONGEST_BAR, free - 1))
        )
        blank = width - before.cell_length - after.cell_length - len(drawn) - 1
        filled, empty = drawn.rstrip("─"), len(drawn) - len(drawn.rstrip("─"))
        middle_strip = self.line(" ", Span(filled, "primary"), Span("─" * empty, "panel-lighten-2"))
        return [Strip.join([before, middle_strip, self.line(" " * max(0, blank)), after])]

    @property
    def _share(self) -> float | None:
        """How much of the training is done; None where nobody knows how much there is."""
        steps = self.state.facts.steps
        if steps <= 0 or not derived.has_data(self.state):
            return None
        return min(1.0, derived.step(self.state) / steps)

    def _spans(self, parts: list[Part]) -> list[Span | str]:
        spans: list[Span | str] = []
        for place, part in enumerate(parts):
            spans += [" " * GAP if place else "", Span(part.text, part.colour, bold=bool(part.colour))]
        return spans

    def _identity(self) -> list[Part]:
        facts = self.state.facts
        parts = []
        if facts.name:
            parts.append(Part(85, facts.name, "accent"))
        if facts.preset:
            parts.append(Part(80, facts.preset, "foreground"))
        if not parts:
            parts.append(Part(80, "latentop", "primary"))
        if facts.data:
            parts.append(Part(30, facts.data.partition(" (")[0]))
        if facts.data and facts.chosen_seed is not None:
            parts.append(Part(28, f"seed {facts.chosen_seed}"))
        if facts.note:
            parts.append(Part(5, facts.note))
        return parts

    def _progress(self, *, wide: bool) -> list[Part]:
        state, facts = self.state, self.state.facts
        if state.liveness.name == "starting" and derived.unread(state):
            return [Part(100, "opening …")]
        words = f"● {run_state.state(state.liveness):<{STATE}}"
        parts = [
            Part(
                100,
                words.rstrip() if not derived.has_data(state) else words,
                run_state.tone(state.liveness.name),
            )
        ]
        if not derived.has_data(state):
            return parts
        step = number_text.spaced(derived.step(state))
        if facts.steps > 0:
            end = number_text.spaced(facts.steps)
            parts.append(Part(95, f"{'step ' if wide else ''}{step:>{len(end)}} / {end}"))
            if (now := phase(state)) is not None:
                parts.append(Part(79, f"{now.place} of {now.count}{f': {now.name}' if wide else ''}"))
            return parts
        parts.append(Part(95, f"step {step}"))
        return [*parts, Part(50, "no end known")] if state.liveness.alive else parts

    def _time(self) -> list[Part]:
        state, facts = self.state, self.state.facts
        parts = []
        if (share := self._share) is not None:
            parts.append(Part(92, f"{floor(100 * share):>3} %"))
        if derived.has_data(state):
            if facts.guard == "rollback" and state.liveness.alive:
                parts.append(Part(35, f"guard {facts.guard_used} of {facts.guard_tries}"))
            if epoch := derived.epoch(state):
                parts.append(Part(20, f"epoch {epoch[0]}/{epoch[1]}" if epoch[1] else f"epoch {epoch[0]}"))
            if facts.elapsed:
                parts.append(Part(40, f"{number_text.duration(facts.elapsed)} in"))
            if left := derived.seconds_left(state):
                parts.append(Part(60, f"{number_text.duration(left)} left"))
        if self.traffic:
            parts.append(Part(88, self.traffic, "accent"))
        return [*parts, Part(29, number_text.clock(time.time()))]
