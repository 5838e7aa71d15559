"""The list of runs: what trains, what ended, how it went. Live; Enter opens one."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Static

from engine.run.folder import RunFolder
from tui import keys, selectors, states, wording
from tui.runs_feed import Listing, RunRow, RunsFeed
from tui.terminal import Terminal
from tui.widgets.keyline import KeyLine

WIDTHS = {"run": 30, "preset": 14, "state": 12, "verdict": 18, "step": 9, "newest values": 36, "age": 13}
"""Headings in their order, and widths in cells; a name gets more where there is room."""
NEEDED = ("run", "state", "verdict", "step")
MORE = ("newest values", "age", "preset")
"""Where there is room, the most important first."""
FEWEST = 24
"""The cells that newest values can do with."""
PADDING = 1
EMPTY = "No runs here yet.\n\np chooses a preset and trains it at once."


class RunsScreen(Screen[None]):
    """Every run of the folder, newest first."""

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

    def __init__(self, runs: Path, terminal: Terminal, *, back: bool = True) -> None:
        super().__init__()
        self._terminal = terminal
        self._back = back
        self._runs = runs
        self._rows: tuple[RunRow, ...] = ()
        self._feed = RunsFeed(runs, lambda listing: self.post_message(self.Listed(listing)))
        self._widths: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        """A heading, the table, the keys."""
        yield Static("runs", id="heading")
        yield DataTable[Text](cursor_type="row", zebra_stripes=False, cell_padding=PADDING)
        yield Static(EMPTY, id="none")
        yield KeyLine(self._terminal, "runs", hidden=() if self._back else ("app.return",))

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one("#heading", Static).update(
            Text.assemble(
                (" latentop ", "bold"),
                f"  runs in {wording.clean(str(self._runs))}",
                no_wrap=True,
                overflow="ellipsis",
            )
        )
        self.query_one("#none").display = False
        self._feed.start()

    def on_unmount(self) -> None:
        """Look no more."""
        self._feed.stop()

    def on_resize(self, event: Resize) -> None:
        """Show as many columns as fit."""
        self._show(event.size.width)

    def on_runs_screen_listed(self, message: Listed) -> None:
        """Take in the runs as they are now."""
        self._rows = message.listing.rows
        trouble = wording.clean(message.listing.trouble, ascii=self._terminal.ascii)
        self.query_one("#none", Static).update(Content(trouble or EMPTY))
        self._show(self.size.width)

    def on_data_table_row_selected(self, event: "DataTable.RowSelected") -> None:
        """Open the run of the row."""
        chosen = next((row.run for row in self._rows if row.run.id == event.row_key.value), None)
        if chosen is not None:
            self.post_message(self.Chosen(chosen))

    def _show(self, width: int) -> None:
        table: DataTable[Text] = self.query_one(DataTable)
        widths = _widths(width, max((len(row.run.id) for row in self._rows), default=0))
        table.display = bool(self._rows)
        self.query_one("#none").display = not self._rows
        names = [row.run.id for row in self._rows]
        if widths != self._widths or names != [key.value for key in table.rows]:
            self._rebuild(table, widths)
            return
        now = time.time()
        for row in self._rows:
            for name, cell in _cells(row, now, widths, self._terminal, self.app.theme_variables).items():
                if table.get_cell(row.run.id, name) != cell:
                    table.update_cell(row.run.id, name, cell)

    def _rebuild(self, table: DataTable[Text], widths: dict[str, int]) -> None:
        """All rows anew, the cursor on the run that it was on."""
        keys_before = [key.value for key in table.rows]
        chosen = (
            keys_before[table.cursor_row] if keys_before and table.cursor_row < len(keys_before) else None
        )
        table.clear(columns=True)
        for name, width in widths.items():
            table.add_column(Text(name, style="bold"), key=name, width=width)
        now = time.time()
        for row in self._rows:
            cells = _cells(row, now, widths, self._terminal, self.app.theme_variables)
            table.add_row(*cells.values(), key=row.run.id)
        names = [row.run.id for row in self._rows]
        if chosen in names:
            table.move_cursor(row=names.index(chosen))
        self._widths = widths
        if self._rows and self.focused is None:
            table.focus()


def _widths(width: int, longest: int) -> dict[str, int]:
    """The columns that fit and their widths, in the order of the headings; names go before what is extra."""
    found = {name: WIDTHS[name] for name in NEEDED}
    room = width - sum(one + 2 * PADDING for one in found.values())
    more = max(0, min(longest - found["run"], room))
    found["run"] += more
    room -= more
    for name in MORE:
        wanted = min(WIDTHS[name], max(room - 2 * PADDING, FEWEST)) if name == MORE[0] else WIDTHS[name]
        if wanted + 2 * PADDING <= room:
            found[name] = wanted
            room -= wanted + 2 * PADDING
    return {name: found[name] for name in WIDTHS if name in found}


def _cells(
    row: RunRow, now: float, widths: Mapping[str, int], terminal: Terminal, colours: Mapping[str, str]
) -> dict[str, Text]:
    """What the row shows in each column that there is."""
    state, facts, ascii = row.state, row.state.facts, terminal.ascii
    begun = selectors.has_data(state)
    step = wording.spaced(selectors.step(state))
    told = {
        "run": row.run.id,
        "preset": facts.preset,
        "state": states.state(state.liveness, selectors.pending(state)),
        "verdict": states.verdict(facts.verdict, alive=state.liveness.alive) if begun else "",
        "step": f"{step:>9}" if begun else "",
        "newest values": _values(row) or state.trouble.replace(str(row.run.database), row.run.database.name),
        "age": f"{wording.duration(now - facts.created)} ago" if facts.created else "",
    }
    told["run"] = wording.shortened(wording.clean(told["run"], ascii=ascii), widths["run"], ascii=ascii)
    cells = {
        name: Text(wording.clean(told[name], ascii=ascii), no_wrap=True, overflow="ellipsis")
        for name in widths
    }
    if terminal.colour:
        cells["state"].stylize(_ink(state.liveness.name, colours))
        cells["verdict"].stylize(_ink(facts.verdict, colours))
    return cells


def _ink(name: str, colours: Mapping[str, str]) -> str:
    """The theme's colour for a state or a verdict; none where the theme has the terminal's own."""
    colour = colours.get(states.tone(name), "")
    return colour[:7] if colour.startswith("#") else ""


def _values(row: RunRow) -> str:
    state = row.state
    shown = (
        ("G", "loss/generator"),
        ("D", "loss/discriminator"),
        ("error", "loss/reconstruction"),
        ("valid", "valid/reconstruction"),
    )
    parts = [
        f"{label} {wording.short(value)}"
        for label, name in shown
        if (value := selectors.last(state, name)) is not None
    ]
    coverage = selectors.last(state, "diversity/coverage")
    if coverage is not None and selectors.finite(coverage):
        parts.append(f"coverage {wording.percent(coverage)}")
    return "  ".join(parts)
