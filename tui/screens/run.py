"""The dashboard of one run: takes in its states, and hands each key to the part that does it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Click
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.reactive import reactive

from latentop.engine.run.folder import RunFolder
from latentop.tui import keys
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link.linked_app import LinkedApp
from latentop.tui.link.screen import SteadyScreen
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import derived, number_text
from latentop.tui.model.plain_text import clean
from latentop.tui.model.state import State
from latentop.tui.model.value_table import table
from latentop.tui.model.viewport import Viewport
from latentop.tui.runs import current_preset
from latentop.tui.runs.command_line import command_line
from latentop.tui.runs.feed import Feed, Glimpse
from latentop.tui.runs.run_liveness import resumable
from latentop.tui.screens import clipboard
from latentop.tui.screens.look_back import LookBack, to_neighbour
from latentop.tui.screens.messages import Newest
from latentop.tui.screens.run_panels import RunPanels
from latentop.tui.screens.text import TextScreen
from latentop.tui.screens.worker_requests import WorkerRequests
from latentop.tui.widgets.chart_panel import ChartPanel
from latentop.tui.widgets.keyline import KeyLine
from latentop.tui.widgets.verdict import VerdictLine

RETRY_SECONDS = 0.05
SAID_SECONDS = 4.0
"""So long the row of the verdict tells something else."""
SHOWN = ("scrub(-1)", "chart", "view", "enlarge", "rollback", "series", "log", "images", "numbers", "alarms")
"""The actions on what is shown: none, before there is anything."""
MOST_TRIES = 10
"""So often a new state waits for what a key asks for."""


class RunScreen(SteadyScreen[None]):
    """Shows one run, as it is or as it was. The state comes from the feed; everything below receives it."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("run")]

    state: reactive[State] = reactive(State, repaint=False)
    viewport: reactive[Viewport] = reactive(Viewport, repaint=False)
    """All charts show the same steps, and have one cursor."""

    class Changed(Newest):
        """A new state of the run."""

        def __init__(self, run: RunFolder, state: State) -> None:
            self.run = run
            self.state = state
            super().__init__()

    class Seen(Newest):
        """What was wished for, as far as it is recorded."""

        def __init__(self, glimpse: Glimpse) -> None:
            self.glimpse = glimpse
            super().__init__()

    class Redrawn(Message):
        """Images are drawn in this way from now on."""

        def __init__(self, style: Style) -> None:
            self.style = style
            super().__init__()

    def __init__(self, run: RunFolder, terminal: Terminal) -> None:
        super().__init__()
        self.run = run
        self._next: State | None = None
        self._feed = Feed(run, self._hear)
        self._look_back = LookBack(self._feed.wish)
        self._panels = RunPanels(self, run, terminal)
        self._worker = WorkerRequests(self, run, terminal, lambda: self.state)

    def compose(self) -> ComposeResult:
        """What every run has."""
        yield from self._panels.compose()

    def draw_images(self, style: Style) -> None:
        """Draw images in this way: those that are there, and those that come with the run's first values."""
        self._panels.draw_images(style)

    def on_mount(self) -> None:
        """Begin to follow the run."""
        if self.children:  # else it was left before it was there
            self._feed.start()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._feed.stop()

    def on_run_screen_changed(self, message: Changed) -> None:
        """Take in a new state."""
        waits, self._next = self._next is not None, message.state
        if not waits:
            self._take_in()

    def on_run_screen_seen(self, message: Seen) -> None:
        """Take in what was wished for."""
        if self.furnished:
            self._look_back.glimpse = message.glimpse
            self._panels.show_detail(message.glimpse)
            self._show_then()

    def on_chart_panel_pointed(self, message: ChartPanel.Pointed) -> None:
        """Put the cursor where the mouse shows."""
        self.viewport = self.viewport.at(message.step, self._last)

    def on_chart_panel_zoomed(self, message: ChartPanel.Zoomed) -> None:
        """Show fewer or more steps around the mouse."""
        self.viewport = self.viewport.zoomed(message.factor, self._last, message.step)

    def on_click(self, event: Click) -> None:
        """Twice on a panel is as enter on it: the cursor, where the first press put one, goes."""
        panel = self._panels.enlarge_clicked(event)
        if isinstance(panel, ChartPanel):
            self.viewport = panel.before_presses

    def on_resize(self) -> None:
        """Leave out what there is no more room for."""
        if self.furnished:
            self._panels.arrange(self.state)

    async def watch_state(self, old: State, new: State) -> None:
        """Give every panel the new state; those that follow the cursor only if it stands nowhere."""
        if not self.furnished:
            return
        await self._panels.furnish(new.facts)
        if new.liveness != old.liveness:
            self._worker.checkpoint = resumable(self.run, new.liveness)
            crashed = new.liveness.name == "crashed" and old.liveness.name != "crashed"
            self._panels.warn(crashed=crashed, checkpoint=self._worker.checkpoint)
        if self.viewport.began != (began := derived.began(new)):
            self.viewport = replace(self.viewport, began=began)
        if self.viewport.lead != bool(new.parent):
            self.viewport = replace(self.viewport, lead=bool(new.parent))
        self._panels.show(new, now=True)
        if self.viewport.live:
            self._panels.show(new, now=False)
        if new.facts.rewinds != old.facts.rewinds:
            self._look_back.forget()
            self._panels.show_detail(self._look_back.glimpse)
            if self.viewport.cursor is not None:
                self.viewport = self.viewport.at(self.viewport.cursor, self._last)
            self._show_then()
        self._look_back.ask(self.state, self.viewport)
        self._panels.arrange(self.state)
        self._label_keys()
        self._worker.tell(old, new)

    def watch_viewport(self, _old: Viewport, new: Viewport) -> None:
        """Show other steps, and if the cursor moved, the run as it was there."""
        if self.furnished:
            self._panels.show_steps(new)
            self._look_back.ask(self.state, new)
            self._show_then()
            self._label_keys()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Tell it in the row of the verdict, where it fits: a toast would hide what it speaks of."""
        tone = {"information": "accent", "warning": "warning", "error": "error"}[severity]
        shown = self.furnished and self.is_active and not self.has_class("-empty")
        seconds = SAID_SECONDS if timeout is None else timeout
        row = self.query_one(VerdictLine) if shown else None
        if row is None or not row.say(clean(message), tone=tone, seconds=seconds):
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    @property
    def inabilities(self) -> Mapping[str, str]:
        """Of the actions that can't be asked of this run, or not all of them, why."""
        facts = self.state.facts
        part = {"edit": f"It {current_preset.no_fork(facts)}."} if facts.scripted else {}
        return {**part, **self._worker.inabilities}

    def action_pause(self) -> None:
        """Pause, or go on; a run that ended early trains on from its last checkpoint, if that is meant."""
        self._worker.pause()

    def action_checkpoint(self) -> None:
        """Write a checkpoint now."""
        self._worker.ask("checkpoint")

    def action_stop(self) -> None:
        """End training, if that is really meant."""
        self._worker.stop()

    def action_edit(self) -> None:
        """Change settings, undo the last change, or fork the run."""
        self._worker.edit()

    def action_rollback(self) -> None:
        """Go back to a good state."""
        self._worker.rollback(self._panels.preview())

    def action_scrub(self, columns: int) -> None:
        """Move the cursor by so many columns of the charts."""
        if derived.has_data(self.state):
            self.viewport = self.viewport.moved(columns, self._panels.across(), self._last)

    def action_first(self) -> None:
        """Go back to the beginning."""
        if derived.has_data(self.state):
            self.viewport = self.viewport.at(self.viewport.began, self._last)

    def action_live(self) -> None:
        """Return to the newest step."""
        self.viewport = self.viewport.now()

    def action_happening(self, by: int) -> None:
        """Go to what happened next, or before."""
        self.viewport = to_neighbour(self.state, self.viewport, forward=by > 0)

    def action_zoom(self, factor: float) -> None:
        """Show so many times the steps."""
        self.viewport = self.viewport.zoomed(factor, self._last)

    def action_whole(self) -> None:
        """Show the whole run."""
        self.viewport = self.viewport.whole()

    def action_log(self) -> None:
        """Draw values on a logarithmic axis, or on a linear one again."""
        self._panels.toggle_log()

    def action_smooth(self) -> None:
        """Draw lines smoother, or as they are."""
        self._panels.smooth()

    def action_time(self) -> None:
        """Draw charts over time, or over steps again."""
        self._panels.over_time()

    def action_chart(self) -> None:
        """Show another chart."""
        self._panels.turn_chart()

    def action_series(self) -> None:
        """Choose what a chart shows."""
        self._panels.choose_series(self.state)

    def action_images(self) -> None:
        """Draw images in the next way."""
        if (style := self._panels.restyle_images()) is not None:
            self.post_message(self.Redrawn(style))

    def action_view(self) -> None:
        """Show other pictures."""
        self._panels.turn_images()

    def action_enlarge(self) -> None:
        """Explain a panel or show it alone; or all again."""
        self._panels.enlarge()

    def action_alarms(self) -> None:
        """Read all alarms."""
        self._panels.explain_alarms()

    def action_numbers(self) -> None:
        """Read every series at the moment that is shown."""
        then = self._look_back.shown(self.state, self.viewport)
        at = number_text.spaced(derived.step(then))
        self.app.push_screen(TextScreen(f"all values at step {at}", partial(table, then)))

    def action_copy(self) -> None:
        """Copy something of the run to the clipboard."""
        facts = self.state.facts
        if derived.unread(self.state):
            return
        texts = {
            "verdict": self.query_one(VerdictLine).text,
            "values": table(self._look_back.shown(self.state, self.viewport)),
            "command": command_line(self.run, facts),
            "folder": str(self.run.path),
        }
        clipboard.ask(self, texts)

    def action_overview(self) -> None:
        """Read what the run is, once anything is known of it."""
        if derived.unread(self.state):
            self.notify("The run is being opened.", timeout=2)
            return
        self.app.push_screen(TextScreen(self.run.id, self._panels.overview(self.state)))

    def action_printed(self) -> None:
        """Read why it failed, or what the worker printed."""
        nothing = "The worker printed nothing."
        if self.state.facts.watches:
            nothing = "Who reads the log printed nothing."
        elif self.state.facts.scripted:
            nothing = "What the script prints goes to where it was started."
        text = self.state.facts.traceback or self._panels.printed() or nothing
        self.app.push_screen(TextScreen(self.run.id, text))

    def action_back(self) -> None:
        """Step out of one thing: of the enlarged panel, of the past, of the zoomed charts, of the run."""
        if self._panels.enlarged:
            self._panels.shrink()
        elif not self.viewport.live:
            self.action_live()
        elif not self.viewport.untouched:
            self.action_whole()
        else:
            self.call_later(self.run_action, "app.return")

    @property
    def _last(self) -> int:
        """The newest step."""
        return derived.step(self.state)

    def _hear(self, news: State | Glimpse) -> None:
        """Called from the feed's thread."""
        self.post_message(self.Changed(self.run, news) if isinstance(news, State) else self.Seen(news))

    def _take_in(self, tries: int = MOST_TRIES) -> None:
        """Show the newest state, once there is something to show it with, and after what a key asks for."""
        busy = tries and self.state.facts.created and cast(LinkedApp, self.app).answering
        if self._next and self.furnished and not busy:
            self.state, self._next = self._next, None
        elif self._next:
            self.set_timer(RETRY_SECONDS, lambda: self._take_in(max(0, tries - 1)))

    def _show_then(self) -> None:
        """Show the run as it was at the cursor, in the panels that follow it."""
        self._panels.show(self._look_back.shown(self.state, self.viewport), now=False)

    def _label_keys(self) -> None:
        live = {"live": "" if self.viewport.live else "live"}
        silent = dict.fromkeys(self._panels.silent, "")
        told = {"overview": "about"} if self.state.facts.scripted else {}
        blank = {} if derived.has_data(self.state) else dict.fromkeys(SHOWN, "")
        self.query_one(KeyLine).labels = {**self._worker.labels, **silent, **told, **live, **blank}
