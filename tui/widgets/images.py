"""A panel with images as text: samples of a generator, or originals beside their reconstructions."""

from dataclasses import dataclass

from textual.reactive import reactive
from textual.strip import Strip

from engine.run.events import Frame
from tui.draw.image import Style, draw_columns, draw_grid
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.panel import Panel
from tui.wording import spaced


@dataclass(frozen=True, slots=True)
class View:
    """What a panel can show: one kind of frame, or several side by side, image by image."""

    title: str
    kinds: tuple[str, ...]

    def seen_in(self, state: State) -> bool:
        """Whether the run has shown it."""
        return any(kind in state.frames for kind in self.kinds)


class ImagesPanel(Panel):
    """Draws when a new frame arrives, never on a timer. Shows one of its views, at first the first."""

    can_focus = True

    images: reactive[Style] = reactive(Style.half, repaint=False)

    def __init__(self, terminal: Terminal, *views: View, id: str, classes: str = "") -> None:
        super().__init__(terminal, id=id, classes=f"panel {classes}")
        self._views = views
        self._view = views[0]
        self.border_title = self._view.title
        self.set_class(self.has_class("generous"), "-absent")  # extras stay away until they have something
        self.set_reactive(ImagesPanel.images, terminal.images)

    def concerns(self, state: State) -> tuple[object, ...]:
        """The frames of the view."""
        return tuple(state.frames.get(kind) for kind in self._view.kinds)

    def changed(self) -> None:
        """Say in the title what is shown, of which step."""
        frames = self._frames()
        self.set_class(not frames and self.has_class("generous"), "-absent")
        title = self._view.title
        if frames and self._view.kinds != ("real",):
            step = spaced(max(frame.step for frame in frames))
            title += f" {'-' if self.terminal.ascii else '·'} step {step}"
        self.border_title = title

    def turn(self) -> str | None:
        """Go to the next view that the run has something for, and return its title; None without another."""
        ahead = self._views.index(self._view) + 1
        for view in (*self._views[ahead:], *self._views[: ahead - 1]):
            if view.seen_in(self.state):
                self._view = view
                self.changed()
                self.redraw()
                return view.title
        return None

    def watch_images(self) -> None:
        """Draw in the new style."""
        if self.is_mounted:
            self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the images, or why there are none yet."""
        frames = self._frames()
        if not frames:
            return [self.line("no images yet")]
        colour = self.terminal.colour
        if len(self._view.kinds) == 1:
            return draw_grid(frames[0].images, width=width, height=height, style=self.images, colour=colour)
        shape = frames[0].images.shape[1:]
        panels = [(frame.kind, frame.images) for frame in frames if frame.images.shape[1:] == shape]
        return draw_columns(panels, width=width, height=height, style=self.images, colour=colour)

    def _frames(self) -> list[Frame]:
        return [self.state.frames[kind] for kind in self._view.kinds if kind in self.state.frames]
