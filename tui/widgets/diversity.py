"""How diverse the samples are, each measure against real data measured the same way."""

from collections.abc import Sequence
from math import ceil, isfinite, isnan

from textual.strip import Strip

from latentop.engine.run.series import PRESENCE
from latentop.engine.run.verdicts import Unjudged, unjudged_samples
from latentop.presets.watch import Watch
from latentop.tui.draw.small.meter import meter
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import (
    alarm_levels,
    conclusions,
    derived,
    details,
    judgement,
    mode_presence,
    number_text,
    plain_text,
)
from latentop.tui.model.details import Section
from latentop.tui.model.measures import COPIES, METERS, MODES
from latentop.tui.model.shown_series import Shown
from latentop.tui.model.shown_table import COVERAGE
from latentop.tui.model.state import State
from latentop.tui.model.trend import trend
from latentop.tui.widgets import modebars
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, wrapped
from latentop.tui.widgets.trends import arrow

LABEL, VALUE, CHANCE, SAYS = 10, 6, 5, 4
FULL = 1.1
"""The share of real data at which a bar ends: there is room for the chance in real data around 1."""
LONGEST_BAR = 40
CERTAIN, WIDE, ROOMY = 40, 90, 7
"""Cells with room for the chance in a measure, and for what it means; rows in which modes have bars.

With less, what a measure was before a collapse has the room of chance and trend.
"""
MEANS, WAS = 44, 11
"""Cells for what a measure means, and for what it was."""
MUCH = 0.1
"""Of real data: a smaller fall from the best is not worth a word."""
FEW = 0.5
"""Of its share of real data: a mode with less is rare."""


class DiversityPanel(Panel):
    """Meters of coverage, density and distinctness, and which modes are there."""

    can_focus = True

    def __init__(self, terminal: Terminal, title: str, *, id: str, classes: str) -> None:
        super().__init__(terminal, id=id, classes=classes)
        self._title = self.border_title = title

    def concerns(self, state: State) -> tuple[object, ...]:
        """The diversity series, the alarms, and whether it is too early to judge."""
        names = (one.name for one in (*METERS, COPIES, MODES))
        return (
            *map(state.series.get, (*names, f"{PRESENCE}1")),
            state.alarms,
            state.facts.verdict,
            state.facts.metered,
            state.facts.unmeasured,
            state.facts.awaited,
            state.facts.modes,
            state.liveness.name,
            derived.stale_step(state, COVERAGE),
        )

    def has_content(self, state: State) -> bool:
        """Whether any of it was measured."""
        return any(one.name in state.series for one in (*METERS, COPIES, MODES))

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """Each measure with its meaning, its history and its alarms."""
        return details.diversity(state, watch)

    def changed(self) -> None:
        """Have the border in the alarm's colour while samples have collapsed, cycle or are copies.

        The title tells at which step they were measured, where that was long ago or before it diverged.
        """
        stale = derived.stale_step(self.state, COVERAGE)
        since = "" if stale is None else f" · measured at step {number_text.spaced(stale)}"
        if self._outlived:
            last = number_text.spaced(int(self.state.series[COVERAGE].step[-1]))
            since = f" · before it diverged, at step {last}"
        self.border_title = f"{self._title}{since}"
        names = {alarm.name for alarm in derived.standing(self.state) if alarm.severity == "critical"}
        self.set_class(not names.isdisjoint(conclusions.OF_SAMPLES), "-alarming")

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the measures and the modes, as many of them as there is room for."""
        why = unjudged_samples(self.state.facts, alive=self.state.liveness.alive)
        reached = derived.last(self.state, COVERAGE)
        if why and (why.lasting or reached is None):
            return self._unmeasured(why, width)[:height]
        if reached is None:
            words = conclusions.diversity(self.state)
            return [self.line(Span(words.within(width), words.tone, bold=True), width=width)]
        if height <= 2:
            return [self._measure(METERS[0], width), self._modes(width)][:height]
        shown = METERS[: min(len(METERS), height - (1 if height < ROOMY else 3))]
        rows = [self._measure(one, width) for one in shown if one.name in self.state.series]
        if height >= ROOMY and COPIES.name in self.state.series:
            rows.append(self._copied(width))
        return [*rows, *self._mode_rows(width, height - len(rows))][:height]

    @property
    def _early(self) -> bool:
        """Whether samples may still be bad and not collapsed, which is no reason for alarm."""
        return unjudged_samples(self.state.facts, alive=True) is not None

    @property
    def _outlived(self) -> bool:
        """Whether the run has diverged since samples were measured last."""
        return derived.outlived(self.state, COVERAGE)

    def _unmeasured(self, why: Unjudged, width: int) -> list[Strip]:
        """In place of the measures: why there are none, what to do, and what nobody sees meanwhile."""
        said = judgement.why_of(why, alive=self.state.liveness.alive)
        tone = "warning" if why.lasting else "foreground"
        rows = [self.line(Span(one, tone, bold=True)) for one in wrapped(said, width)]
        if why.advice:
            rows += [self.line(Span(one, "accent")) for one in wrapped(f"try: {why.advice}", width)]
        if why.lasting:
            rows += [self.line(one) for one in wrapped("Without that, a collapse goes unseen.", width)]
        return rows

    def _measure(self, measure: Shown, width: int) -> Strip:
        """A measure in a row: name, value, a bar with the alarm's tick, what it means, which way it goes.

        The bar has a colour where the value is judged: no measure is green that nobody calls well.
        """
        value = derived.typical(self.state, measure.name)
        if value is None:
            return self.line(f"{measure.short:<{LABEL}}", f"{'?':>{VALUE}}", width=width)
        facts = self.state.facts
        level = alarm_levels.alarm_level(self.state, measure)
        outlived = derived.outlived(self.state, measure.name)
        low = level is not None and value < level and not outlived
        chance = 2 * alarm_levels.chance_in(facts, measure.name)
        wide = width >= WIDE
        brief = not wide and any(one.name == "collapsed" for one in derived.standing(self.state))
        said = "LOW" if low else "ok" if level is not None and not outlived else ""
        going = trend(self.state.series[measure.name], chance=chance)
        head = self.line(
            f"{measure.short:<{LABEL}}",
            Span(
                f"{'?' if isnan(value) else number_text.percent(value):>{VALUE}}",
                "error" if low else "",
                bold=low,
            ),
            f"{f' ±{ceil(100 * chance)}' if chance else '':<{CHANCE}}"
            if width >= CERTAIN and not brief
            else "",
            Span(f" {said:<{SAYS}}", "error" if low else "success", bold=low),
        )
        was = self._was(measure, value, chance)
        tail = f" {was.strip('()') or arrow(going):<{WAS - 2}}" if brief else f"  {arrow(going)}"
        if wide:
            meaning = measure.of_points if mode_presence.points(self.state) else measure.meaning
            told = meaning.what if meaning and len(meaning.what) <= MEANS else ""
            tail = f"  {told:<{MEANS}}  {arrow(going)} {was}"
        room = min(LONGEST_BAR, width - head.cell_length - (len(tail) if not wide else MEANS + 6 + WAS))
        bar = meter(
            value,
            width=max(0, room),
            full=FULL,
            warn_below=level,
            normal=(1 - chance, 1 + chance) if chance else None,
            colour=(self.colour("success") if said == "ok" else self.faint()) or None,
            alarm=(self.faint() if outlived else self.colour("error")) or None,
        )
        return Strip.join([head, bar, self.line(tail)])

    def _was(self, measure: Shown, value: float, chance: float) -> str:
        """What the measure was at its best, where that was more than chance explains."""
        means = self.state.series[measure.name].mean
        best = max((min(float(one), 1.0) for one in means if isfinite(one)), default=value)  # 1 is like real
        return f"(was {number_text.percent(best)})" if best - value > max(MUCH, 2 * chance) else ""

    def _copied(self, width: int) -> Strip:
        """How many samples are near copies: a share of the samples, which real data have none of."""
        value = derived.typical(self.state, COPIES.name)
        share = "?" if value is None or isnan(value) else number_text.percent(max(0.0, value))
        said = "of the samples are near copies of training images"
        return self.line(f"{COPIES.short:<{LABEL}}", f"{share:>{VALUE}}", f" {said}", width=width)

    def _mode_rows(self, width: int, height: int) -> list[Strip]:
        """The modes in at most ``height`` rows: by name with a bar and a share each, or in words."""
        modes = mode_presence.modes(self.state)
        head = f"modes {self._count()}".ljust(LABEL + 2)
        named = modebars.in_columns(
            modes, width - len(head), height, judged=not (self._early or self._outlived)
        )
        if height < 2 or not named:
            return [self._modes(width)]
        heads = [head, *[" " * len(head)] * (len(named) - 1)]
        return [self.line(one, *row, width=width) for one, row in zip(heads, named, strict=True)]

    def _modes(self, width: int) -> Strip:
        """How many modes are there, and by name those that are lost, never came, or are rare.

        Where the first of these are not all named, the count leaves its column if that names more.
        """
        modes = mode_presence.modes(self.state)
        lost, never = map(_clean, (mode_presence.lost_names(self.state), mode_presence.missing(self.state)))
        few = _clean([mode.name for mode in modes if mode.there and mode.share < FEW])
        told: list[tuple[str, Sequence[str], str]] = [("few: ", few, "warning")]
        if self._early and (lost or never):
            told.insert(0, ("not shown: ", [*lost, *never], ""))
        else:
            told = [("lost: ", lost, "error"), ("hardly shown: ", never, ""), *told]
        told = [(words, names, "" if self._outlived else tone) for words, names, tone in told if names]
        head = f"{MODES.short:<{LABEL}}{self._count():>{VALUE}} "
        if told:
            words, names, _ = told[0]
            heads = (head, f"{MODES.short} {self._count()} ")
            head = max(heads, key=lambda one: plain_text.fitting(names, width - len(one + words)))
        spans: list[Span | str] = [head]
        room = width - len(head)
        for words, names, tone in told:
            if room > len(words):
                text = words + plain_text.as_many(names, room - len(words))
                spans += ["  " if len(spans) > 1 else "", Span(text, tone, bold=tone == "error")]
                room -= len(text) + 2
        if len(spans) == 1 and conclusions.all_modes(self.state):
            spans.append("every one appears")
        return self.line(*spans, width=width)

    def _count(self) -> str:
        modes = derived.typical(self.state, MODES.name)
        total = self.state.facts.modes or len(self.state.facts.classes)
        count = "?" if modes is None or isnan(modes) else f"{modes:.0f}"
        return f"{count}/{total}" if total else count


def _clean(names: Sequence[str]) -> list[str]:
    return [plain_text.clean(name) for name in names]
