"""The modes that samples show by name, with a bar and a share each: values in, spans out."""

from collections.abc import Sequence

from latentop.tui.draw.small.meter import meter
from latentop.tui.model.mode_presence import Mode
from latentop.tui.model.number_text import percent
from latentop.tui.model.plain_text import clean
from latentop.tui.widgets.texts import Span

FULL = 1.25
"""The presence at which a bar is full: a mode that real data have a fifth less often than the samples."""
GONE = "✕"
"""What stands for a mode that is not there."""
BAR = 5
SHARE = 6

Spans = list[Span | str]


def in_columns(modes: Sequence[Mode], width: int, height: int, *, judged: bool = True) -> list[Spans]:
    """Rows of modes with name, bar and percent, at most ``height`` of them; none where that is too little.

    No name is cut: three letters are none. Before samples are ``judged``, no mode is well or lost.
    """
    letters = max((len(clean(mode.name)) for mode in modes), default=0)
    cell = letters + 1 + BAR + SHARE
    columns = max(1, (width + 1) // (cell + 1))
    needed = -(-len(modes) // columns)
    if not modes or needed > height or cell > width:
        return []
    columns = -(-len(modes) // needed)
    gap = " " * min(6, (width - columns * cell) // max(1, columns - 1))
    rows: list[Spans] = []
    for start in range(0, len(modes), columns):
        spans: Spans = []
        for mode in modes[start : start + columns]:
            spans += [*_named(mode, letters, judged), gap]
        rows.append(spans[:-1])
    return rows


def _named(mode: Mode, letters: int, judged: bool) -> Spans:
    name = f"{clean(mode.name):<{letters}} "
    share = f"{percent(mode.share):>{SHARE}}"
    if not mode.there:
        return [Span(f"{name}{GONE:<{BAR}}{share}", "error" if judged else "", bold=judged)]
    bar = meter(mode.share, width=BAR, full=FULL, colour=None).text
    return [name, Span(bar, "success" if judged else "note"), share]
