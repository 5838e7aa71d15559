"""The dashboard of one run: hands each new state to its panels, and lets a person look back in time."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from engine.run.folder import RunFolder
from tui import keys, moment, selectors, states, wording
from tui.draw.image_style import Style
from tui.feed import Feed, Glimpse, Wish
from tui.living import resumable
from tui.naming import called
from tui.numbers import table
from tui.screens.answers import answered, everything_printed, last_lines
from tui.screens.bodies import panels
from tui.screens.details import details_of
from tui.screens.scrubbing import Scrubbing
from tui.screens.text import TextScreen
from tui.state import HISTORY_LIMIT, State
from tui.terminal import Terminal
from tui.viewport import Viewport
from tui.widgets.alarms import AlarmsPanel
from tui.widgets.chart import ChartPanel
from tui.widgets.header import Header
from tui.widgets.images import ImagesPanel
from tui.widgets.keyline import KeyLine
from tui.widgets.notice import Notice
from tui.widgets.panel import Panel
from tui.widgets.readout import Readout

RETRY_SECONDS = 0.05
SHORT = 20
"""Below this height one chart and one meter are all that there is room for."""


class RunScreen(Scrubbing):
    """Shows one run, as it is or as it was. The state comes from the feed; everything below receives it."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("run")]

    class Changed(Message):
        """A new state of the run. Only the newest one matters."""

        def __init__(self, state: State) -> None:
            self.state = state
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            """Whether this one makes an older one needless."""
            return isinstance(message, RunScreen.Changed)

    class Seen(Message):
        """What was wished for. Only the last wish matters."""

        def __init__(self, glimpse: Glimpse) -> None:
            self.glimpse = glimpse
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            """Whether this one makes an older one needless."""
            return isinstance(message, RunScreen.Seen)

    class Redrawn(Message):
        """Images are drawn in this way from now on."""

        def __init__(self, style: Style) -> None:
            self.style = style
            super().__init__()

    def __init__(self, run: RunFolder, terminal: Terminal) -> None:
        super().__init__(run)
        self._terminal = terminal
        self._glimpse = Glimpse(wish=Wish())
        self._wish = Wish()
        self._feed = Feed(run, self._hear)

    def compose(self) -> ComposeResult:
        """What every run has; the panels follow when it has said what it trains."""
        yield Header(self._terminal, id="header")
        yield Readout(self._terminal)
        yield Notice(self._terminal)
        yield Horizontal(id="body")
        yield AlarmsPanel(self._terminal, id="alarms", classes="panel")
        yield KeyLine(self._terminal, "run")
        yield Static(
            "This needs 60 columns and 16 rows.\nMake the terminal larger; training goes on.", id="small"
        )

    def on_mount(self) -> None:
        """Begin to follow the run."""
        if not self.children:
            return  # left before it was there
        self.query_one(AlarmsPanel).border_title = "alarms"
        self.query_one(Notice).called = called(self.run)
        self._feed.start()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._feed.stop()

    def on_run_screen_changed(self, message: Changed) -> None:
        """Take in a new state."""
        if self.furnished:
            self.state = message.state
        else:
            self.set_timer(RETRY_SECONDS, lambda: self.post_message(message))

    def on_run_screen_seen(self, message: Seen) -> None:
        """Take in what was wished for."""
        if not self.furnished:
            return
        self._glimpse = message.glimpse
        for chart in self.query(ChartPanel):
            chart.detail = message.glimpse if message.glimpse.wish.window else None
        self._look_back()

    async def watch_state(self, old: State, new: State) -> None:
        """Give every panel the new state; those that follow the cursor only if it stands nowhere."""
        if not self.furnished:
            return
        body = self.query_one("#body")
        if new.facts.kind and not body.children:
            await body.mount(*panels(new.facts.kind, self._terminal))
        notice = self.query_one(Notice)
        if new.liveness.name == "crashed" and old.liveness.name != "crashed":
            notice.printed = last_lines(self.run)
        if new.liveness != old.liveness:
            self.checkpoint = notice.checkpoint = resumable(self.run, new.liveness)
        for panel in self.query(Panel):
            if panel.of_now or self.viewport.live:
                panel.state = new
        if new.facts.rewinds != old.facts.rewinds:  # what was looked at may be forgotten
            self._wish = Wish()
            if self.viewport.cursor is not None:
                self.viewport = self.viewport.at(self.viewport.cursor, self._last)
            self._look_back()
        self._ask_to_see()
        self._arrange(notice)
        self._label_keys()
        for text, well in answered(old, new):
            self.notify(text, severity="information" if well else "error", timeout=4)

    def watch_viewport(self, _old: Viewport, new: Viewport) -> None:
        """Show other steps, and if the cursor moved, the run as it was there."""
        if not self.furnished:
            return
        self.query_one(Readout).viewport = new
        for chart in self.query(ChartPanel):
            chart.viewport = new
        self._ask_to_see()
        self._look_back()
        self._label_keys()

    def on_resize(self) -> None:
        """Wrap the notice anew."""
        if self.furnished:
            self._arrange(self.query_one(Notice))

    def action_numbers(self) -> None:
        """Read every series at the moment that is shown."""
        at = wording.spaced(selectors.step(self._shown))
        self.app.push_screen(TextScreen(f"all values at step {at}", table(self._shown)))

    def action_images(self) -> None:
        """Draw images in the next way."""
        if self._terminal.ascii:
            self.notify("This terminal is shown nothing but ASCII.", timeout=2)
            return
        for panel in self.query(ImagesPanel):
            panel.images = panel.images.next
        if self._pictures is not None:
            self.post_message(self.Redrawn(self._pictures.images))
            self.notify(f"images as {self._pictures.images}", timeout=2)

    def action_view(self) -> None:
        """Show other pictures in the place of these."""
        if self._pictures is None or self._pictures.turn() is None:
            self.notify("This run has no other pictures yet.", timeout=2)

    def action_alarms(self) -> None:
        """Read all alarms."""
        self._explain(self.query_one(AlarmsPanel))

    def action_printed(self) -> None:
        """Read why it failed, or what the worker printed."""
        text = self.state.facts.traceback or everything_printed(self.run)
        self.app.push_screen(TextScreen(self.run.id, text or "The worker printed nothing."))

    def action_enlarge(self) -> None:
        """Show the focused panel alone, or the first chart; or all again."""
        part = self.focused if isinstance(self.focused, Panel) else self._chart
        if self.maximized is not None:
            self.minimize()
        elif part is not None and not self._explain(part):
            self.maximize(part)

    def on_click(self, event: Click) -> None:
        """Twice on a panel is as enter on it."""
        if event.chain != 2 or event.widget is None:
            return
        for part in event.widget.ancestors_with_self:
            if isinstance(part, Panel) and part.can_focus:
                self.set_focus(part)
                self.action_enlarge()
                return

    def _explain(self, panel: Panel) -> bool:
        """Show what is behind a panel, if there is more than it shows."""
        if (details := details_of(panel, self.run)) is not None:
            self.app.push_screen(details)
        return details is not None

    def action_back(self) -> None:
        """Step out of one thing: of the enlarged panel, of the past, of the zoomed charts, of the run."""
        if self.maximized is not None:
            self.minimize()
        elif not self.viewport.live:
            self.action_live()
        elif self.viewport != Viewport():
            self.action_whole()
        else:
            self.call_later(self.run_action, "app.return")

    @property
    def _pictures(self) -> ImagesPanel | None:
        """The focused panel of images, else the first."""
        if isinstance(self.focused, ImagesPanel):
            return self.focused
        return next(iter(self.query(ImagesPanel)), None)

    @property
    def _shown(self) -> State:
        """The run as it is at the cursor, or as it is now."""
        cursor = self.viewport.cursor
        if cursor is None:
            return self.state
        known = self.state.frames if self._glimpse.wish.step is None else self._glimpse.frames
        return moment.at(self.state, cursor, known)

    def _hear(self, news: State | Glimpse) -> None:
        """Called from the feed's thread."""
        self.post_message(self.Changed(news) if isinstance(news, State) else self.Seen(news))

    def _label_keys(self) -> None:
        labels = _labels(self.state, self.checkpoint is not None)
        self.query_one(KeyLine).labels = {**labels, "live": "" if self.viewport.live else "live"}

    def _ask_to_see(self) -> None:
        """Wish for what no state holds, if it is another thing than before."""
        wish = Wish(step=self.viewport.cursor, window=_in_detail(self.viewport, selectors.step(self.state)))
        if wish != self._wish:
            self._wish = wish
            self._feed.wish(wish)

    def _look_back(self) -> None:
        shown = self._shown
        for panel in self.query(Panel):
            if not panel.of_now:
                panel.state = shown
        self._arrange(self.query_one(Notice))

    def _arrange(self, notice: Notice) -> None:
        """Give the notice the rows that it needs, or the whole place while there is nothing else."""
        empty = not selectors.has_data(self.state)
        self.set_class(empty, "-empty")
        self.set_class(bool(selectors.standing(self.query_one(AlarmsPanel).state)), "-alarmed")
        needed = notice.needed(self.size.width - 2)
        short = self.size.height < SHORT
        notice.set_class(not (empty or (needed > 0 and self.viewport.live)), "-silent")
        self.set_class(short, "-short")
        self.set_class(needed > 2, "-told")
        notice.styles.height = "1fr" if empty else min(needed, 1 if short else 7)


def _in_detail(viewport: Viewport, last: int) -> tuple[int, int] | None:
    """The steps that want finer rows than a state keeps of a long run; a window more to both sides."""
    if viewport.span is None or last <= HISTORY_LIMIT:
        return None
    first, end = (int(step) for step in viewport.window(last))
    return max(0, first - viewport.span), end + viewport.span


def _labels(state: State, resumable: bool) -> dict[str, str]:
    """What keys mean now: space resumes what is paused or ended early; who has ended hears nothing else."""
    if not state.liveness.alive:
        silent = dict.fromkeys(("edit", "checkpoint", "stop", "app.detach"), "")
        return {**silent, "pause": "resume" if resumable else ""}
    unheard = dict.fromkeys(("edit", "checkpoint"), "") if state.liveness.name == "queued" else {}
    return {**unheard, "pause": "resume"} if state.liveness.name in states.HELD else {}
