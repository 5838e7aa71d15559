"""Some runs compared: charts with all of them over each other, and a table of values and settings. Live."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message

from engine.run.folder import RunFolder
from tui import compared, comparison, keys, selectors, states
from tui.comparison import Contender, Row
from tui.draw.hues import distinct
from tui.feed import Feed
from tui.naming import told_apart
from tui.screens.place import PlaceScreen
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.celltable import GAP, MARGIN, CellTable, Column
from tui.widgets.keyline import KeyLine
from tui.widgets.overlay import Overlay
from tui.widgets.textline import TextLine, Words
from tui.widgets.texts import Span
from tui.wording import clean, shortened

Mode = Literal["charts", "table", "both"]
NEXT: dict[Mode, Mode] = {"charts": "table", "table": "both", "both": "charts"}
DRAW_SECONDS = 0.5
"""What several runs tell within this time is drawn at once."""
NAME_WIDTH = 24
LEAST, MOST = 11, 30
"""The narrowest and the widest column of a run."""
BOTH_ROWS = 32
"""From this height on there is room for charts and table at first."""
PLACES = ("", "second", "third", "third")
"""The charts by the room that they need; see the stylesheet."""


class CompareScreen(PlaceScreen[None]):
    """Each run has a letter and a colour; those that differ in nothing but the seed make one band."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("compare")]

    class Told(Message):
        """What is known of one of the runs now."""

        def __init__(self, index: int, state: State) -> None:
            self.index = index
            self.state = state
            super().__init__()

    def __init__(self, runs: Sequence[RunFolder], terminal: Terminal) -> None:
        super().__init__()
        self._runs = tuple(runs)
        self._terminal = terminal
        self._letters = comparison.letters(len(runs))
        self._states = [State()] * len(runs)
        self._unread = set(range(len(runs)))
        self._settings = [comparison.resolved(run, State().facts) for run in runs]
        self._feeds = [Feed(run, partial(self._tell, index)) for index, run in enumerate(runs)]
        self._first_series = self._first_run = 0
        self._bands = True
        self._mode: Mode = "charts"
        self._stale = True

    def compose(self) -> ComposeResult:
        """A heading, the charts, the table, the keys."""
        yield TextLine(self._terminal, id="heading")
        with Container(id="overlays"):
            for place in PLACES:
                yield Overlay(self._terminal, classes=place)
        yield CellTable(self._terminal, id="compared")
        yield KeyLine(self._terminal, "compare")

    def on_mount(self) -> None:
        """Begin to look."""
        self._turn_to("both" if self.app.size.height >= BOTH_ROWS else "charts")
        for feed in self._feeds:
            feed.start()
        self.set_interval(DRAW_SECONDS, self._refresh)
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._draw())

    def on_unmount(self) -> None:
        """Look no more."""
        for feed in self._feeds:
            feed.stop()

    def on_resize(self) -> None:
        """Show as many runs as fit."""
        self.call_after_refresh(self._draw)

    def on_compare_screen_told(self, message: Told) -> None:
        """Take in what one run told; it is drawn a little later, with what the others tell."""
        index, state = message.index, message.state
        if state.facts.settings != self._states[index].facts.settings:
            self._settings[index] = comparison.resolved(self._runs[index], state.facts)
        self._states[index] = state
        self._unread.discard(index)
        self._stale = True

    def action_turn_over(self, by: int) -> None:
        """Other series; where the table is alone, other runs."""
        if self._mode == "table":
            self._first_run = max(0, min(self._first_run + by, len(self._runs) - self._fitting()))
        else:
            charts = len(self._charts())
            last = len(compared.drawable(self._states)) - 1
            if 0 <= self._first_series + by * charts <= last:
                self._first_series += by * charts
        self._draw()

    def action_table(self) -> None:
        """Charts, table, or both."""
        self._turn_to(NEXT[self._mode])

    def action_bands(self) -> None:
        """Seeds as bands, or each by itself."""
        self._bands = not self._bands
        self._draw()

    def _tell(self, index: int, state: State) -> None:
        self.post_message(self.Told(index, state))

    def _turn_to(self, mode: Mode) -> None:
        self._mode = mode
        self.query_one("#overlays").display = mode != "table"
        table = self.query_one(CellTable)
        table.display = mode != "charts"
        table.set_class(mode == "both", "-shared")
        if table.display:
            table.focus()
        self.call_after_refresh(self._draw)

    def _refresh(self) -> None:
        if self._stale:
            self._draw()

    def _draw(self) -> None:
        if not self.furnished:
            return
        self._stale = False
        if self._unread:  # what is not known of one would look like a difference to the others
            self.query_one("#heading", TextLine).words = self._heading("reading them")
            return
        contenders = self._contenders()
        colours = self._colours()
        names = compared.drawable(self._states)
        charts = self._charts()
        for place, chart in enumerate(charts):
            name = names[self._first_series + place] if self._first_series + place < len(names) else ""
            lines = partial(compared.lines, name, contenders, tuple(self._states), colours, bands=self._bands)
            chart.show(compared.title(name, contenders), lines)
            chart.visible = bool(name) or not place
        self._show_table(contenders, colours)
        seeds = any(len(group) > 1 for group in comparison.alike(contenders))
        self.query_one(KeyLine).labels = {} if seeds and self._mode != "table" else {"bands": ""}
        self.query_one("#heading", TextLine).words = self._heading(self._part(names, len(charts)))

    def _contenders(self) -> list[Contender]:
        labels = told_apart(
            {run: state.facts.name for run, state in zip(self._runs, self._states, strict=True)}
        )
        return [
            Contender(
                letter=letter,
                label=labels[run],
                run=run,
                facts=state.facts,
                liveness=state.liveness,
                values=selectors.all_typical(state),
                settings=settings,
            )
            for letter, run, state, settings in zip(
                self._letters, self._runs, self._states, self._settings, strict=True
            )
        ]

    def _colours(self) -> list[str]:
        primary = self.app.theme_variables.get("primary", "")
        return [distinct(primary, index) for index in range(len(self._runs))]

    def _charts(self) -> list[Overlay]:
        """The charts that there is room for."""
        return [chart for chart in self.query(Overlay) if chart.styles.display != "none"]

    def _fitting(self) -> int:
        return max(1, (self.size.width - 2 * MARGIN - NAME_WIDTH) // (LEAST + GAP))

    def _show_table(self, contenders: Sequence[Contender], colours: Sequence[str]) -> None:
        self._first_run = max(0, min(self._first_run, len(contenders) - self._fitting()))
        seen = range(self._first_run, min(self._first_run + self._fitting(), len(contenders)))
        room = (self.size.width - 2 * MARGIN - NAME_WIDTH) // max(1, len(seen)) - GAP
        width = max(LEAST, min(MOST, room))
        columns = [Column("name", "", NAME_WIDTH)]
        for index in seen:
            one = contenders[index]
            heading = clean(f"{one.letter} {one.label}", ascii=self._terminal.ascii)
            heading = shortened(heading, width, ascii=self._terminal.ascii)
            columns.append(Column(one.letter, heading, width, colour=colours[index]))
        rows = {f"{place} {row.name}": row for place, row in enumerate(comparison.table(contenders))}

        def cells(key: str) -> list[Span]:
            row = rows[key]
            return [_name(row), *(_cell(row, index, contenders[index]) for index in seen if row.cells)]

        self.query_one(CellTable).show(columns, list(rows), cells)

    def _part(self, names: Sequence[str], charts: int) -> str:
        """What of all that can be compared is on the screen."""
        if not names:
            return "nothing recorded yet"
        if not compared.shared(self._states):
            return "they have no series in common"
        if self._mode != "table":
            first, last = self._first_series + 1, min(self._first_series + charts, len(names))
            return f"series {first if first == last else f'{first} to {last}'} of {len(names)}"
        if (fitting := self._fitting()) < len(self._runs):
            seen = self._letters[self._first_run : self._first_run + fitting]
            return f"{seen[0]} to {seen[-1]}"
        return ""

    def _heading(self, told: str) -> Words:
        return (
            Span(" latentop ", bold=True),
            Span(f"  {len(self._runs)} runs compared{' · ' if told else ''}{told}"),
        )


def _name(row: Row) -> Span:
    return Span(row.name, "accent" if row.heading else "", bold=row.heading)


def _cell(row: Row, index: int, contender: Contender) -> Span:
    text = row.cells[index]
    match row.name:
        case "state":
            return Span(text, states.tone(contender.liveness.name))
        case "verdict":
            return Span(text, states.tone(contender.facts.verdict))
    return Span(f"{text} *", "success", bold=True) if index in row.best else Span(text)
