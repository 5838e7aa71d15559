"""What suits one person and one terminal: colours, how images are drawn, settings, notices."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from textual.timer import Timer

from latentop.engine.run.errors import LatentopError
from latentop.tui import themes
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link import output_filter
from latentop.tui.link.linked_app import LinkedApp
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import notices
from latentop.tui.model.number_text import traffic
from latentop.tui.model.state import State
from latentop.tui.screens.run import RunScreen
from latentop.tui.screens.theme_choice import ThemesScreen
from latentop.tui.settings import Remembered
from latentop.tui.widgets.header import Header
from latentop.tui.widgets.images import ImagesPanel


class Preferences:
    """Dresses the app for its terminal, as the settings say, and changes both."""

    def __init__(
        self,
        app: LinkedApp,
        terminal: Terminal,
        remembered: Remembered,
        *,
        environment: Mapping[str, str],
        complain: Callable[[LatentopError], object],
    ) -> None:
        """``environment`` says how the terminal is told of news, ``complain`` why nothing can be kept."""
        self.remembered = remembered
        self._app = app
        self._environment = environment
        self._complain = complain
        self._metering: Timer | None = None
        self._automatic = terminal.images
        self._style = self._chosen(remembered.settings.images, terminal)
        self.terminal = replace(terminal, images=self._style)
        app.no_color = not terminal.colour
        app.line_filters = output_filter.fitting(terminal)
        app.set_class(terminal.ascii, "-ascii")
        for theme in themes.OWN:
            app.register_theme(theme)
        app.theme = themes.suited(remembered.settings.theme, terminal)

    def change(self, **values: object) -> None:
        """Change settings now, and for the next time."""
        if "theme" in values:
            self._app.theme = themes.suited(str(values["theme"]), self.terminal)
        if "images" in values:
            self._style = self._chosen(str(values["images"]), self.terminal)
            self._draw_images(self._style)
        try:
            self.remembered.change(**values)
        except LatentopError as error:
            self._complain(error)

    def choose_colours(self) -> None:
        """Choose a theme and see it at once."""
        before = self._app.theme

        def act(name: str | None) -> None:
            if name is None:
                self._app.theme = before
            else:
                self.change(theme=name)

        if self.terminal.colour:
            self._app.push_screen(ThemesScreen(self.terminal), act)
        else:
            self._app.notify("This terminal has no colours, or NO_COLOR is set.")

    def tell(self, old: State, new: State) -> None:
        """Have the terminal tell of what is new in a run, wherever its owner looks."""
        likeness = output_filter.nearest if self.terminal.ascii else str
        for told in notices.news(old, new):
            if sequence := notices.signal(told, self.remembered.settings, self._environment):
                self._app.tell_terminal(likeness(sequence))

    def suit_link(self, *, slow: bool) -> None:
        """Draw images in what a slow link carries; what the person chose comes back with the link."""
        self._draw_images(Style.ascii if slow else self._style)
        if slow:
            # It is seen only once what is on its way before it has come through.
            self._app.notify("This link is slow: images as ascii, colours fewer.", timeout=15)

    def meter(self) -> None:
        """Say in the first line of a run what is sent to the terminal, or say it no more."""
        if self._metering is None:
            self._metering = self._app.set_interval(1.0, self._show_traffic)
        else:
            self._metering.stop()
            self._metering = None
        self._show_traffic()

    def _show_traffic(self) -> None:
        words = "" if self._metering is None else traffic(self._app.output.rate)
        for header in self._app.screen.query(Header):
            header.traffic = words

    def _chosen(self, style: str, terminal: Terminal) -> Style:
        """How images are to be drawn, as far as the terminal can."""
        return self._automatic if style == "automatic" or terminal.ascii else Style(style)

    def _draw_images(self, style: Style) -> None:
        """Let images be drawn so from now on."""
        self.terminal = replace(self.terminal, images=style)
        for screen in self._app.screen_stack:
            if isinstance(screen, RunScreen):
                screen.draw_images(style)
                continue
            for panel in screen.query(ImagesPanel):
                panel.images = style
