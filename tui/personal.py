"""The app as far as it suits one person and one terminal: colours, characters, settings, notices."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace

from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.timer import Timer

from engine.run.errors import LatentopError
from presets.catalogue import PresetError
from tui import filters, notices, themes
from tui.draw.image_style import Style
from tui.paced import PacedApp
from tui.screens.themes import ThemesScreen
from tui.settings import Remembered, Settings
from tui.state import State
from tui.terminal import Terminal, recognise
from tui.widgets.header import Header
from tui.widgets.images import ImagesPanel
from tui.wording import clean, traffic

LONGEST = 400
"""Characters of a notice; longer ones would hide what they are about."""


class PersonalApp(PacedApp):
    """Without ``remembered`` nothing is kept beyond the program, and nobody is taken for a newcomer."""

    def __init__(
        self,
        terminal: Terminal | None = None,
        remembered: Remembered | None = None,
        *,
        ascii: bool = False,
        max_kbps: int | None = None,
    ) -> None:
        self._environment = dict(os.environ)  # Textual takes NO_COLOR out
        remembered = remembered or Remembered(settings=Settings(hinted=True))
        super().__init__(max_kbps=remembered.settings.max_kbps if max_kbps is None else max_kbps)
        terminal = terminal or recognise(self._environment, self.console.color_system)
        self.terminal = terminal.plain if ascii else terminal
        self.no_color = not self.terminal.colour
        self.remembered = remembered
        self._metering: Timer | None = None
        self._line_filters = filters.fitting(self.terminal)
        for theme in themes.OWN:
            self.register_theme(theme)
        self.theme = themes.suited(self.remembered.settings.theme, self.terminal)
        self._automatic = self.terminal.images
        self._style = self._chosen(self.remembered.settings.images)
        self.terminal = replace(self.terminal, images=self._style)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and what this terminal asks for."""
        return [*super().get_line_filters(), *self._line_filters]

    def on_mount(self) -> None:
        """Say what is wrong with the settings, if anything is."""
        self.set_class(self.terminal.ascii, "-ascii")
        if self.remembered.trouble:
            self.notify(self.remembered.trouble, severity="warning", timeout=15)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Tell it as it is, whatever it quotes: nothing in it is markup, nothing moves the cursor."""
        message = clean(message, ascii=self.terminal.ascii)
        message = message if len(message) <= LONGEST else f"{message[: LONGEST - 3]}..."
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def action_colours(self) -> None:
        """Choose a theme and see it at once."""
        before = self.theme

        def act(name: str | None) -> None:
            if name is None:
                self.theme = before
            else:
                self.remember(theme=name)

        if self.terminal.colour:
            self.push_screen(ThemesScreen(self.terminal), act)
        else:
            self.notify("This terminal has no colours, or NO_COLOR is set.")

    def action_change_theme(self) -> None:
        """Textual's name for the same."""
        self.action_colours()

    def remember(self, **values: object) -> None:
        """Change settings now, and for the next time."""
        if "theme" in values:
            self.theme = themes.suited(str(values["theme"]), self.terminal)
        if "images" in values:
            self._style = self._chosen(str(values["images"]))
            self._draw_images(self._style)
        try:
            self.remembered.change(**values)
        except LatentopError as error:
            self.complain(error)

    def tell(self, old: State, new: State) -> None:
        """Have the terminal tell of what is new in a run, wherever its owner looks."""
        for told in notices.news(old, new):
            sent = notices.signal(
                told, self.remembered.settings, self._environment, ascii=self.terminal.ascii
            )
            if sent and self._driver is not None:  # what bell() writes to; nothing public takes a sequence
                self._driver.write(sent)

    def slowed(self, slow: bool) -> None:
        """Draw images in what a slow link carries; what the person chose comes back with the link."""
        super().slowed(slow)
        self._draw_images(Style.ascii if slow else self._style)
        if slow:
            self.notify("This link is slow: images as ascii, colours fewer.", timeout=5)

    def action_traffic(self) -> None:
        """Say in the first line of a run what is sent to the terminal, or say it no more."""
        if self._metering is None:
            self._metering = self.set_interval(1.0, self._meter)
        else:
            self._metering.stop()
            self._metering = None
        self._meter()

    def _meter(self) -> None:
        words = "" if self._metering is None else traffic(self.link.rate(time.monotonic()))
        for header in self.screen.query(Header):
            header.traffic = words

    def complain(self, error: LatentopError | PresetError) -> None:
        """Show what is wrong and what to do."""
        self.notify(f"{error.message}; {error.hint}", severity="error")

    def _chosen(self, style: str) -> Style:
        """How images are to be drawn, as far as the terminal can."""
        return self._automatic if style == "automatic" or self.terminal.ascii else Style(style)

    def _draw_images(self, style: Style) -> None:
        """Let images be drawn so from now on."""
        self.terminal = replace(self.terminal, images=style)
        for screen in self.screen_stack:
            for panel in screen.query(ImagesPanel):
                panel.images = style
