"""What each of some runs draws now, side by side under its letter."""

from collections.abc import Sequence

from textual.strip import Strip

from latentop.engine.run.events import Frame
from latentop.tui.draw.images.image import draw_grid
from latentop.tui.draw.images.image_style import Display
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.number_text import spaced
from latentop.tui.model.plain_text import shortened
from latentop.tui.model.state import State
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span

KINDS = ("samples", "reconstruction")
"""The frames that show how good a run is, the best first."""
APART, LEAST = 2, 14
"""Cells between two runs, and those that one takes at least."""


class SamplesRow(Panel):
    """Shows as many runs as have room, from a first one on."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="compared-samples", classes="panel")
        self.border_title = "samples"
        self._runs: tuple[tuple[str, str, State], ...] = ()
        self._drawn: tuple[object, ...] = ()

    def concerns(self, state: State) -> tuple[object, ...]:
        """No part of a state: it shows the runs that it is given."""
        return ()

    def show(self, runs: Sequence[tuple[str, str, State]]) -> None:
        """Show ``(name, colour, state)`` of each run; drawn anew only if an image is another than before."""
        drawn = tuple((name, colour, _identity(newest(state))) for name, colour, state in runs)
        self._runs = tuple(runs)
        if drawn != self._drawn:
            self._drawn = drawn
            self.redraw()

    def fitting(self, width: int) -> int:
        """How many runs have room in so many columns."""
        return max(1, (width + APART) // (LEAST + APART))

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return a heading for each run, and its images below."""
        shown = self._runs[: self.fitting(width)]
        if not shown:
            return []
        room = min(width, (width - APART * (len(shown) - 1)) // len(shown))
        blocks = [self._block(*one, room, height) for one in shown]
        blank = self.line(" " * APART)
        rows = zip(*blocks, strict=True)
        return [Strip.join([part for one in row for part in (one, blank)][:-1]) for row in rows]

    def colour(self, name: str) -> str:
        """A colour of the theme, or one that is none of a name."""
        return name if name.startswith("#") and self.terminal.colour else super().colour(name)

    def _block(self, name: str, colour: str, state: State, width: int, height: int) -> list[Strip]:
        frame = newest(state)
        step = f" · step {spaced(frame.step)}" if frame is not None else ""
        head = name if len(name) + len(step) > width else f"{name}{step}"
        heading = self.line(Span(shortened(head, width), colour, bold=True), width=width)
        if frame is None:
            below = [self.line("no images", width=width)]
        else:
            below = draw_grid(
                frame.images,
                width=width,
                height=height - 1,
                style=self.terminal.images,
                display=self._display(),
            )
        blocks = [heading, *below, *[Strip([])] * height][:height]
        return [one.adjust_cell_length(width) for one in blocks]

    def _display(self) -> Display:
        colours = self.terminal.colours if self.terminal.colour else 2
        return Display(colours=colours, dark=self.app.current_theme.dark)


def newest(state: State) -> Frame | None:
    """What the run draws as of now; None where it draws nothing."""
    return next((state.frames[kind] for kind in KINDS if kind in state.frames), None)


def _identity(frame: Frame | None) -> tuple[object, ...]:
    return () if frame is None else (frame.kind, frame.step, frame.wall)
