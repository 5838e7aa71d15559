"""A panel with images as text: samples of a generator, or originals beside their reconstructions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from textual.reactive import reactive
from textual.strip import Strip

from engine.run.events import Frame
from tui.draw.image import draw_beside, draw_columns, draw_grid
from tui.draw.image_style import Display, Style
from tui.draw.score import squared_errors
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.panel import Panel
from tui.wording import short, spaced

BORDER = 4
"""Columns of a title's row that the border takes, at least."""
HEADINGS = {"input": "original", "samples": "fake"}
"""Of frames whose kind is not what they are called beside others."""


@dataclass(frozen=True, slots=True)
class View:
    """What a panel can show: one kind of frame, or several side by side, image by image."""

    title: str
    kinds: tuple[str, ...]
    paired: bool = True
    """Whether image n of one kind belongs to image n of another, and stands beside it."""

    def seen_in(self, state: State) -> bool:
        """Whether the run has shown it: something of what belongs together, all of what does not."""
        enough = any if self.paired else all
        return enough(kind in state.frames for kind in self.kinds)


class ImagesPanel(Panel):
    """Draws when a new frame arrives, never on a timer. Shows one of its views, at first the first."""

    can_focus = True

    images: reactive[Style] = reactive(Style.quadrant, repaint=False)

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
        """Say in the title what is shown, of which step, and how far off on the average."""
        frames = self._frames()
        self.set_class(not frames and self.has_class("generous"), "-absent")
        error, step = "", ""
        if len(errors := self._errors()):
            error = f"MSE {short(float(errors.mean()))}"
        if frames and self._view.kinds != ("real",):
            step = f"step {spaced(max(frame.step for frame in frames))}"
        between = f" {'-' if self.terminal.ascii else '·'} "
        title = between.join(filter(None, (self._view.title, step, error)))
        if error and len(title) > self.size.width - BORDER > 0:  # the header has the step
            title = between.join((self._view.title, error))
        self.border_title = title

    def on_resize(self) -> None:
        """Fit the title anew."""
        self.changed()

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
        size = {"width": width, "height": height}
        if len(self._view.kinds) == 1:
            return draw_grid(frames[0].images, **size, style=self.images, display=self._display())
        shape = frames[0].images.shape[1:]
        panels = [
            (HEADINGS.get(frame.kind, frame.kind), frame.images)
            for frame in frames
            if frame.images.shape[1:] == shape
        ]
        if not self._view.paired:
            return draw_beside(panels, **size, style=self.images, display=self._display())
        captions = [f"MSE {short(error)}" for error in self._errors().tolist()]
        return draw_columns(panels, **size, style=self.images, display=self._display(), captions=captions)

    def _display(self) -> Display:
        """What the terminal shows, under the theme of now."""
        colours = self.terminal.colours if self.terminal.colour else 2
        return Display(colours=colours, dark=self.app.current_theme.dark)

    def _errors(self) -> NDArray[np.float64]:
        """The mean squared error of each reconstruction; none where the view shows no error."""
        frames = {frame.kind: frame.images for frame in self._frames()}
        if not {"input", "reconstruction", "error"} <= frames.keys():
            return np.zeros(0)
        return squared_errors(frames["input"], frames["reconstruction"])

    def _frames(self) -> list[Frame]:
        return [self.state.frames[kind] for kind in self._view.kinds if kind in self.state.frames]
