"""Run the watch over a trace, as it ran beside the training; and the naive rules, on the same numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.alarms.recipes import RECIPES
from benchmarks.alarms.run_trace import Trace
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Scalars
from latentop.engine.watch.watch import Watch
from latentop.presets import catalogue

NAIVE_STEPS = 2000
"""Steps that the rule on public logs looks at; of a shorter run it looks at a quarter."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of a run: its name, and the steps of the looks that raised and cleared it."""

    name: str
    severity: str
    step: int
    cleared: int | None = None


def replay(trace: Trace, words: Sequence[str] = ()) -> list[Alarm]:
    """Every alarm that the watch raises, in order, settings changed by ``words``."""
    recipe = next(one for one in RECIPES if one.name == trace.recipe)
    preset = catalogue.load(catalogue.find(recipe.preset), [*recipe.words, f"seed={trace.seed}", *words])
    watch = Watch(
        preset.watch,
        None,
        clock=lambda: 0.0,
        least_loss=getattr(preset.objective, "least_loss", 0.0),
    )
    block = max(1, round(trace.speed))  # a look a second
    due = sorted(
        [(step, 0, values) for step, values in trace.validations]
        + [(min(end, trace.steps), 1, None) for end in range(block, trace.steps + block, block)]
        + [(step, 2, reading) for step, reading in trace.readings],
        key=lambda one: one[:2],
    )
    found: list[Alarm] = []
    seen = 0
    for step, order, what in due:
        events: list[Scalars | AlarmRaised | AlarmCleared] = []
        if order == 0:
            events += watch.validate(step, what, wall=0.0)  # type: ignore[arg-type]
        elif order == 1:
            steps = np.arange(seen + 1, step + 1, dtype=np.int64)
            values = {name: column[seen:step] for name, column in trace.series.items()}
            events += watch.observe(steps, values, wall=0.0)
            seen = step
        else:
            events += watch.take(what, step=step, wall=0.0)  # type: ignore[arg-type]
        for event in events:
            match event:
                case AlarmRaised():
                    found.append(Alarm(event.name, event.severity, step))
                case AlarmCleared():
                    found = [_cleared(one, event) for one in found]
    return found


def _cleared(alarm: Alarm, event: AlarmCleared) -> Alarm:
    over = alarm.name == event.name and alarm.cleared is None
    return replace(alarm, cleared=event.step) if over else alarm


def naive(trace: Trace) -> Iterator[Alarm]:
    """What rules on losses say: the discriminator's median below 0.05, the generator's beyond 10; or NaN."""
    for column in trace.series.values():
        bad = ~np.isfinite(column)
        if bad.any():
            yield Alarm("naive-nan", "critical", int(bad.argmax()) + 1)
            break
    if "loss/discriminator" not in trace.series:
        return
    window = min(NAIVE_STEPS, trace.steps // 4)
    discriminator, generator = trace.series["loss/discriminator"], trace.series["loss/generator"]
    for end in range(window, trace.steps + 1, max(1, window // 10)):
        low = _median(discriminator[end - window : end]) < 0.05
        if low or _median(np.abs(generator[end - window : end])) > 10:
            yield Alarm("naive-losses", "critical", end)
            return


def _median(values: NDArray[np.float64]) -> float:
    return float(np.median(values)) if np.isfinite(values).all() else float("nan")
