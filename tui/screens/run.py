"""The dashboard of one run: hands each new state to its panels, and asks the worker for what keys ask."""

from functools import partial
from subprocess import Popen
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from engine.run import commands, launch
from engine.run.commands import Name
from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from tui import keys, selectors, states, wording
from tui.feed import Feed
from tui.living import resumable
from tui.naming import called
from tui.screens.answers import answered, everything_printed, last_lines
from tui.screens.bodies import panels
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.edit import EditScreen
from tui.screens.text import TextScreen
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.alarms import AlarmsPanel, as_text
from tui.widgets.header import Header
from tui.widgets.images import ImagesPanel
from tui.widgets.keyline import KeyLine
from tui.widgets.notice import Notice
from tui.widgets.panel import Panel

STOP = (
    Choice(key="s", word="stop", does="it ends after a checkpoint; space trains on from there"),
    Choice(key="p", word="pause", does="it waits; space lets it go on at once"),
)
TRAIN_ON = (Choice(key="t", word="train on", does="what was recorded after that step is forgotten"),)


class RunScreen(Screen[None]):
    """Shows one run. The state comes from the feed; everything below only receives it."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("run")]

    state: reactive[State] = reactive(State, repaint=False)

    class Changed(Message):
        """A new state of the run. Only the newest one matters."""

        def __init__(self, state: State) -> None:
            self.state = state
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            """Whether this one makes an older one needless."""
            return isinstance(message, RunScreen.Changed)

    def __init__(self, run: RunFolder, terminal: Terminal) -> None:
        super().__init__()
        self.run = run
        self._terminal = terminal
        self._checkpoint: int | None = None
        self._resumed: Popen[bytes] | None = None
        self._feed = Feed(run, lambda state: self.post_message(self.Changed(state)))

    def compose(self) -> ComposeResult:
        """What every run has; the panels follow when it has said what it trains."""
        yield Header(self._terminal, id="header")
        yield Notice(self._terminal)
        yield Horizontal(id="body")
        yield AlarmsPanel(self._terminal, id="alarms", classes="panel")
        yield KeyLine(self._terminal, "run")
        yield Static(
            "This needs 60 columns and 16 rows.\nMake the terminal larger; training goes on.", id="small"
        )

    def on_mount(self) -> None:
        """Begin to follow the run."""
        self.query_one(AlarmsPanel).border_title = "alarms"
        self.query_one(Notice).called = called(self.run)
        self._feed.start()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._feed.stop()

    def on_run_screen_changed(self, message: Changed) -> None:
        """Take in a new state."""
        self.state = message.state

    async def watch_state(self, old: State, new: State) -> None:
        """Give every panel the new state."""
        if not self.is_mounted:
            return
        body = self.query_one("#body")
        if new.facts.kind and not body.children:
            await body.mount(*panels(new.facts.kind, self._terminal))
        notice = self.query_one(Notice)
        if new.liveness.name == "crashed" and old.liveness.name != "crashed":
            notice.printed = last_lines(self.run)
        if new.liveness != old.liveness:
            self._checkpoint = notice.checkpoint = resumable(self.run, new.liveness)
        for panel in self.query(Panel):
            panel.state = new
        self.set_class(bool(selectors.standing(new)), "-alarmed")
        self._arrange(notice)
        self.query_one(KeyLine).labels = _labels(new, self._checkpoint is not None)
        for text, well in answered(old, new):
            text = wording.clean(text, ascii=self._terminal.ascii)
            self.notify(text, severity="information" if well else "error", timeout=4, markup=False)

    def on_resize(self) -> None:
        """Wrap the notice anew."""
        if self.is_mounted:
            self._arrange(self.query_one(Notice))

    def _arrange(self, notice: Notice) -> None:
        """Give the notice the rows that it needs, or the whole place while there is nothing else."""
        empty = not selectors.has_data(self.state)
        self.set_class(empty, "-empty")
        needed = notice.needed(self.size.width - 2)
        notice.display = empty or needed > 0
        self.set_class(needed > 2, "-told")
        notice.styles.height = "1fr" if empty else min(needed, 7)

    def action_pause(self) -> None:
        """Pause, or go on; a run that ended early trains on from its last checkpoint, if that is meant."""

        def act(answer: str | None) -> None:
            if answer is not None:
                self.run_worker(self._train_on, thread=True)

        if self.state.liveness.alive or self._checkpoint is None:
            self._ask("resume" if self.state.liveness.name == "paused" else "pause")
        elif self._resumed is not None and self._resumed.poll() is None:
            self.notify("Its new worker is on the way.", markup=False)
        else:
            step = wording.spaced(self._checkpoint)
            self.app.push_screen(
                ChoiceScreen(f"Train on from its last checkpoint, step {step}?", TRAIN_ON), act
            )

    def action_checkpoint(self) -> None:
        """Write a checkpoint now."""
        self._ask("checkpoint")

    def action_stop(self) -> None:
        """End training, if that is really meant."""

        def act(answer: str | None) -> None:
            if answer == "stop":
                self._ask("stop")
            elif answer == "pause":
                self._ask("pause")

        if self._hears():
            self.app.push_screen(ChoiceScreen("Stop training?", STOP), act)

    def action_edit(self) -> None:
        """Change a learning rate."""

        def act(change: tuple[str, float] | None) -> None:
            if change is not None:
                self._ask("set", {change[0]: change[1]})

        if not self.state.facts.settings:
            self.notify("This run has no settings that can be changed.", markup=False)
        elif self._hears():
            self.app.push_screen(EditScreen(self.run, self.state.facts.settings), act)

    def action_images(self) -> None:
        """Draw images in the next way."""
        for panel in self.query(ImagesPanel):
            panel.images = panel.images.next
        self.notify(f"images as {self.query_one('#samples', ImagesPanel).images}", timeout=2)

    def action_view(self) -> None:
        """Show other pictures in the place of these."""
        if self.query_one("#samples", ImagesPanel).turn() is None:
            self.notify("This run has no other pictures yet.", timeout=2)

    def action_alarms(self) -> None:
        """Read all alarms."""
        self.app.push_screen(TextScreen("alarms", as_text(self.state)))

    def action_log(self) -> None:
        """Read why it failed, or what the worker printed."""
        text = self.state.facts.traceback or everything_printed(self.run)
        self.app.push_screen(TextScreen(self.run.id, text or "The worker printed nothing."))

    def action_enlarge(self) -> None:
        """Show the focused panel alone, or all again."""
        if self.maximized is not None:
            self.minimize()
        elif isinstance(self.focused, Panel):
            self.maximize(self.focused)

    def _ask(self, name: Name, arguments: dict[str, float] | None = None) -> None:
        if self._hears():
            self.run_worker(partial(self._leave, name, arguments), thread=True)

    def _hears(self) -> bool:
        """Whether a worker is there to be asked; says so where none is."""
        state = self.state.liveness
        if not state.alive:
            self.notify(f"It is {states.state(state)}: nobody is there to ask.", markup=False)
        return state.alive

    def _train_on(self) -> None:
        try:
            launch.start(self.run, resume=True)
        except OSError as error:
            self.notify(f"No worker could be started: {error}", severity="error", markup=False)
        self._resumed = next(iter(launch.started()[-1:]), None)

    def _leave(self, name: Name, arguments: dict[str, float] | None) -> None:
        try:
            commands.ask(self.run, name, arguments)
        except LatentopError as error:
            self.notify(f"{error.message}. {error.hint}", severity="error", markup=False)


def _labels(state: State, resumable: bool) -> dict[str, str]:
    """What keys mean now: space resumes what is paused or ended early; who has ended hears nothing else."""
    if not state.liveness.alive:
        silent = dict.fromkeys(("edit", "checkpoint", "stop", "app.detach"), "")
        return {**silent, "pause": "resume" if resumable else ""}
    return {"pause": "resume"} if state.liveness.name == "paused" else {}
