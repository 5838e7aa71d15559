"""A few images, drawn small, of what is chosen beside them."""

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from latentop.tui.draw.images.image import draw_grid
from latentop.tui.draw.images.image_style import Display, Style
from latentop.tui.link.terminal import Terminal
from latentop.tui.widgets.cells import CellWidget


class Preview(CellWidget):
    """Shows what it was given last, or blank cells."""

    def __init__(self, terminal: Terminal, style: Style) -> None:
        super().__init__(id="preview")
        self._terminal = terminal
        self._style = style
        self._images: NDArray[np.uint8] | None = None

    def show(self, images: NDArray[np.uint8] | None) -> None:
        """Show images, uint8 ``(count, channels, height, width)``; or none."""
        self._images = images
        self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return as many images as have room."""
        if self._images is None:
            return []
        colours = self._terminal.colours if self._terminal.colour else 2
        display = Display(colours=colours, dark=self.app.current_theme.dark)
        return draw_grid(self._images, width=width, height=height, style=self._style, display=display)
