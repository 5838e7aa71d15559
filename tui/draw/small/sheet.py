"""A sheet of terminal cells to draw on: one character and one style each, then rows of text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

PLAIN = Style.null()


class Sheet:
    """`height` rows of `width` cells, blank at first.

    Every cell holds one character that is one cell wide, so that rows come out exactly `width` wide.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = max(0, width)
        self.height = max(0, height)
        self._characters = np.full((self.height, self.width), " ", dtype="<U1")
        self._inks = np.zeros((self.height, self.width), dtype=np.int32)
        self._styles = [PLAIN]
        self._ink_of = {PLAIN: 0}

    def write(self, x: int, y: int, text: str, style: Style = PLAIN) -> None:
        """Write `text` from column `x` of row `y`; what lies outside of the sheet is lost."""
        if not 0 <= y < self.height:
            return
        start, stop = max(0, x), min(self.width, x + len(text))
        if start < stop:
            self._characters[y, start:stop] = list(single_width(text)[start - x : stop - x])
            self._inks[y, start:stop] = self.ink(style)

    def paint(self, x: int, y: int, characters: NDArray[np.str_], style: Style = PLAIN) -> None:
        """Lay `characters` (rows, columns) with their top left at (x, y); blanks are transparent."""
        rows, columns = characters.shape
        rows, columns = min(rows, self.height - y), min(columns, self.width - x)
        if rows <= 0 or columns <= 0:
            return
        drawn = characters[:rows, :columns]
        solid = drawn != " "
        self._characters[y : y + rows, x : x + columns][solid] = drawn[solid]
        self._inks[y : y + rows, x : x + columns][solid] = self.ink(style)

    def fill(self, x: int, y: int, characters: NDArray[np.str_], inks: NDArray[np.int32]) -> None:
        """Lay `characters` (rows, columns), each with its own ink, with their top left at (x, y)."""
        rows, columns = characters.shape
        self._characters[y : y + rows, x : x + columns] = characters[: self.height - y, : self.width - x]
        self._inks[y : y + rows, x : x + columns] = inks[: self.height - y, : self.width - x]

    def is_blank(self, x: int, y: int, length: int) -> bool:
        """Return whether the `length` cells from (x, y) to the right are all on the sheet and empty."""
        return x + length <= self.width and bool((self._characters[y, x : x + length] == " ").all())

    def strips(self) -> list[Strip]:
        """Return the rows, equal neighbours merged into one segment: fewer runs are fewer bytes over SSH."""
        return [
            run_strip(characters, inks, self._styles)
            for characters, inks in zip(self._characters, self._inks, strict=True)
        ]

    def ink(self, style: Style) -> int:
        """Return the number by which cells of this sheet refer to `style`."""
        ink = self._ink_of.setdefault(style, len(self._styles))
        if ink == len(self._styles):
            self._styles.append(style)
        return ink


def run_strip(characters: NDArray[np.str_], inks: NDArray[np.int32], styles: list[Style]) -> Strip:
    """Return one row: `characters` (width,) in `styles[ink]`, one segment for each run of one ink."""
    width = len(characters)
    if not width:
        return Strip([], 0)
    text = "".join(characters.tolist())
    edges = [0, *(np.flatnonzero(np.diff(inks)) + 1).tolist(), width]
    segments = [Segment(text[start:stop], styles[inks[start]]) for start, stop in pairwise(edges)]
    return Strip(segments, width)


def single_width(text: str) -> str:
    """Return `text` with every character that does not fill exactly one cell replaced by `?`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if cell_len(character) == 1 else "?" for character in text)
