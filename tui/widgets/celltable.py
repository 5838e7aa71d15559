"""A table with a cursor that stays on its row, sorted anew or grown; only rows that can be seen are made.

Textual's ``DataTable`` makes every cell: 500 runs in a new order keep the screen for 100 ms, here for 9.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Hide, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip

from latentop.tui.link.terminal import Terminal
from latentop.tui.model.state import State
from latentop.tui.themes import legible
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, strip

GAP = 2
"""Blank cells between two columns."""
MARGIN = 1
"""Cells left of the first column, and right of the last, where the place in a long list is shown."""
WHEEL_ROWS = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: ``width`` in cells, its heading as it is shown."""

    name: str
    heading: str
    width: int
    right: bool = False
    colour: str = ""
    """Of the heading: a name of the theme's, or ``#rrggbb``."""


class CellTable(Panel):
    """Rows by key; ``show`` says which there are, and whoever shows them draws those that can be seen."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "row above", show=False),
        Binding("down", "move(1)", "row below", show=False),
        Binding("pageup", "page(-1)", "page above", show=False),
        Binding("pagedown", "page(1)", "page below", show=False),
        Binding("home", "end(-1)", "first row", show=False),
        Binding("end", "end(1)", "last row", show=False),
        Binding("enter", "open", "open", show=False),
    ]

    class Opened(Message):
        """Enter, or a click on the row that the cursor was on."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class Headed(Message):
        """The heading of a column was clicked."""

        def __init__(self, column: str) -> None:
            self.column = column
            super().__init__()

    def __init__(self, terminal: Terminal, *, id: str | None = None) -> None:
        super().__init__(terminal, id=id)
        self._columns: tuple[Column, ...] = ()
        self._keys: tuple[str, ...] = ()
        self._cells: Callable[[str], Sequence[Span]] = lambda key: ()
        self._cursor = self._top = 0

    @property
    def cursor(self) -> str:
        """The key of the row that the cursor is on; empty where there is no row."""
        return self._keys[self._cursor] if self._keys else ""

    def concerns(self, state: State) -> tuple[object, ...]:
        """No part of a state: the table shows what it is given."""
        return ()

    def show(
        self, columns: Sequence[Column], keys: Sequence[str], cells: Callable[[str], Sequence[Span]]
    ) -> None:
        """Show these rows, drawn by ``cells``; the cursor stays on its row, and that where it is in sight."""
        before, line = self.cursor, self._cursor - self._top
        self._columns, self._keys, self._cells = tuple(columns), tuple(keys), cells
        where = self._keys.index(before) if before in self._keys else self._cursor
        self._cursor = max(0, min(where, len(self._keys) - 1))
        self._top = self._cursor - line
        self._clamp()
        self.redraw()
        if self.cursor != before:
            self.post_message(self.Moved(self.cursor))

    def go(self, key: str) -> None:
        """Put the cursor on a row, if there is such a one."""
        if key in self._keys:
            self._to(self._keys.index(key))

    def action_move(self, by: int) -> None:
        """One row up or down."""
        self._to(self._cursor + by)

    def action_page(self, by: int) -> None:
        """As many rows up or down as can be seen."""
        self._to(self._cursor + by * max(1, self._seen()))

    def action_end(self, way: int) -> None:
        """The first row or the last."""
        self._to(len(self._keys) * max(way, 0))

    def action_open(self) -> None:
        """Say that the row under the cursor shall be opened."""
        if self._keys:
            self.post_message(self.Opened(self.cursor))

    def on_click(self, event: Click) -> None:
        """A heading is told; a row gets the cursor, and is opened where it had it."""
        at = event.get_content_offset(self)
        if at is None:
            return
        if at.y == 0:
            if column := self._column(at.x):
                self.post_message(self.Headed(column.name))
        elif (row := self._top + at.y - 1) < len(self._keys):
            self.action_open() if row == self._cursor else self._to(row)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Look further down; the cursor stays unless it would be out of sight."""
        self._scroll(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Look further up, as above."""
        self._scroll(-WHEEL_ROWS)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._clamp()

    def on_hide(self, event: Hide) -> None:
        """Keep the focus: keys that come as soon as it is shown again are meant for it."""
        event.prevent_default()

    def on_mount(self) -> None:
        """Show the cursor as one that moves, or as one that waits."""
        self.watch(self, "has_focus", self.redraw, init=False)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the headings, then the rows that can be seen."""
        faint = self.faint()
        head = [Span(column.heading, column.colour, bold=True) for column in self._columns]
        strips = [self._row(head, width)]
        seen = max(0, height - 1)
        for line, key in enumerate(self._keys[self._top : self._top + seen]):
            here = self._top + line == self._cursor
            row = self._row(self._cells(key), width - 1, ">" if here else "", self._ground() if here else "")
            thumb = Segment(self._thumb(line, seen), Style(color=faint or None))
            row = Strip.join([row.adjust_cell_length(width - 1), Strip([thumb])])
            strips.append(row.apply_style(self._cursor_style()) if here else row)
        return strips

    def colour(self, name: str) -> str:
        """A colour of the theme, or one that is none of a name."""
        return name if name.startswith("#") and self.terminal.colour else super().colour(name)

    def _row(self, cells: Sequence[Span], width: int, sign: str = "", ground: str = "") -> Strip:
        """The cells in their columns, in colours that are read on that ground, where it is known."""

        def colour(name: str) -> str:
            return legible(self.colour(name), ground)

        parts = [self.line(sign.ljust(MARGIN))]
        for column, cell in zip(self._columns, cells, strict=False):
            text = cell.text.rjust(column.width) if column.right else cell.text
            drawn = strip([Span(text, cell.colour, cell.bold)], colour, width=column.width)
            parts += [drawn.adjust_cell_length(column.width), self.line(" " * GAP)]
        return Strip.join(parts).adjust_cell_length(width)

    def _cursor_style(self) -> Style:
        if not (ground := self._ground()):
            return Style(reverse=True if self.has_focus else None)
        return Style(color=legible(self.colour("foreground"), ground), bgcolor=ground)

    def _ground(self) -> str:
        """What the row of the cursor stands on; empty where the theme has the terminal's own colours."""
        ground = self.colour("cursor" if self.has_focus else "block-cursor-blurred-background")
        return ground if ground.startswith("#") else ""

    def _thumb(self, line: int, seen: int) -> str:
        """What stands right of a line: where in the list this is, if not all of it can be seen."""
        count = len(self._keys)
        if count <= seen:
            return " "
        first, last = self._top * seen // count, (self._top + seen) * seen // count
        return "▐" if first <= line <= last else " "

    def _column(self, x: int) -> Column | None:
        start = MARGIN
        for column in self._columns:
            if start <= x < start + column.width + GAP:
                return column
            start += column.width + GAP
        return None

    def _seen(self) -> int:
        return max(0, self.content_size.height - 1)

    def _to(self, row: int) -> None:
        row = max(0, min(row, len(self._keys) - 1))
        if row != self._cursor:
            self._cursor = row
            self._clamp()
            self.redraw()
            self.post_message(self.Moved(self.cursor))

    def _scroll(self, by: int) -> None:
        seen = self._seen()
        self._top = max(0, min(self._top + by, len(self._keys) - seen))
        self._to(max(self._top, min(self._cursor, self._top + seen - 1)))
        self.redraw()

    def _clamp(self) -> None:
        """Scroll no further than needed for the cursor to be in sight, and for no row to be wasted."""
        seen = self._seen()
        if seen:
            self._top = min(max(self._top, self._cursor - seen + 1), self._cursor, len(self._keys) - seen)
        self._top = max(0, self._top)
