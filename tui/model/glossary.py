"""The words and signs on the screen, and what each means: for whoever looks one up."""

from collections.abc import Iterator
from dataclasses import dataclass

from latentop.engine.run import series
from latentop.tui.model import plain_text
from latentop.tui.model.alarm_meanings import ALARMS
from latentop.tui.model.shown_table import SHOWN, of


@dataclass(frozen=True, slots=True)
class Term:
    """A word or sign, with others that mean the same, and what they mean."""

    names: str
    meaning: str


SIGNS = (
    Term("G, D, C", "generator, discriminator, classifier or critic"),
    Term("±, σ", "the chance in a measure: two σ of what real data vary by, measured the same way"),
    Term("% of real", "100 % is what real data reach, measured the same way"),
    Term("┃ on a bar", "where the alarm is"),
    Term("↗ → ↘", "rises, steady, falls, as far as that is sure"),
    Term("▴ ▾ ▼ in a chart", "a value above the axis, below it; one that is not finite"),
    Term("✎ ◆ ↩ ▶", "an edit or a fork's beginning, a checkpoint or good state, going back, going on"),
    Term("✖ ▲", "an alarm: critical, a warning"),
)
FAMILIES = {
    "presence/…": "presence of a mode",
    "grad/…": "gradient norm, ∇",
    "update/…": "step, Δ: ΔG / G",
    "singular/…": "singular value, σ max",
}
"""What series of a family are called, which differ in the network or mode that they are of."""
WORDS = (
    Term("codings, latent space", "what a network makes of an input, or a generator draws from"),
    Term("D(real), D(fake)", "the discriminator's score of real data and of samples, as a probability"),
    Term("EMA", "an average of the generator's weights over steps, from which samples are drawn"),
    Term("epoch", "as many steps as show the network all training data once"),
    Term("FID, KID", "distances between samples and real data by features of a network; smaller is better"),
    Term("fork", "a new run that begins with a checkpoint of this one, with other settings"),
    Term("good state", "what training can go back to: kept while all is well"),
    Term("guard", "what a run does when it diverges or collapses: warn, go back by itself, or stop"),
    Term("it/s, s/it", "optimiser steps a second; seconds a step"),
    Term("mode", "a kind of data: a class of images, a group of points"),
    Term("nats", "the unit of losses by the natural logarithm: 0.693 nats are one bit"),
    Term("mse, MSE", "mean squared error of a pixel, whose values go from 0 to 1"),
    Term(
        plain_text.RECENT,
        f"the mean of the newest {series.RECENT_ROWS} rows of what jumps from batch to batch",
    ),
    Term("too early to judge", "samples were not good yet: early ones are bad, not collapsed"),
    Term("val/train", "validation error over training error; above 1.5 it may be over-fitting"),
)


def terms() -> tuple[Term, ...]:
    """Every word, by the alphabet, after the signs."""
    found = [*WORDS, *_measures(), *_alarms()]
    return (*SIGNS, *sorted(found, key=lambda one: one.names.casefold()))


def _measures() -> Iterator[Term]:
    """The series that have a meaning of their own."""
    for name, shown in SHOWN.items():
        if (meaning := of(name).meaning) is not None and (shown.meaning or name in FAMILIES):
            called = FAMILIES.get(name) or series.of(name).label
            yield Term(called, f"{meaning.what}; {meaning.when}")


def _alarms() -> Iterator[Term]:
    for name, alarm in ALARMS.items():
        yield Term(name.replace("-", " "), f"{alarm.severity} alarm: {alarm.what}")
