"""How diverse the samples are, each measure against real data measured the same way."""

from textual.strip import Strip

from tui import selectors, states, wording
from tui.draw.meter import meter
from tui.state import State
from tui.widgets.panel import Panel
from tui.widgets.texts import Span

MEASURES = (
    ("coverage", "diversity/coverage", 1.0),
    ("density", "diversity/density", None),
    ("distinct", "diversity/duplicates", 0.5),
)
"""Name, series, and where the watch raises its alarm, as a share of the run's threshold for coverage."""
MORE = (
    ("effective", "diversity/effective", "as diverse as a batch of real images"),
    ("copies", "diversity/copied", "of the samples are near copies of training images"),
)
"""What tall screens have room for: label, series, and what the share is of."""
LABEL, VALUE = 10, 6


class DiversityPanel(Panel):
    """Meters of coverage, density and distinctness; how many modes are there, and which are lost."""

    def concerns(self, state: State) -> tuple[object, ...]:
        """The diversity series, the alarms and the verdict."""
        names = (*(name for _, name, _ in (*MEASURES, *MORE)), "diversity/modes")
        return (
            *map(state.series.get, names),
            state.alarms,
            state.facts.verdict,
            state.facts.metered,
            state.liveness.name,
        )

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return a row for each measure, one for the modes, and the verdict where there is room."""
        if not self.state.facts.metered:
            return [
                self.line("not measured: that takes more"),
                self.line("held-out images, or more than a point"),
            ]
        if selectors.last(self.state, "diversity/coverage") is None:
            return [
                self.line("not measured yet: the first check comes"),
                self.line("within seconds of the first samples"),
            ]
        rows = [self._measure(index, width) for index in range(len(MEASURES))]
        modes = self._modes(width)
        if height <= 3:
            return [rows[0], rows[2], modes][:height]
        more = self._more(width) if height >= len(rows) + len(MORE) + 2 else []
        return [*rows, *more, modes, self._verdict(width)][:height]

    def _more(self, width: int) -> list[Strip]:
        told = [(label, selectors.last(self.state, name), of) for label, name, of in MORE]
        return [
            self.line(f"{label:<{LABEL}}", f"{wording.percent(value):>{VALUE}}", f" {of}", width=width)
            for label, value, of in told
            if value is not None and selectors.finite(value)
        ]

    def _measure(self, index: int, width: int) -> Strip:
        label, name, share = MEASURES[index]
        value = selectors.last(self.state, name)
        text = "?" if value is None or value != value else wording.percent(value)
        early = self.state.facts.verdict == "unknown"  # bad, not collapsed: no reason for alarm
        warn_below = None if early or share is None else share * self.state.facts.diversity_alarm
        low = warn_below is not None and value is not None and value < warn_below
        says = " LOW" if low else ""
        head = self.line(f"{label:<{LABEL}}", Span(f"{text:>{VALUE}}", "error" if low else "", bold=low), " ")
        room = width - head.cell_length - 4
        if room < 4:
            return Strip.join([head, self.line(Span(says, "error", bold=True))])
        bar = meter(
            value,
            width=room,
            warn_below=warn_below,
            ascii=self.terminal.ascii,
            colour=self.colour("success") or None,
            alarm=self.colour("error") or None,
        )
        return Strip.join([head, bar, self.line(Span(says, "error", bold=True))])

    def _modes(self, width: int) -> Strip:
        modes = selectors.last(self.state, "diversity/modes")
        if modes is None or modes != modes:
            return self.line(f"{'modes':<{LABEL}}", f"{'?':>{VALUE}}", width=width)
        total = self.state.facts.modes or len(self.state.facts.classes)
        count = f"{modes:.0f}/{total}" if total else f"{modes:.0f}"
        lost = selectors.lost_classes(self.state)
        spans: list[Span | str] = [f"{'modes':<{LABEL}}", f"{count:>{VALUE}}", " "]
        if lost:
            spans.append(Span(f"lost: {', '.join(lost)}", "error", bold=True))
        elif total and modes >= total:
            spans.append("every class appears")
        return self.line(*spans, width=width)

    def _verdict(self, width: int) -> Strip:
        verdict = self.state.facts.verdict
        words = states.verdict(verdict, alive=self.state.liveness.alive)
        tone = states.tone(verdict)
        colour = "" if tone == "foreground" else tone
        return self.line(f"{'verdict':<{LABEL}} ", Span(words, colour, bold=True), width=width)
