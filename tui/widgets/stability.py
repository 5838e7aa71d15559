"""Whether training itself is sound: gradients, the discriminator's accuracy, values that are not finite."""

from collections.abc import Iterable, Iterator

from textual.strip import Strip

from tui import selectors, wording
from tui.draw.spark import spark
from tui.state import State
from tui.widgets.panel import Panel
from tui.widgets.texts import Span

Row = tuple[str, str, frozenset[str]]
"""Label, series, and the alarms that say the series is not well."""
RUN_AWAY = frozenset({"diverged", "exploding"})
"""The alarms of numbers that have no bound."""
ROWS: tuple[Row, ...] = (
    (
        "D accuracy",
        "accuracy/discriminator",
        frozenset({"discriminator-wins", "generator-wins", "runaway-logits"}),
    ),
    ("|∇G|", "grad/generator", RUN_AWAY),
    ("|∇D|", "grad/discriminator", RUN_AWAY),
    ("|∇|", "grad/autoencoder", RUN_AWAY),
    ("|∇C|", "grad/classifier", RUN_AWAY),
)
SELDOM: tuple[Row, ...] = (
    ("ΔG / G", "update/generator", RUN_AWAY),
    ("ΔD / D", "update/discriminator", RUN_AWAY),
    ("step / w", "update/autoencoder", RUN_AWAY),
    ("σ max D", "singular/discriminator", RUN_AWAY),
    ("σ max G", "singular/generator", RUN_AWAY),
    ("σ max", "singular/autoencoder", RUN_AWAY),
)
"""What is looked at about once a second: a step as a share of the weights, and the strongest layer."""
LABEL, VALUE, WORD = 11, 7, 9
SPARK = 24
SPARK_POINTS = 240


class StabilityPanel(Panel):
    """One row a series: its value, how it went lately, and ok or a warning in words."""

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series of the panel and the alarms."""
        return (*(state.series.get(name) for _, name, _ in (*ROWS, *SELDOM)), state.alarms)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return a row for each series that the run has, and one for values that are not finite."""
        rows = list(self._series(ROWS, width))
        if not rows:
            return [self.line("no values yet")]
        rows.insert(1 if height < 4 else len(rows), self._finite(width))
        return [*rows, *self._series(SELDOM, width)][:height]

    def _series(self, rows: Iterable[Row], width: int) -> Iterator[Strip]:
        alarms = {alarm.name for alarm in selectors.standing(self.state)}
        for label, name, telling in rows:
            value = selectors.typical(self.state, name)
            if name not in self.state.series:
                continue
            text = "?" if value is None else wording.short(value)
            wrong = not alarms.isdisjoint(telling)
            yield self._row(label, text, "warning" if wrong else "ok", self._spark(name, width), width)

    def _spark(self, name: str, width: int) -> str:
        room = min(SPARK, width - LABEL - VALUE - WORD - 1)
        if room < 6:
            return ""
        values = self.state.series[name].mean[-SPARK_POINTS:]
        return spark(values, room, ascii=self.terminal.ascii)

    def _finite(self, width: int) -> Strip:
        count = selectors.bad_values(self.state)
        words = "WARNING" if count else "ok"
        return self._row("non-finite", wording.spaced(count), words, "", width)

    def _row(self, label: str, value: str, word: str, line: str, width: int) -> Strip:
        well = word == "ok"
        room = width - LABEL - VALUE - WORD - 1
        middle = f" {line:<{min(SPARK, room)}} " if room >= 6 else " "
        shown = Span(word, "success" if well else "error", bold=not well)
        return self.line(f"{label:<{LABEL}}", f"{value:>{VALUE}}", middle, shown, width=width)
