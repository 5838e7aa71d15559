"""Some runs compared: charts of all of them over each other, samples, values and settings. Live."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message

from latentop.engine.run.folder import RunFolder
from latentop.tui import keys, themes
from latentop.tui.link.screen import SteadyScreen
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import comparison, comparison_chart, derived, run_state
from latentop.tui.model.comparison import ComparisonRow, Contender
from latentop.tui.model.plain_text import clean, shortened
from latentop.tui.model.state import State
from latentop.tui.model.viewport import Viewport
from latentop.tui.runs import current_preset
from latentop.tui.runs.feed import Feed
from latentop.tui.runs.names import told_apart
from latentop.tui.widgets.celltable import GAP, MARGIN, CellTable, Column
from latentop.tui.widgets.keyline import KeyLine
from latentop.tui.widgets.overlay import Overlay
from latentop.tui.widgets.samples_row import SamplesRow, newest
from latentop.tui.widgets.textline import TextLine, Words
from latentop.tui.widgets.texts import Span

Mode = Literal["charts", "table", "both"]
NEXT: dict[Mode, Mode] = {"charts": "table", "table": "both", "both": "charts"}
DRAW_SECONDS = 0.5
"""What several runs tell within this time is drawn at once."""
NAME_WIDTH = 24
LEAST, MOST = 11, 30
"""The narrowest and the widest column of a run."""
BOTH_ROWS = 32
"""From this height on there is room for charts and table at first."""
SAMPLES_ROWS = 20
"""From this height on there is room for samples, too."""
PLACES = ("", "second", "third", "third")
"""The charts by the room that they need; see the stylesheet."""


class CompareScreen(SteadyScreen[None]):
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
        self._settings = [current_preset.resolved(run, State().facts) for run in runs]
        self._feeds = [Feed(run, partial(self._tell, index)) for index, run in enumerate(runs)]
        self._first_series = self._first_run = 0
        self._bands = True
        self._viewport, self._log = Viewport(), False
        self._mode: Mode = "charts"
        self._stale = True

    def compose(self) -> ComposeResult:
        """A heading, the charts, samples of each, the table, the keys."""
        yield TextLine(self._terminal, id="heading")
        with Container(id="overlays"):
            for place in PLACES:
                yield Overlay(self._terminal, classes=place)
        yield SamplesRow(self._terminal)
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
        facts, before = state.facts, self._states[index].facts
        if (facts.settings, facts.config) != (before.settings, before.config):
            self._settings[index] = current_preset.resolved(self._runs[index], facts)
        self._states[index] = state
        self._unread.discard(index)
        self._stale = True

    def action_turn_over(self, by: int) -> None:
        """Other series; where the table is alone, other runs."""
        if self._mode == "table":
            self._first_run = max(0, min(self._first_run + by, len(self._runs) - self._fitting()))
        else:
            charts = len(self._charts())
            first = max(0, self._first_series + by * charts)  # after a resize there may be less than a page
            if first < len(comparison_chart.drawable(self._states)):
                self._first_series = first
        self._draw()

    def action_log(self) -> None:
        """Draw values on a logarithmic axis, or on a linear one again."""
        self._log = not self._log
        self._look()

    def action_zoom(self, factor: float) -> None:
        """Show so many times the steps."""
        self._viewport = self._viewport.zoomed(factor, self._last)
        self._look()

    def action_whole(self) -> None:
        """Show all steps."""
        self._viewport = self._viewport.whole()
        self._look()

    def action_scrub(self, columns: int) -> None:
        """Move the cursor: the legends tell the values there."""
        across = max((chart.content_size.width for chart in self._charts()), default=1)
        self._viewport = self._viewport.moved(columns, across, self._last)
        self._look()

    @property
    def _last(self) -> int:
        """The newest step of any run."""
        return max(map(derived.step, self._states))

    def _look(self) -> None:
        for chart in self.query(Overlay):
            chart.look(self._viewport, log=self._log)
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
        self.set_focus(table if table.display else None)
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
        colours = themes.run_colours(self.app.theme_variables, len(self._runs))
        names = comparison_chart.drawable(self._states)
        charts = self._charts()
        for place, chart in enumerate(charts):
            name = names[self._first_series + place] if self._first_series + place < len(names) else ""
            lines = partial(
                comparison_chart.lines, name, contenders, tuple(self._states), colours, bands=self._bands
            )
            chart.show(comparison_chart.title(name, contenders), lines)
            chart.visible = bool(name) or not place
        self._show_samples(contenders, colours)
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
                values=derived.all_typical(state),
                settings=settings,
            )
            for letter, run, state, settings in zip(
                self._letters, self._runs, self._states, self._settings, strict=True
            )
        ]

    def _charts(self) -> list[Overlay]:
        """The charts that there is room for."""
        return [chart for chart in self.query(Overlay) if chart.styles.display != "none"]

    def _show_samples(self, contenders: Sequence[Contender], colours: Sequence[str]) -> None:
        """What each draws, where any does, and the screen is high enough; those of the table where it is."""
        drawn = any(newest(state) is not None for state in self._states)
        row = self.query_one(SamplesRow)
        row.display = drawn and self._mode != "table" and self.size.height >= SAMPLES_ROWS
        first = min(self._first_run, max(0, len(contenders) - row.fitting(self.size.width)))
        row.show(
            [
                (clean(f"{one.letter} {one.label}"), colours[index], self._states[index])
                for index, one in enumerate(contenders)
                if index >= first
            ]
        )

    def _fitting(self) -> int:
        return max(1, (self.size.width - 2 * MARGIN - NAME_WIDTH) // (LEAST + GAP))

    def _show_table(self, contenders: Sequence[Contender], colours: Sequence[str]) -> None:
        self._first_run = max(0, min(self._first_run, len(contenders) - self._fitting()))
        seen = range(self._first_run, min(self._first_run + self._fitting(), len(contenders)))
        rows = {f"{place} {row.name}": row for place, row in enumerate(comparison.table(contenders))}
        called = {index: clean(f"{contenders[index].letter} {contenders[index].label}") for index in seen}
        room = self.size.width - 2 * MARGIN - len(seen) * (LEAST + GAP) - GAP
        names = max(NAME_WIDTH, min(room, max((len(clean(row.name)) for row in rows.values()), default=0)))
        room = (self.size.width - 2 * MARGIN - names) // max(1, len(seen)) - GAP
        width = max(LEAST, min(max(MOST, *map(len, called.values())), room))
        columns = [Column("name", "", names)]
        for index, name in called.items():
            heading = shortened(name, width)
            columns.append(Column(contenders[index].letter, heading, width, colour=colours[index]))

        def cells(key: str) -> list[Span]:
            row = rows[key]
            return [_name(row), *(_cell(row, index, contenders[index]) for index in seen if row.cells)]

        self.query_one(CellTable).show(columns, list(rows), cells)

    def _part(self, names: Sequence[str], charts: int) -> str:
        """What of all that can be compared is on the screen."""
        if not names:
            return "nothing recorded yet"
        if not comparison_chart.shared(self._states):
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


def _name(row: ComparisonRow) -> Span:
    return Span(row.name, "accent" if row.heading else "", bold=row.heading)


def _cell(row: ComparisonRow, index: int, contender: Contender) -> Span:
    text = row.cells[index]
    match row.name:
        case "state":
            return Span(text, run_state.tone(contender.liveness.name))
        case "verdict":
            return Span(text, run_state.tone(contender.facts.verdict))
    return Span(f"{text} *", "accent", bold=True) if index in row.best else Span(text)
