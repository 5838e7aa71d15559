"""The legend above a chart: a sample of each line, its name and its last value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style

from latentop.tui.draw.charts.plotter import BRAILLE
from latentop.tui.draw.small.sheet import Sheet
from latentop.tui.model.number_text import brief

VALUE_WIDTH = 6
"""Room for the last value, where there is any, lest what follows moves with its digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """One line of the chart, as the legend shows it."""

    name: str
    value: float | None
    """The last one, or the one at the cursor; None where there is none yet."""
    marker: str
    ink: Style
    loud: Style
    """For the value."""
    sd: float | None = None
    """The standard deviation of what the value is the mean of."""
    told: str | None = None
    """What stands in the place of the value."""
    relative: bool = False
    """Whether the value is a share, which is told in percent."""

    def shown(self, digits: int = 3, *, sd: bool = True) -> str:
        """The value as it is written, with its standard deviation or without."""
        if self.told is not None or self.value is None:
            return self.told or ""
        written = brief(self.value, digits, relative=self.relative)
        if self.sd is None or not sd:
            return written
        return f"{written} ±{brief(self.sd, 1, relative=self.relative)}"


def draw_legend(sheet: Sheet, entries: Sequence[LegendEntry], *, colour: bool) -> None:
    """Draw sample, name and value of each line in the first row, what is spare first to go.

    What goes first are the samples where there are colours to tell lines apart, then the spare room of
    values, then what names have in common (``loss/``), then standard deviations, then the third digit of
    the values; only then are names cut, which is seen, to 1 character at the least. Never is a value cut.
    """
    values = [entry.shown() for entry in entries]
    names = [entry.name for entry in entries]
    samples, widths, longest = _fitted(sheet.width, names, values, entries, colour)
    if longest < max(map(len, names), default=0):
        names = _parts(names)
        samples, widths, longest = _fitted(sheet.width, names, values, entries, colour)
    for digits in (3, 2):
        if longest == max(map(len, names), default=longest):
            break
        values = [entry.shown(digits, sd=False) for entry in entries]
        samples, widths, longest = _fitted(sheet.width, names, values, entries, colour)
    x = 0
    for entry, sample, name, value, width in zip(entries, samples, names, values, widths, strict=True):
        short = name if len(name) <= longest else f"{name[: longest - 1]}…" if longest > 1 else name[0]
        head = f"{sample}{short} "
        sheet.write(x, 0, head, entry.ink)
        sheet.write(x + len(head), 0, value, entry.loud)
        x += len(head) + width + 1


def _fitted(
    width: int, names: Sequence[str], values: Sequence[str], entries: Sequence[LegendEntry], colour: bool
) -> tuple[list[str], list[int], int]:
    """Return the samples, the cells of the values, and the length of the names with which it all fits."""
    samples = [_sample(entry.marker) for entry in entries]
    bare = [""] * len(entries) if colour else samples
    roomy = [max(VALUE_WIDTH, len(value)) for value in values]
    whole = max((len(name) for name in names), default=1)
    tries = [(samples, roomy), (bare, roomy), (bare, [len(value) for value in values])]
    fitting = (one for one in tries if _name_length(width, names, *one) == whole)
    kept, widths = next(fitting, tries[-1])
    return kept, widths, _name_length(width, names, kept, widths)


def _parts(names: list[str]) -> list[str]:
    """Return the part of each name that tells it from the others: the last, or the first; or all of it."""
    last, first = ([name.split("/")[place] for name in names] for place in (-1, 0))
    return next((parts for parts in (last, first) if len(set(parts)) == len(names)), names)


def _sample(marker: str) -> str:
    return "── " if marker == BRAILLE else f"{marker} "


def _name_length(width: int, names: Sequence[str], samples: Sequence[str], widths: Sequence[int]) -> int:
    """Return to how many characters, at least 1, names must be cut for the legend to fit."""
    room = width + 1 - sum(len(sample) + 2 for sample in samples) - sum(widths)
    longest = max((len(name) for name in names), default=1)
    while longest > 1 and sum(min(len(name), longest) for name in names) > room:
        longest -= 1
    return longest
