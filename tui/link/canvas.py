"""What the terminal shows and what it should show, cell by cell: the difference is all that is sent."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from textual.strip import Strip

from latentop.tui.link.pen import PLAIN, Pen, change, pen

Cell = tuple[str, Pen]
"""A character and how it is written; the second cell of a wide character has an empty text."""
BLANK: Cell = (" ", PLAIN)
UNKNOWN: Cell = ("\0", PLAIN)
"""What a cell of the terminal holds while nobody knows."""
LONGEST = 32
"""Cells that are sent in one go: what costs most, 24-bit colours of two pixels a cell, stays near 1 kB."""
MOVE = 8
"""Bytes that it takes to move the cursor."""
MOST_WAITS = 60
MOST_MARKS = 4
"""Over one character."""
NEAR = 3
"""So few unchanged cells cost no more to send again than to jump over."""


class PenRun(NamedTuple):
    """Cells of a row, side by side, that are written with one pen."""

    y: int
    start: int
    end: int
    pen: Pen
    text: str


class Canvas:
    """Takes drawings at any rate, and gives away the newest state in as large portions as there is room for.

    What was drawn over before it was sent is never sent. Of what waits, what answers a key goes first, then
    the cheapest, so that words get through before pictures; what has waited counts as cheaper, so that
    pictures do get through.
    """

    def __init__(self, colours: ColorSystem | None = ColorSystem.TRUECOLOR) -> None:
        self._colours = colours
        self._wanted: list[list[Cell]] = []
        self._shown: list[list[Cell]] = []
        self._rows: set[int] = set()
        """The rows that may differ."""
        self._waits: dict[tuple[int, int], int] = {}
        """By row and first column of what was not sent, how many portions went without it."""
        self._answers: set[int] = set()
        """The rows that may differ because of a key."""

    def paint(self, colours: ColorSystem | None) -> None:
        """Use so many colours for what is drawn from now on."""
        self._colours = colours

    @property
    def pending(self) -> bool:
        """Whether there may be anything to send."""
        return bool(self._rows)

    @property
    def answering(self) -> bool:
        """Whether some of that is what a key has changed."""
        return bool(self._answers)

    def resize(self, columns: int, rows: int) -> None:
        """Be of that size, and know nothing of what the terminal shows."""
        known = self._wanted
        self._wanted = [
            [*(known[y] if y < len(known) else ()), *[BLANK] * columns][:columns] for y in range(rows)
        ]
        self.forget()

    def forget(self) -> None:
        """Know nothing of what the terminal shows: everything is sent anew."""
        self._shown = [[UNKNOWN] * len(row) for row in self._wanted]
        self._rows = set(range(len(self._wanted)))
        self._waits = {}

    def draw(self, x: int, y: int, strips: Iterable[Strip], *, answer: bool = False) -> None:
        """Want these strips side by side, from that cell on; what is beyond the edges is not there.

        ``answer``: somebody pressed a key and waits for it.
        """
        if not 0 <= y < len(self._wanted):
            return
        row = self._wanted[y]
        drawn = [cell for strip in strips for cell in _cells(strip, self._colours)]
        if x < 0:
            drawn, x = drawn[-x:], 0
        drawn = drawn[: max(0, len(row) - x)]
        if drawn and len(drawn) == len(row) - x and cell_len(drawn[-1][0]) == 2:
            drawn[-1] = (" ", drawn[-1][1])
        end = x + len(drawn)
        if not drawn or row[x:end] == drawn:
            return
        if x and not row[x][0]:  # half of a wide character is none
            row[x - 1] = (" ", row[x - 1][1])
        if end < len(row) and not row[end][0]:
            row[end] = (" ", row[end][1])
        row[x:end] = drawn
        self._rows.add(y)
        if answer:
            self._answers.add(y)

    def _rank(self, y: int, x: int, size: int) -> float:
        """What is sent sooner ranks lower."""
        return 0.0 if y in self._answers else size / 2 ** self._waits.get((y, x), 0)

    def take(self, room: int) -> str:
        """What to send now: of the difference as much as ``room`` bytes hold, but one piece at least.

        Answers first; and what is written with one pen together, wherever it stands: to change a pen costs
        more than to move.
        """
        answers = set(self._answers)
        runs = self._choose(room)
        places = {run.pen: place for place, run in reversed(list(enumerate(runs)))}
        runs.sort(key=lambda run: (run.y not in answers, places[run.pen], run.y, run.start))
        sent: list[str] = []
        last: PenRun | None = None
        for run in runs:
            sent += [_way(last, run), change(last.pen if last else None, run.pen), run.text]
            last = run
            self._shown[run.y][run.start : run.end] = self._wanted[run.y][run.start : run.end]
        return "".join(sent) + ("" if last is None or last.pen == PLAIN else "\x1b[0m")

    def _choose(self, room: int) -> list[PenRun]:
        """The runs of the pieces that go now, by their rank; the others wait."""
        pieces = [
            (self._rank(y, start, size), y, start, size, runs)
            for y in self._rows
            for start, end in _differing(self._shown[y], self._wanted[y])
            for runs in (list(_runs(self._wanted[y], y, start, end)),)
            for size in (_size(runs),)
        ]
        chosen: list[PenRun] = []
        left, waits = set[int](), dict[tuple[int, int], int]()
        for _, y, start, size, runs in sorted(pieces):
            if chosen and size > room:
                left.add(y)
                waits[y, start] = min(self._waits.get((y, start), 0) + 1, MOST_WAITS)
                continue
            chosen += runs
            room -= size
        self._rows, self._waits = left, waits
        self._answers &= left
        return chosen


def _cells(strip: Strip, colours: ColorSystem | None) -> Iterator[Cell]:
    for text, style, control in strip:
        if control:
            continue
        written = pen(style, colours)
        for cluster, width in clusters(text):
            yield (cluster, written)
            if width == 2:
                yield ("", written)


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Each character with the marks written over it, such as accents and vowel signs, and its width in cells.

    A mark without a character is left out, and so are more than a script has.
    """
    if text.isascii():
        yield from ((character, 1) for character in text)
        return
    last, width = "", 0
    for character in text:
        if wide := cell_len(character):
            if last:
                yield last, width
            last, width = character, wide
        elif last and len(last) <= MOST_MARKS:
            last += character
    if last:
        yield last, width


def _differing(shown: Sequence[Cell], wanted: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """The spans of cells to send, none longer than LONGEST (but for one wide character), none cut in two."""
    x, width = 0, len(wanted)
    while x < width:
        if shown[x] == wanted[x]:
            x += 1
            continue
        start = x - 1 if x and not wanted[x][0] else x
        end = x + 1
        for ahead in range(end, min(width, start + LONGEST)):
            if shown[ahead] != wanted[ahead]:
                end = ahead + 1
            elif ahead - end >= NEAR or wanted[ahead][1] != wanted[end - 1][1]:
                break
        while end < width and not wanted[end][0]:
            end += 1
        yield start, end
        x = end


def _runs(row: Sequence[Cell], y: int, start: int, end: int) -> Iterator[PenRun]:
    """A span of cells, parted where the pen changes."""
    for written, cells in groupby(row[start:end], key=itemgetter(1)):
        characters = [character for character, _ in cells]
        yield PenRun(y, start, start + len(characters), written, "".join(characters))
        start += len(characters)


def _size(runs: Sequence[PenRun]) -> int:
    """Bytes that it takes to send them by themselves."""
    pens = (None, *(run.pen for run in runs))
    changes = sum(len(change(before, after)) for before, after in pairwise(pens) if after)
    return MOVE + changes + sum(len(run.text.encode()) for run in runs)


def _way(last: PenRun | None, run: PenRun) -> str:
    """What moves the cursor to where a run begins, from behind the last one.

    The place is named after a gap behind what terminals may disagree about the width of.
    """
    gap = run.start - last.end if last is not None and last.y == run.y else -1
    if (
        last is None
        or gap < 0
        or len(last.text) != last.end - last.start
        or (gap and not last.text.isascii())
    ):
        return f"\x1b[{run.y + 1};{run.start + 1}H"
    return f"\x1b[{gap if gap > 1 else ''}C" if gap else ""
