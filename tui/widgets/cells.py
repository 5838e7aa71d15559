"""The widget that everything which changes is built on: it sends only the cells that differ."""

from __future__ import annotations

from collections.abc import Iterator

from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from latentop.tui.link.canvas import clusters

Cell = tuple[str, Style | None]


class CellWidget(Widget):
    """Keeps the rows it drew last, and refreshes the spans of cells in which new ones differ.

    Subclasses return their rows from `rows` and call `redraw` when what they show has changed. A resize is
    taken care of, and so is a change of theme; while the widget is not on the screen nothing is drawn. The
    size is that of the stylesheet: there is no automatic one.
    """

    ALLOW_SELECT = False

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._rows: list[Strip] = []
        self._drawn_size: Size | None = None

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return what to show in `width` × `height` cells; missing cells stay blank, others are cut off."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw anew, and have Textual repaint the cells that differ from what is on the screen."""
        if self._drawn_size != self.content_size or not self.is_on_screen:
            self._drawn_size = None
            self.refresh()
            return
        before, self._rows = self._rows, self._fitted()
        changed = list(changes(before, self._rows))
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """Return row `y` of the content, in the colours of the widget where the row has none of its own."""
        if self._drawn_size != self.content_size:
            self._drawn_size = self.content_size
            self._rows = self._fitted()
        style = self.visual_style.rich_style
        if y >= len(self._rows):
            return Strip.blank(self.content_size.width, style)
        return self._rows[y].apply_style(style)

    def on_mount(self) -> None:
        """Draw anew when the theme changes: rows may hold colours of it."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._restart())

    def _restart(self) -> None:
        self._drawn_size = None
        self.refresh()

    def _fitted(self) -> list[Strip]:
        width, height = self.content_size
        rows = [strip.adjust_cell_length(width).simplify() for strip in self.rows(width, height)[:height]]
        return rows + [Strip.blank(width)] * (height - len(rows))


def changes(before: list[Strip], after: list[Strip]) -> Iterator[Region]:
    """Yield for each row that differs one region, from its first to its last differing cell.

    One and not several, however far apart: Textual sends a row from its widget's left edge to the right
    end of each region, so that a second region would send the first one again.
    """
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        pairs = zip(cells(old), cells(new), strict=True)
        differing = [x for x, (one, other) in enumerate(pairs) if one != other]
        if differing:
            yield Region(differing[0], y, differing[-1] - differing[0] + 1, 1)


def cells(strip: Strip) -> list[Cell]:
    """Return character and style of each cell; a wide character stands in both of its cells."""
    return [
        (cluster, style)
        for text, style, _ in strip
        for cluster, width in clusters(text)
        for _ in range(width)
    ]
