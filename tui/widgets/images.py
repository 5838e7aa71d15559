"""A panel with images as text: samples of a generator, or originals beside their reconstructions."""

from textual.reactive import reactive
from textual.strip import Strip

from tui.draw.image import Style, draw_columns, draw_grid
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.panel import Panel
from tui.wording import spaced


class ImagesPanel(Panel):
    """Draws when a new frame arrives, never on a timer. Several kinds stand side by side, image by image."""

    can_focus = True

    images: reactive[Style] = reactive(Style.half, repaint=False)

    def __init__(
        self, terminal: Terminal, title: str, kinds: tuple[str, ...], *, id: str, classes: str = ""
    ) -> None:
        super().__init__(terminal, id=id, classes=f"panel {classes}")
        self.border_title = self._title = title
        self._kinds = kinds
        self.set_class(self.has_class("generous"), "-absent")  # extras stay away until they have something
        self.set_reactive(ImagesPanel.images, terminal.images)

    def concerns(self, state: State) -> tuple[object, ...]:
        """The frames of the panel's kinds."""
        return tuple(state.frames.get(kind) for kind in self._kinds)

    def changed(self) -> None:
        """Say in the title which step the images are of."""
        frames = [self.state.frames[kind] for kind in self._kinds if kind in self.state.frames]
        self.set_class(not frames and self.has_class("generous"), "-absent")
        if frames and self._kinds != ("real",):
            step = spaced(max(frame.step for frame in frames))
            dot = "-" if self.terminal.ascii else "·"
            self.border_title = f"{self._title} {dot} step {step}"

    def watch_images(self) -> None:
        """Draw in the new style."""
        if self.is_mounted:
            self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the images, or why there are none yet."""
        frames = [self.state.frames[kind] for kind in self._kinds if kind in self.state.frames]
        if not frames:
            return [self.line("no images yet")]
        colour = self.terminal.colour
        if len(self._kinds) == 1:
            return draw_grid(frames[0].images, width=width, height=height, style=self.images, colour=colour)
        shape = frames[0].images.shape[1:]
        panels = [(frame.kind, frame.images) for frame in frames if frame.images.shape[1:] == shape]
        return draw_columns(panels, width=width, height=height, style=self.images, colour=colour)
