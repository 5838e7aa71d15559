"""Losses as programs log them, made up, and what the watch over losses says of them."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from latentop.engine.external.loss_rules.loss_watch import EPOCH, LossWatch, Rows
from latentop.engine.run.events import AlarmCleared, AlarmRaised
from latentop.engine.run.store.bins import Floats, Ints

GENERATOR, DISCRIMINATOR = "loss/generator", "loss/discriminator"
Series = Mapping[str, Floats]
Alarms = list[AlarmRaised | AlarmCleared]


def noise(rows: int, size: float = 0.1, seed: int = 0) -> Floats:
    """Of a standard deviation around 1, never far below it: to multiply losses by."""
    return np.exp(np.random.default_rng(seed).normal(0, size, rows))


def course(*levels: tuple[float, float], rows: int) -> Floats:
    """Levels at shares of a log, joined by straight lines: ``(0, 1.4), (1, 0.7)``."""
    at, values = zip(*levels, strict=True)
    return np.interp(np.linspace(0, 1, rows), at, values)


def sound(rows: int = 2000, seed: int = 0) -> dict[str, Floats]:
    """A healthy non-saturating GAN, from its first step on."""
    discriminator = course((0, 1.386), (0.1, 1.1), (1, 0.8), rows=rows) * noise(rows, 0.15, seed)
    generator = course((0, 0.693), (0.1, 1.1), (1, 1.7), rows=rows) * noise(rows, 0.2, seed + 1)
    return {DISCRIMINATOR: discriminator, GENERATOR: generator}


def told(
    series: Series, steps: Ints | None = None, pieces: int = 1, *, epochs: bool = False, ends: bool = True
) -> Alarms:
    """Every event of a whole log that comes in so many pieces, counted in ``epochs`` or not; it ``ends``."""
    watch = LossWatch()
    watch.steps_a_count = EPOCH if epochs else 1
    rows = len(next(iter(series.values())))
    steps = np.arange(1, rows + 1, dtype=np.int64) if steps is None else steps
    events: Alarms = []
    edges = np.linspace(0, rows, pieces + 1).astype(int)
    for begin, end in pairwise(edges):
        part = slice(begin, end)
        events += watch.observe({name: Rows(steps[part], values[part]) for name, values in series.items()})
    return events + watch.end() if ends else events


def raised(events: Iterable[AlarmRaised | AlarmCleared]) -> list[AlarmRaised]:
    """The alarms among them."""
    return [event for event in events if isinstance(event, AlarmRaised)]


def names(events: Iterable[AlarmRaised | AlarmCleared]) -> set[str]:
    """Which alarms were raised."""
    return {event.name for event in raised(events)}


def standing(events: Iterable[AlarmRaised | AlarmCleared]) -> dict[str, str]:
    """The severities of the alarms that are on at the end."""
    on: dict[str, str] = {}
    for event in events:
        if isinstance(event, AlarmRaised):
            on[event.name] = event.severity
        else:
            on.pop(event.name, None)
    return on
