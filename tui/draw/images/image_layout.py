"""How many images, how large: fill an area of cells with images that can still be recognised."""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p

from latentop.tui.draw.images.image_style import Resolution

GAP = 1
"""Blank cells between neighbouring tiles."""

GROUP_GAP = 3
"""Blank columns between neighbouring groups of more than one tile."""

ENOUGH = 40
"""Pixels of the shorter side with which any image is recognised: a larger one may shrink further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A grid of groups of tiles. A tile shows one image; all sizes in cells; without room all are 0."""

    columns: int = 0
    rows: int = 0
    tile_width: int = 0
    tile_height: int = 0
    group: int = 1
    """Tiles side by side in one group: 1, or the panels of a comparison."""

    @property
    def shown(self) -> int:
        """How many groups there is room for."""
        return self.columns * self.rows

    @property
    def group_width(self) -> int:
        """Columns of one group."""
        return _group_width(self.tile_width, self.group)

    @property
    def width(self) -> int:
        """Columns of the whole grid."""
        gap = _group_gap(self.group)
        return max(0, self.columns * (self.group_width + gap) - gap)

    def place(self, index: int, tile: int = 0) -> tuple[int, int]:
        """Return column and row, in cells, of the top left of a tile in group `index`."""
        row, column = divmod(index, self.columns)
        x = column * (self.group_width + _group_gap(self.group)) + tile * (self.tile_width + GAP)
        return x, row * (self.tile_height + GAP)

    def at(self, x: int, y: int) -> int | None:
        """Return the group of which a tile is drawn in a cell; None between them."""
        if not self.shown:
            return None
        row, below = divmod(y, self.tile_height + GAP)
        column, beside = divmod(x, self.group_width + _group_gap(self.group))
        inside = below < self.tile_height and beside < self.group_width and column < self.columns
        return row * self.columns + column if inside and row < self.rows else None


def layout(
    count: int,
    image: tuple[int, int],
    *,
    width: int,
    height: int,
    resolution: Resolution,
    group: int = 1,
) -> Grid:
    """Return the grid that shows `count` groups of images (height, width) best in `width` × `height` cells.

    Tiles keep the shape of the image, a cell being twice as tall as wide, and are never larger than the
    cells need to resolve every pixel. Shrinking below what is readable is the last resort.
    """
    rows_of_pixels, columns_of_pixels = image
    if min(count, width, height, rows_of_pixels, columns_of_pixels, group) < 1:
        return Grid()
    full = max(1, int(columns_of_pixels / resolution.detail))
    clear = full * min(1, ENOUGH / min(image))
    best, best_score = Grid(), 0.0
    for tile_width in range(1, min(full, width) + 1):
        tile_height = max(1, round(tile_width * rows_of_pixels / columns_of_pixels / 2))
        gap = _group_gap(group)
        columns = (width + gap) // (_group_width(tile_width, group) + gap)
        rows = (height + GAP) // (tile_height + GAP)
        shown = min(columns * rows, count)
        score = _variety(shown) * _clarity(min(1, tile_width / clear), resolution.readable)
        if shown and score >= best_score:
            rows = min(rows, -(-count // columns))
            best_score = score
            best = Grid(
                columns=min(columns, -(-count // rows)),
                rows=rows,
                tile_width=tile_width,
                tile_height=tile_height,
                group=group,
            )
    return best


def _variety(shown: int) -> float:
    """Return what so many images are worth: a second one tells a lot, a thirtieth little."""
    return log1p(shown / 2)


def _clarity(share: float, readable: float) -> float:
    return share if share >= readable else share * (share / readable) ** 3


def _group_width(tile_width: int, group: int) -> int:
    return group * tile_width + (group - 1) * GAP


def _group_gap(group: int) -> int:
    return GAP if group == 1 else GROUP_GAP
