"""The dashboard of one run: hands each new state to its panels, and lets a person look back in time."""

from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from engine.run.folder import RunFolder
from tui import keys, selectors, states
from tui.feed import Feed, Glimpse, Wish
from tui.living import resumable
from tui.naming import called
from tui.paced import PacedApp
from tui.screens.answers import answered, last_lines
from tui.screens.bodies import panels
from tui.screens.reading import Reading
from tui.state import HISTORY_LIMIT, State
from tui.terminal import Terminal
from tui.viewport import Viewport
from tui.widgets.alarms import AlarmsPanel
from tui.widgets.chart import ChartPanel
from tui.widgets.header import Header
from tui.widgets.keyline import KeyLine
from tui.widgets.notice import Notice
from tui.widgets.panel import Panel
from tui.widgets.preview import Preview
from tui.widgets.readout import Readout

RETRY_SECONDS = 0.05
MOST_TRIES = 10
"""So often a new state waits for what a key asks for."""
SHORT = 20
"""Below this height one chart and one meter are all that there is room for."""


class RunScreen(Reading):
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

    def __init__(self, run: RunFolder, terminal: Terminal) -> None:
        super().__init__(run, terminal)
        self._wish = Wish()
        self._next: State | None = None
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
        waits, self._next = self._next is not None, message.state
        if not waits:
            self._take_in()

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

    def preview(self) -> Preview:
        """Images drawn as they are on this screen."""
        return Preview(self._terminal, self._pictures.images if self._pictures else self._terminal.images)

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

    def _take_in(self, tries: int = MOST_TRIES) -> None:
        """Show the newest state, once there is something to show it with, and after what a key asks for."""
        busy = tries and self.state.facts.created and cast(PacedApp, self.app).answering
        if self._next and self.furnished and not busy:
            self.state, self._next = self._next, None
        elif self._next:
            self.set_timer(RETRY_SECONDS, lambda: self._take_in(max(0, tries - 1)))

    def _hear(self, news: State | Glimpse) -> None:
        """Called from the feed's thread."""
        self.post_message(self.Changed(news) if isinstance(news, State) else self.Seen(news))

    def _label_keys(self) -> None:
        forkable = not self.state.liveness.alive and self.run.newest_checkpoint is not None
        labels = _labels(self.state, resumable=self.checkpoint is not None, forkable=forkable)
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


def _labels(state: State, *, resumable: bool, forkable: bool) -> dict[str, str]:
    """What keys mean now: space resumes what is paused or ended early; who has ended hears nothing else."""
    if not state.liveness.alive:
        silent = dict.fromkeys(("checkpoint", "rollback", "stop", "app.detach"), "")
        return {**silent, "pause": "resume" if resumable else "", "edit": "fork" if forkable else ""}
    unheard = dict.fromkeys(("edit", "checkpoint"), "") if state.liveness.name == "queued" else {}
    if not state.facts.snapshots:
        unheard["rollback"] = ""
    return {**unheard, "pause": "resume"} if state.liveness.name in states.HELD else unheard
