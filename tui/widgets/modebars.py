"""The modes that samples show as small bars, by name where there is room: values in, spans out."""

from collections.abc import Sequence

from tui.draw.meter import meter
from tui.draw.spark import bars
from tui.presence import Mode
from tui.widgets.texts import Span
from tui.wording import clean, percent

FULL = 1.25
"""The presence at which a bar is full: a mode that real data have a fifth less often than the samples."""
GONE = {True: "x", False: "✕"}
"""What stands for a mode that is not there, in ASCII or not."""
SHORTEST, LONGEST = 2, 10
"""Letters of a name that still say something, and as many as are needed."""
BAR = 5
SHARE = 6

GONE_TONE = "error"
"""The theme's colour of a mode that is not there; an empty text where it is too early to mind."""

Spans = list[Span | str]


def in_a_row(modes: Sequence[Mode], width: int, *, ascii: bool, gone: str = GONE_TONE) -> Spans:
    """One row: each mode's name, as long as it fits, and a bar; of very many the bars alone."""
    each = (width + 1) // max(1, len(modes))
    letters = min(each - 2, LONGEST, max((len(_name(mode, ascii)) for mode in modes), default=0))
    if letters < SHORTEST:
        return [_bar(mode, ascii, gone) for mode in modes[:width]]
    spans: Spans = []
    for mode in modes:
        spans += [f"{_name(mode, ascii)[:letters]:>{letters}}", _bar(mode, ascii, gone), " "]
    return spans[:-1]


def in_columns(
    modes: Sequence[Mode], width: int, height: int, *, ascii: bool, gone: str = GONE_TONE
) -> list[Spans]:
    """Rows of modes with name, bar and percent, at most ``height`` of them; none where that is too little."""
    letters = min(LONGEST, max((len(_name(mode, ascii)) for mode in modes), default=0))
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
            spans += [*_named(mode, letters, ascii, gone), gap]
        rows.append(spans[:-1])
    return rows


def _named(mode: Mode, letters: int, ascii: bool, gone: str) -> Spans:
    name = f"{_name(mode, ascii)[:letters]:<{letters}} "
    share = f"{percent(mode.share):>{SHARE}}"
    if not mode.there:
        return [Span(f"{name}{GONE[ascii]:<{BAR}}{share}", gone, bold=bool(gone))]
    bar = meter(mode.share, width=BAR, full=FULL, ascii=ascii, colour=None).text
    return [name, Span(bar, "success"), share]


def _bar(mode: Mode, ascii: bool, gone: str) -> Span:
    if not mode.there:
        return Span(GONE[ascii], gone, bold=bool(gone))
    return Span(bars([mode.share], ascii, most=FULL), "success")


def _name(mode: Mode, ascii: bool) -> str:
    return clean(mode.name, ascii=ascii)
