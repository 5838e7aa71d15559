"""Words as rows of cells: coloured by the theme, wrapped, and harmless whatever the text holds."""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from latentop.tui.model.plain_text import clean


@dataclass(frozen=True, slots=True)
class Span:
    """A text in one of the theme's colours; ``""`` is the widget's own."""

    text: str
    colour: str = ""
    bold: bool = False


def strip(
    spans: Iterable[Span | str],
    colour: Callable[[str], str],
    *,
    width: int | None = None,
) -> Strip:
    """One row of the spans, control characters removed, cut to ``width`` cells with an ellipsis."""
    segments = []
    for span in spans:
        span = Span(span) if isinstance(span, str) else span
        value = colour(span.colour) if span.colour else ""
        style = Style(color=value or None, bold=True if span.bold else None)
        segments.append(Segment(clean(span.text), style))
    row = Strip(segments)
    if width is None or row.cell_length <= width:
        return row
    return Strip.join([row.crop(0, max(0, width - 1)), Strip([Segment("…")])]).crop(0, width)


def wrapped(text: str, width: int, *, first: int = 0) -> list[str]:
    """The lines of a text at most ``width`` wide, with room for ``first`` cells left on the first one."""
    # Hyphens stay together: names of runs have many, and are copied from the screen.
    lines = textwrap.wrap(clean(text), max(8, width), initial_indent=" " * first, break_on_hyphens=False)
    return [line[first:] if place == 0 else line for place, line in enumerate(lines)] or [""]


def fit(parts: Sequence[tuple[int, str]], width: int, gap: int) -> list[int]:
    """Which of ``(importance, text)`` fit side by side into ``width`` cells; the least important go first."""
    kept = list(range(len(parts)))
    wide = [cell_len(clean(text)) for _, text in parts]
    while kept and sum(wide[place] for place in kept) + gap * (len(kept) - 1) > width:
        kept.remove(min(kept, key=lambda place: parts[place][0]))
    return kept
