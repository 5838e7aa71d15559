"""What keys on a run open to be read, or show larger or in another way: numbers, alarms, logs, pictures."""

from textual.events import Click
from textual.message import Message

from engine.run.folder import RunFolder
from tui import moment, selectors, wording
from tui.draw.image_style import Style
from tui.feed import Glimpse, Wish
from tui.numbers import table
from tui.screens.answers import everything_printed
from tui.screens.details import details_of
from tui.screens.scrubbing import Scrubbing
from tui.screens.text import TextScreen
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.alarms import AlarmsPanel
from tui.widgets.images import ImagesPanel
from tui.widgets.panel import Panel


class Reading(Scrubbing):
    """The screen of a run, of whose parts there is more than it has room for."""

    class Redrawn(Message):
        """Images are drawn in this way from now on."""

        def __init__(self, style: Style) -> None:
            self.style = style
            super().__init__()

    def __init__(self, run: RunFolder, terminal: Terminal) -> None:
        super().__init__(run, terminal)
        self._glimpse = Glimpse(wish=Wish())

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
