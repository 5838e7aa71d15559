"""The first line: which run this is, its state and verdict in words, how far it is, how long it will take."""

from typing import ClassVar

from textual.reactive import reactive
from textual.strip import Strip

from tui import selectors, states, wording
from tui.state import State
from tui.widgets.panel import Panel
from tui.widgets.texts import Span, fit

GAP = 3
STEP_IMPORTANCE, VERDICT_IMPORTANCE, STATE_IMPORTANCE = 90, 95, 100


class Header(Panel):
    """One row; where it is too narrow the least important words go first."""

    of_now: ClassVar[bool] = True

    traffic: reactive[str] = reactive("", repaint=False)
    """What is sent to the terminal, in words, for who wants to know."""

    def watch_traffic(self) -> None:
        """Say the new rate."""
        if self.is_mounted:
            self.redraw()

    def concerns(self, state: State) -> tuple[object, ...]:
        """Everything: any part may change a word of it."""
        return (state,)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the one row."""
        parts = [*self._identity(), *self._progress(), *self._note()]
        if self.traffic:
            parts.append((88, self.traffic, "accent"))
        kept = fit([(importance, " " * GAP + text) for importance, text, _ in parts], width, 0)
        spans: list[Span | str] = []
        for place, index in enumerate(kept):
            _, text, colour = parts[index]
            spans += [" " * (GAP if place else 1), Span(text, colour, bold=bool(colour))]
        return [self.line(*spans, width=width)]

    def _identity(self) -> list[tuple[int, str, str]]:
        facts = self.state.facts
        parts = [(10, "latentop", "primary")]
        if facts.name:
            parts.append((85, facts.name, "accent"))
        if facts.preset:
            parts.append((80, facts.preset, "foreground"))
        if facts.data:
            parts += [(20, facts.data.partition(" ")[0], ""), (30, f"s{facts.seed}", "")]
        return parts

    def _note(self) -> list[tuple[int, str, str]]:
        facts = self.state.facts
        parts = [(5, facts.note, "")] if facts.note else []
        if facts.size is not None:
            told = wording.room(facts.size, facts)
            parts.append((45, told, "warning") if facts.pressure else (4, told, ""))
        return parts

    def _progress(self) -> list[tuple[int, str, str]]:
        state = self.state
        pending = selectors.pending(state)
        words = states.state(state.liveness, pending)
        parts = [(STATE_IMPORTANCE, f"● {words}", states.tone(state.liveness.name))]
        if not selectors.has_data(state):
            return parts
        verdict = state.facts.verdict
        parts.append(
            (VERDICT_IMPORTANCE, states.verdict(verdict, alive=state.liveness.alive), _verdict_tone(verdict))
        )
        if state.facts.guard == "rollback" and state.liveness.alive:
            parts.append((45, f"guard {state.facts.guard_used} of {state.facts.guard_tries}", ""))
        total = wording.spaced(state.facts.steps)
        step = wording.spaced(selectors.step(state))
        parts.append((STEP_IMPORTANCE, f"step {step:>{len(total)}}", ""))
        speed = selectors.speed(state) if state.liveness.name == "running" else None
        if speed:
            parts.append((50, f"{wording.rate(speed):<9}".rstrip(), ""))
        if epoch := selectors.epoch(state):
            parts.append((40, f"epoch {epoch[0]}/{epoch[1]}", ""))
        if left := selectors.seconds_left(state):
            parts.append((60, f"{wording.duration(left)} left", ""))
        return parts


def _verdict_tone(verdict: str) -> str:
    tone = states.tone(verdict)
    return "" if tone == "foreground" else tone
