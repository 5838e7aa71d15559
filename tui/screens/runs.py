"""The list of runs: what trains, what ended, how it went. Live; sorted, searched, named, marked, deleted."""

import time
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Key, Resize
from textual.message import Message
from textual.widgets import Static

from latentop.engine.run.folder import RunFolder
from latentop.tui import keys
from latentop.tui.link.screen import SteadyScreen
from latentop.tui.link.terminal import Terminal
from latentop.tui.runs import run_columns, run_list, run_list_text
from latentop.tui.runs.folder_feed import Listing, RunRow, RunsFeed
from latentop.tui.runs.run_list import RunListView
from latentop.tui.screens.list_preview import RunPreview
from latentop.tui.screens.messages import Newest
from latentop.tui.screens.upkeep import Upkeep
from latentop.tui.widgets.celltable import CellTable
from latentop.tui.widgets.find import FindLine
from latentop.tui.widgets.keyline import KeyLine
from latentop.tui.widgets.textline import TextLine
from latentop.tui.widgets.texts import Span

AGE_SECONDS = 1.0
"""How often ages are told anew."""
PREVIEW_ROWS = ((50, 24), (32, 15), (20, 10), (0, 0))
"""From which height of the screen on the run under the cursor is shown in how many rows."""


class RunsScreen(SteadyScreen[None]):
    """Every run of the folder, newest first unless sorted otherwise."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("runs")]

    class Listed(Newest):
        """The runs as they are now."""

        def __init__(self, listing: Listing) -> None:
            self.listing = listing
            super().__init__()

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

    class Deleted(Message):
        """This run is no more."""

        def __init__(self, run: RunFolder) -> None:
            self.run = run
            super().__init__()

    def __init__(self, runs: Path, terminal: Terminal, *, view: RunListView, back: bool = True) -> None:
        super().__init__()
        self.view = view
        self._runs = runs
        self._rows: dict[str, RunRow] = {}
        self._terminal = terminal
        self._back = back
        self._trouble = ""
        self._looked = False
        self._feed = RunsFeed(runs, lambda listing: self.post_message(self.Listed(listing)))
        self._upkeep = Upkeep(self, runs, deleted=self.Deleted, changed=self._feed.look)

    def compose(self) -> ComposeResult:
        """A heading, the table, the run under the cursor, a line about it, what is looked for, the keys."""
        yield TextLine(self._terminal, id="heading")
        yield CellTable(self._terminal, id="runs")
        yield Static(id="none")
        yield RunPreview(self._terminal)
        yield TextLine(self._terminal, id="about-run")
        yield FindLine("name, preset, state, verdict or note; enter keeps, esc forgets", self.view.words)
        yield KeyLine(self._terminal, "runs", hidden=() if self._back else ("app.return",))

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one("#none").display = self.query_one(RunPreview).display = False
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
        self._look(run_list.by_column(self.view, message.column))

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
        self._look(run_list.by_next(self.view))

    def action_turn(self) -> None:
        """Sort the other way round."""
        self._look(run_list.by_column(self.view, self.view.by))

    def action_mark(self) -> None:
        """Mark the run under the cursor, or take its mark away; then go on to the next."""
        if row := self._chosen():
            self._look(run_list.turned_mark(self.view, row.run))
            self.query_one(CellTable).action_move(1)

    def action_compare(self) -> None:
        """Compare the marked runs."""
        marked = tuple(row.run for row in self._marked())
        if len(marked) >= 2:
            self.post_message(self.Compared(marked))
        else:
            self.notify(f"Comparing takes two runs or more: space marks them, {len(marked)} marked so far")

    def action_rename(self) -> None:
        """Give the run under the cursor a name."""
        if row := self._chosen():
            self._upkeep.rename(row)

    def action_note(self) -> None:
        """Write a note about the run under the cursor."""
        if row := self._chosen():
            self._upkeep.annotate(row)

    @work(exclusive=True)  # who presses the key twice is asked once
    async def action_delete(self) -> None:
        """Delete the marked runs, or the one under the cursor, once that is agreed to."""
        row = self._chosen()
        if rows := self._marked() or ([row] if row else []):
            await self._upkeep.delete(rows, self._hidden())

    def _look(self, view: RunListView, *, cursor: bool = False) -> None:
        """Show the list as that view has it, the cursor on the view's own run where it is asked for."""
        self.view = view
        self._show()
        if cursor:
            self.query_one(CellTable).go(view.cursor)

    def _show(self) -> None:
        if not self.furnished:
            return
        table, none = self.query_one(CellTable), self.query_one("#none", Static)
        view, count = self.view, len(self._rows)
        rows = run_list.shown(list(self._rows.values()), view)
        table.display = bool(rows)
        none.display = not rows
        self._preview(bool(rows))
        if not rows:
            self._say_nothing(none)
        every = list(self._rows.values())
        short = run_columns.short_names(every)
        columns = run_columns.columns(
            self.size.width,
            max((len(row.summary.facts.name or row.run.id) for row in every), default=0),
            view,
            short=max(map(len, short.values()), default=0),
            verdict=run_columns.verdict_width(every, self.size.width),
        )
        names = run_columns.names(every, columns, short)
        now = time.time()

        def cells(key: str) -> list[Span]:
            row = self._rows[key]
            return run_columns.cells(row, names[row.run], view, columns, now)

        table.show(columns, [row.run.id for row in rows], cells)
        training = sum(row.liveness.name == "running" for row in self._rows.values())
        self.query_one("#heading", TextLine).words = run_list_text.heading(
            self._runs, len(rows), count, training, self._hidden(), view, self.size.width
        )
        self.query_one(KeyLine).labels = run_list_text.labels(view, count)
        self._about()

    def _say_nothing(self, none: Static) -> None:
        count = len(self._rows) if self._looked else None
        words = Content(run_list_text.nothing(self.view, count, self._trouble))
        if none.content != words:
            none.update(words)

    def _preview(self, any_rows: bool) -> None:
        """Show the run under the cursor where the list leaves room."""
        shown = self.query_one(RunPreview)
        rows = next(rows for least, rows in PREVIEW_ROWS if self.size.height >= least)
        shown.display, shown.styles.height = any_rows and rows > 0, rows

    def _about(self) -> None:
        row, shown = self._chosen(), self.query_one(RunPreview)
        self.query_one("#about-run", TextLine).words = run_list_text.about(row)
        shown.follow(row.run if row is not None and shown.display and not row.trouble else None)

    def _chosen(self) -> RunRow | None:
        return self._rows.get(self.query_one(CellTable).cursor)

    def _marked(self) -> list[RunRow]:
        return run_list.marked(list(self._rows.values()), self.view)

    def _hidden(self) -> int:
        """How many marked runs are not in the list as it is now."""
        return run_list.hidden(list(self._rows.values()), self.view)
