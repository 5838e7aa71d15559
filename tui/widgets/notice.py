"""What a run has to say when it is not simply training: starting, ended, failed, crashed, or out of reach."""

from typing import ClassVar

from textual.reactive import reactive
from textual.strip import Strip

from tui import selectors, states, wording
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.panel import Panel
from tui.widgets.texts import Span, wrapped

LOG_LINES = 4


class Notice(Panel):
    """A few lines above the panels; in their place while there is nothing else to show."""

    of_now: ClassVar[bool] = True

    called: reactive[str] = reactive("", repaint=False)
    """What a person types to name the run."""
    checkpoint: reactive[int | None] = reactive[int | None](None, repaint=False)
    """The step that a run which ended early can train on from."""
    printed: reactive[tuple[str, ...]] = reactive((), repaint=False)
    """The last lines that the worker printed; only read where it crashed."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="notice")

    def concerns(self, state: State) -> tuple[object, ...]:
        """Everything: the words follow from all of it."""
        return (state,)

    def watch_printed(self) -> None:
        """Show what the worker printed."""
        if self.is_mounted:
            self.redraw()

    def needed(self, width: int) -> int:
        """How many rows it wants; 0 while there is nothing to say."""
        return len(self._all(max(20, width)))

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the words."""
        return self._all(width)[:height]

    def _all(self, width: int) -> list[Strip]:
        return [
            self.line(Span(line, colour, bold=colour != ""))
            for colour, text in self._words()
            for line in wrapped(text, width)
        ]

    def _words(self) -> list[tuple[str, str]]:
        state, facts = self.state, self.state.facts
        if state.trouble:
            return [("error", "the run can't be read right now"), ("", state.trouble)]
        called = self.called
        match state.liveness.name:
            case "queued":
                return [
                    ("accent", f"{states.state(state.liveness)}: it begins by itself when its turn comes"),
                    ("", facts.title),
                    ("", f"space trains it now, as does latentop resume {called}"),
                ]
            case "starting" if not selectors.has_data(state):
                doing = state.liveness.detail or "waiting for the worker"
                return [
                    ("accent", f"starting · {doing} … {state.seconds} s"),
                    ("", facts.title),
                    ("", f"training needs no screen: d leaves it, latentop attach {called} comes back"),
                ]
            case "starting":
                return [("accent", f"starting · {state.liveness.detail or 'waiting for the worker'} …")]
            case "running" if not selectors.has_data(state):
                return [("success", "training · the first numbers are on their way")]
            case "paused" if facts.error:
                return [("error", f"waiting: {facts.error}"), ("", facts.hint or "it trains on by itself")]
            case "paused":
                return [("warning", "paused: nothing is computed until you press space")]
            case "stopping":
                return [("warning", f"stopping · {state.liveness.detail or 'writing a checkpoint'}")]
            case "finished":
                return [("primary", f"finished{self._took()} · p trains another · its files: {called}")]
            case "stopped" if facts.guard_ended:
                said = f"the guard stopped it{self._at()}: {facts.guard_ended}"
                return [("error", said), ("accent", self._next())]
            case "stopped":
                return [("primary", f"stopped{self._at()}"), ("accent", self._next())]
            case "failed":
                return self._failed()
            case "crashed":
                return self._crashed()
            case "lost" if state.liveness.elsewhere:
                return [
                    ("error", f"lost: {state.liveness.detail}"),
                    ("", f"look there: it may train on. If not: latentop resume {called}"),
                ]
            case "lost":
                return [("error", f"lost{self._at()}: {state.liveness.detail}"), ("accent", self._next())]
        return []

    def _failed(self) -> list[tuple[str, str]]:
        facts = self.state.facts
        words = [("error", f"failed{self._at()}: {facts.error or 'no reason was recorded'}")]
        if facts.hint:
            words.append(("", facts.hint))
        if facts.traceback:
            words.append(("", "the traceback: t"))
        return [*words, ("accent", self._next())]

    def _crashed(self) -> list[tuple[str, str]]:
        words = [("error", f"crashed{self._at()}: {self.state.liveness.detail}")]
        words += [("", f"  {line}") for line in self.printed[-LOG_LINES:]]
        return [*words, ("accent", self._next())]

    def _next(self) -> str:
        """What can be done about a run that ended early."""
        if self.checkpoint is None:
            return "it left no checkpoint to train on from: p trains anew"
        if not self.checkpoint:
            return f"space trains it from its first step, as does latentop resume {self.called}"
        step = wording.spaced(self.checkpoint)
        return f"space trains on from step {step}, as does latentop resume {self.called}"

    def _at(self) -> str:
        step = selectors.step(self.state)
        return f" at step {wording.spaced(step)}" if step else ""

    def _took(self) -> str:
        elapsed = self.state.facts.elapsed
        return f" after {wording.duration(elapsed)}" if elapsed else ""
