"""A list to choose from, whose rows are read wherever the cursor is."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import OptionList

from latentop.tui.themes import legible


class Options(OptionList):
    """Textual's list; each colour in it is changed as far as it takes to be read on the ground of its row."""

    def render_line(self, y: int) -> Strip:
        """Return a row of the list."""
        strip = super().render_line(y)
        return Strip([Segment(one.text, _read(one.style)) for one in strip], strip.cell_length)


def _read(style: Style | None) -> Style | None:
    if style is None or style.color is None or style.bgcolor is None:
        return style
    ink = legible(style.color.name, style.bgcolor.name)
    return style if ink == style.color.name else style + Style(color=ink)
