"""The list of runs: what trains, what ended, how it went. Live; sorted, searched, named, marked, deleted."""

import time
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Key, Resize
from textual.message import Message
from textual.widgets import Static

from engine.run.folder import RunFolder
from tui import keys, runs_cells, runs_list, runs_words
from tui.runs_feed import Listing, RunsFeed
from tui.runs_list import View
from tui.screens.keeping import Keeping
from tui.terminal import Terminal
from tui.widgets.celltable import CellTable
from tui.widgets.find import FindLine
from tui.widgets.keyline import KeyLine
from tui.widgets.textline import TextLine
from tui.widgets.texts import Span

AGE_SECONDS = 1.0
"""How often ages are told anew."""


class RunsScreen(Keeping):
    """Every run of the folder, newest first unless sorted otherwise."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("runs")]

    class Listed(Message):
        """The runs as they are now. Only the newest list matters."""

        def __init__(self, listing: Listing) -> None:
            self.listing = listing
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            """Whether this list makes an older one needless."""
            return isinstance(message, RunsScreen.Listed)

    class Chosen(Message):
        """This run shall be opened."""

        def __init__(self, run: RunFolder) -> None:
            self.run = run
            super().__init__()

    class Compared(Message):
        """These runs shall be compared."""

        def __init__(self, runs: tuple[RunFolder, ...]) -> None:
            self.runs = runs
            super().__init__()

    def __init__(self, runs: Path, terminal: Terminal, *, view: View, back: bool = True) -> None:
        super().__init__(runs, view)
        self._terminal = terminal
        self._back = back
        self._trouble = ""
        self._looked = False
        self._feed = RunsFeed(runs, lambda listing: self.post_message(self.Listed(listing)))

    def compose(self) -> ComposeResult:
        """A heading, the table, a line about the run under the cursor, what is looked for, the keys."""
        yield TextLine(self._terminal, id="heading")
        yield CellTable(self._terminal, id="runs")
        yield Static(id="none")
        yield TextLine(self._terminal, id="about-run")
        yield FindLine("name, preset, state, verdict or note; enter keeps, esc forgets", self.view.words)
        yield KeyLine(self._terminal, "runs", hidden=() if self._back else ("app.return",))

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one("#none").display = False
        self.query_one(CellTable).focus()
        self._feed.start()
        self.set_interval(AGE_SECONDS, self._show)

    def on_unmount(self) -> None:
        """Look no more."""
        self._feed.stop()

    def on_resize(self, event: Resize) -> None:
        """Show as many columns as fit."""
        self.call_after_refresh(self._show)

    def on_runs_screen_listed(self, message: Listed) -> None:
        """Take in the runs as they are now."""
        first, self._looked = not self._rows, True
        self._rows = {row.run.id: row for row in message.listing.rows}
        self._trouble = message.listing.trouble
        there = {row.run for row in message.listing.rows}
        self._look(replace(self.view, marked=self.view.marked & there), cursor=first)

    def on_cell_table_opened(self, message: CellTable.Opened) -> None:
        """Open the run of the row."""
        self.post_message(self.Chosen(self._rows[message.key].run))

    def on_cell_table_moved(self, message: CellTable.Moved) -> None:
        """Tell about the run that the cursor is on now."""
        self.view = replace(self.view, cursor=message.key)
        self._about()

    def on_cell_table_headed(self, message: CellTable.Headed) -> None:
        """Sort by the column whose heading was clicked."""
        self._look(runs_list.by_column(self.view, message.column))

    def on_find_line_changed(self, message: FindLine.Changed) -> None:
        """Show what matches while it is typed."""
        self._look(replace(self.view, words=message.words))

    def on_find_line_left(self) -> None:
        """Back to the list, with what is looked for."""
        self.query_one(CellTable).focus()

    def on_key(self, event: Key) -> None:
        """Escape shows all again before it leaves."""
        find = self.query_one(FindLine)
        if event.key == "escape" and find.words:
            event.stop()
            find.action_forget()

    def action_find(self) -> None:
        """Type what to look for."""
        self.query_one(FindLine).open()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._look(runs_list.by_next(self.view))

    def action_turn(self) -> None:
        """Sort the other way round."""
        self._look(runs_list.by_column(self.view, self.view.by))

    def action_mark(self) -> None:
        """Mark the run under the cursor, or take its mark away; then go on to the next."""
        if row := self._chosen():
            self._look(runs_list.turned_mark(self.view, row.run))
            self.query_one(CellTable).action_move(1)

    def action_compare(self) -> None:
        """Compare the marked runs."""
        marked = tuple(row.run for row in runs_list.marked(list(self._rows.values()), self.view))
        if len(marked) >= 2:
            self.post_message(self.Compared(marked))
        else:
            self.notify(f"Comparing takes two runs or more: space marks them, {len(marked)} marked so far")

    def look_again(self) -> None:
        """Look at all runs at once."""
        self._feed.look()

    def _look(self, view: View, *, cursor: bool = False) -> None:
        """Show the list as that view has it, the cursor on the view's own run where it is asked for."""
        self.view = view
        self._show()
        if cursor:
            self.query_one(CellTable).go(view.cursor)

    def _show(self) -> None:
        if not self.furnished:
            return
        table, none = self.query_one(CellTable), self.query_one("#none", Static)
        terminal, view, count = self._terminal, self.view, len(self._rows)
        rows = runs_list.shown(list(self._rows.values()), view)
        table.display = bool(rows)
        none.display = not rows
        if rows and self.focused is None:  # what is hidden loses the focus
            table.focus()
        if not rows:
            self._say_nothing(none)
        longest = max((len(row.summary.facts.name or row.run.id) for row in self._rows.values()), default=0)
        columns = runs_cells.columns(self.size.width, longest, view, ascii=terminal.ascii)
        names = runs_cells.names(list(self._rows.values()), columns)
        now = time.time()

        def cells(key: str) -> list[Span]:
            row = self._rows[key]
            return runs_cells.cells(row, names[row.run], view, columns, now, terminal)

        table.show(columns, [row.run.id for row in rows], cells)
        hidden = runs_list.hidden(list(self._rows.values()), view)
        heading = runs_words.heading(self._runs, len(rows), count, hidden, view, terminal, self.size.width)
        self.query_one("#heading", TextLine).words = heading
        self.query_one(KeyLine).labels = runs_words.labels(view, count)
        self._about()

    def _say_nothing(self, none: Static) -> None:
        count = len(self._rows) if self._looked else None
        words = Content(runs_words.nothing(self.view, count, self._trouble, self._terminal))
        if none.content != words:
            none.update(words)

    def _about(self) -> None:
        self.query_one("#about-run", TextLine).words = runs_words.about(self._chosen())
