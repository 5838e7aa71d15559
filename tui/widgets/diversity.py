"""How diverse the samples are, each measure against real data measured the same way."""

from collections.abc import Sequence
from math import ceil, isnan

from textual.strip import Strip

from engine.run.series import PRESENCE
from presets.watching import Watch
from tui import details, presence, selectors, verdicts, wording
from tui.details import Section
from tui.draw.meter import meter
from tui.draw.spark import spark
from tui.measures import COPIES, METERS, MODES, Told
from tui.state import State
from tui.trend import WINDOW, trend
from tui.widgets import modebars
from tui.widgets.panel import Panel
from tui.widgets.texts import Span
from tui.widgets.trends import arrow

LABEL, VALUE, CHANCE, SAYS = 10, 6, 5, 4
FULL = 1.1
"""The share of real data at which a bar ends: there is room for the chance in real data around 1."""
SPARK = 16
BAR, LONGEST_BAR = 12, 60


class DiversityPanel(Panel):
    """Meters of coverage, density and distinctness; which modes are there; and what that means in words."""

    can_focus = True

    def concerns(self, state: State) -> tuple[object, ...]:
        """The diversity series, the alarms, and whether it is too early to judge."""
        names = (told.series for told in (*METERS, COPIES, MODES))
        return (
            *map(state.series.get, (*names, f"{PRESENCE}1")),
            state.alarms,
            state.facts.verdict,
            state.facts.metered,
            state.liveness.name,
        )

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """Each measure with its meaning, its history and its alarms."""
        return details.diversity(state, watch)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the measures, the modes and the verdict, as many of them as there is room for."""
        if not self.state.facts.metered:
            return [
                self.line("not measured: that takes more"),
                self.line("held-out images, or more than a point"),
            ]
        if selectors.last(self.state, verdicts.COVERAGE) is None:
            return [
                self.line("not measured yet: the first check comes"),
                self.line("within seconds of the first samples"),
            ]
        if height <= 3:
            return [self._measure(METERS[0], width), self._modes(width), self._verdict(width)][:height]
        rows = [
            self._measure(one, width)
            for one in METERS[: 3 if height < 8 else 4]
            if one.series in self.state.series
        ]
        if height >= 8 and COPIES.series in self.state.series:
            rows.append(self._copied(width))
        return [*rows, *self._mode_rows(width, height - len(rows) - 1), self._verdict(width)][:height]

    @property
    def _early(self) -> bool:
        """Whether samples may still be bad and not collapsed, which is no reason for alarm."""
        return self.state.facts.verdict == "unknown"

    def _measure(self, told: Told, width: int) -> Strip:
        value = selectors.typical(self.state, told.series)
        if value is None:
            return self.line(f"{told.brief:<{LABEL}}", f"{'?':>{VALUE}}", width=width)
        facts = self.state.facts
        warn_below = None if self._early or not told.level else told.scale * facts.diversity_alarm
        low = warn_below is not None and value < warn_below
        chance = 2 * facts.diversity_chance.get(told.series.removeprefix("diversity/"), 0.0)
        text = "?" if isnan(value) else wording.percent(value)
        head: list[Span | str] = [
            f"{told.brief:<{LABEL}}",
            Span(f"{text:>{VALUE}}", "error" if low else "", bold=low),
            f"{f' ±{ceil(100 * chance)}' if chance else '':<{CHANCE if facts.diversity_chance else 1}}",
            *self._course(told.series, chance, width),
        ]
        shown = self.line(*head)
        room = min(LONGEST_BAR, width - shown.cell_length - SAYS)
        says = self.line(Span(" LOW" if low else "", "error", bold=True))
        if room < SAYS:
            return Strip.join([shown, says])
        bar = meter(
            value,
            width=room,
            full=FULL,
            warn_below=warn_below,
            normal=(1 - chance, 1 + chance) if chance else None,
            ascii=self.terminal.ascii,
            colour=self.colour("success") or None,
            alarm=self.colour("error") or None,
        )
        return Strip.join([shown, bar, says])

    def _course(self, name: str, chance: float, width: int) -> list[Span | str]:
        """Which way it went lately, as an arrow; where there is room its history before that."""
        going = arrow(trend(self.state.series[name], chance=chance), ascii=self.terminal.ascii)
        if width < LABEL + VALUE + CHANCE + SPARK + BAR + SAYS + 4:
            return [going, " "]
        values = self.state.series[name].mean[-WINDOW:]
        drawn = spark(values, SPARK, ascii=self.terminal.ascii, limits=(0.0, FULL))
        return [Span(drawn, "primary-darken-2"), " ", going, "  "]

    def _copied(self, width: int) -> Strip:
        """How many samples are near copies: a share of the samples, which real data have none of."""
        value = selectors.typical(self.state, COPIES.series)
        share = "?" if value is None or isnan(value) else wording.percent(max(0.0, value))
        said = "of the samples are near copies of training images"
        return self.line(f"{COPIES.brief:<{LABEL}}", f"{share:>{VALUE}}", f" {said}", width=width)

    def _mode_rows(self, width: int, height: int) -> list[Strip]:
        """The modes in at most ``height`` rows: bars with names and shares, bars in a row, or a count."""
        modes, plain = presence.modes(self.state), self.terminal.ascii
        if not modes:
            return [self._modes(width)]
        head = f"modes {self._count()}".ljust(LABEL + 2)
        room = width - len(head)
        gone = "" if self._early else "error"
        named = modebars.in_columns(modes, room, height, ascii=plain, gone=gone)
        if named:
            heads = [head, *[" " * len(head)] * (len(named) - 1)]
            return [self.line(one, *row, width=width) for one, row in zip(heads, named, strict=True)]
        bars = self.line(head, *modebars.in_a_row(modes, room, ascii=plain, gone=gone), width=width)
        return [self._modes(width), bars] if height > 1 else [bars]

    def _modes(self, width: int) -> Strip:
        """How many modes are there, and which are not."""
        spans: list[Span | str] = [f"{MODES.brief:<{LABEL}}", f"{self._count():>{VALUE}}", " "]
        modes = presence.modes(self.state)
        lost = [mode.name for mode in presence.lost(modes)] or list(selectors.lost_classes(self.state))
        never = [mode.name for mode in presence.missing(modes)]
        room = width - LABEL - VALUE - 1
        if self._early and (lost or never):
            spans.append(_naming("not shown: ", [*lost, *never], room))
        elif lost:
            spans.append(Span(_naming("lost: ", lost, room), "error", bold=True))
        elif never:
            spans.append(_naming("never shown: ", never, room))
        elif verdicts.all_modes(self.state):
            spans.append("every one appears")
        return self.line(*spans, width=width)

    def _count(self) -> str:
        modes = selectors.typical(self.state, MODES.series)
        total = self.state.facts.modes or len(self.state.facts.classes)
        count = "?" if modes is None or isnan(modes) else f"{modes:.0f}"
        return f"{count}/{total}" if total else count

    def _verdict(self, width: int) -> Strip:
        words = verdicts.diversity(self.state)
        return self.line(Span(words.within(width), words.tone, bold=True), width=width)


def _naming(words: str, names: Sequence[str], room: int) -> str:
    """The words and as many names behind them as there is room for, none cut."""
    return words + wording.as_many([wording.clean(name) for name in names], room - len(words))
