"""The last row but one: how fast it trains, and what of the machine that takes."""

from typing import ClassVar

from textual.strip import Strip

from latentop.tui.draw.small.spark import bars
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import derived, number_text, plain_text
from latentop.tui.model.machine_load import REMEMBERED
from latentop.tui.model.state import State
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, fit

GAP = 4


class MachineLine(Panel):
    """One row; each number has a place that it keeps, whatever the others say."""

    of_now: ClassVar[bool] = True

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="machine")

    def concerns(self, state: State) -> tuple[object, ...]:
        """Speed and load, and what the run takes on disk."""
        facts = state.facts
        return (
            derived.step(state),
            state.liveness.name,
            state.load,
            facts.size,
            facts.device,
            facts.pressure,
        )

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the one row."""
        parts = self._parts()
        kept = fit([(importance, label + text) for importance, label, text, _ in parts], width - 2, GAP)
        spans: list[Span | str] = [" "]
        for index in kept:
            _, label, text, tone = parts[index]
            spans += [label, Span(text, tone), " " * GAP]
        return [self.line(*spans, width=width)]

    def _parts(self) -> list[tuple[int, str, str, str]]:
        """Importance, name, value and its colour."""
        state, facts = self.state, self.state.facts
        parts = []
        if derived.has_data(state) and (state.liveness.alive or not facts.watches):
            speed = derived.speed(state) if state.liveness.name == "running" else None
            parts.append((100, "", f"{number_text.rate(speed) if speed else '':<9}", "foreground"))
        if state.load is not None:
            share = state.load.processor[-1]
            drawn = bars(state.load.processor, most=1.0)
            parts.append((90, "cpu ", f"{number_text.percent(share):>5} {drawn:<{REMEMBERED}}", ""))
            if state.load.memory is not None:
                parts.append((80, "memory ", f"{number_text.gigabytes(state.load.memory):<7}", ""))
        if facts.device:
            parts.append((60, "on ", facts.device, ""))
        if facts.size is not None:
            tone = "warning" if facts.pressure else ""
            parts.append((95 if facts.pressure else 50, "disk ", plain_text.room(facts.size, facts), tone))
        return parts
