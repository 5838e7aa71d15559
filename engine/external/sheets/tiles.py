"""Cutting a sheet of images into its tiles, as ``torchvision.utils.save_image`` lays them out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.errors import UsageError

Pixels = NDArray[np.uint8]
SMALLEST = 8
"""Height and width of a tile, at least."""
PADDINGS = (2, 1, 3, 4, 5, 6, 8)
"""Widths of the lines between tiles, the usual one first."""
ALIKE = 24.0
"""How far a pixel of a line may be from its colour: JPEG blurs it."""
BLURRED = 0.02
"""The share of a line's pixels that may be farther."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """``rows`` × ``columns`` tiles of ``height`` × ``width`` pixels with lines of ``padding`` around each."""

    rows: int
    columns: int
    height: int
    width: int
    padding: int


def cut(sheet: Pixels, grid: tuple[int, int] | None = None) -> Pixels:
    """The tiles ``(n, channels, height, width)`` of a sheet ``(height, width, channels)``, row by row.

    ``grid`` gives rows and columns of a sheet without lines. Raises UsageError where no tiles are found.
    """
    found = _told(sheet, *grid) if grid else found_grid(sheet)
    if found is None:
        height, width = sheet.shape[:2]
        raise UsageError(
            f"a sheet of {width} x {height} pixels shows no lines between tiles", "say how many: --grid 8x8"
        )
    tiles = list(_tiles(sheet, found))
    while len(tiles) > 1 and (tiles[-1] == sheet[0, 0, :, None, None]).all():
        tiles.pop()  # the last row is not full
    return np.stack(tiles)


def found_grid(sheet: Pixels) -> Grid | None:
    """The finest grid whose lines all have one colour; None where there is none of two tiles or more.

    Both axes have lines of one width and colour, and tiles of one size: where images themselves are empty
    at their edges, the lines of a finer grid cross some of them.
    """
    found = [grid for padding in PADDINGS for grid in _grids(sheet, padding)]
    return max(found, key=lambda grid: (grid.rows * grid.columns, grid.padding), default=None)


def _grids(sheet: Pixels, padding: int) -> Iterator[Grid]:
    """The finest grid with lines of that width, of square tiles where there is one."""
    height, width = sheet.shape[:2]
    colour = sheet[:padding, :padding].reshape(-1, sheet.shape[2]).mean(0)
    near = np.abs(sheet.astype(np.float32) - colour).max(2) <= ALIKE
    rows, columns = (_periods(near.mean(1 - axis) >= 1 - BLURRED, padding) for axis in (0, 1))
    square = sorted(set(rows) & set(columns))
    pairs = [(one, one) for one in square] or ([(rows[0], columns[0])] if rows and columns else [])
    for down, across in pairs[:1]:
        grid = Grid(
            rows=(height - padding) // down,
            columns=(width - padding) // across,
            height=down - padding,
            width=across - padding,
            padding=padding,
        )
        if grid.rows * grid.columns > 1:
            yield grid


def _periods(line: NDArray[np.bool_], padding: int) -> list[int]:
    """Distances from tile to tile along an axis, ascending, at which every line is one of the sheet's."""
    length = len(line) - padding
    found = []
    for period in range(SMALLEST + padding, length + 1):
        if length % period == 0:
            starts = np.arange(0, len(line) - padding + 1, period)
            if all(line[starts + place].all() for place in range(padding)):
                found.append(period)
    return found


def _told(sheet: Pixels, rows: int, columns: int) -> Grid:
    height, width = sheet.shape[:2]
    if not (0 < rows <= height and 0 < columns <= width):
        raise UsageError(f"--grid {rows}x{columns} of {width} x {height} pixels", "accepted: ROWSxCOLUMNS")
    for padding in (0, *PADDINGS):
        if (height - padding) % rows == 0 and (width - padding) % columns == 0:
            tall, wide = (height - padding) // rows - padding, (width - padding) // columns - padding
            if min(tall, wide) > 0:
                return Grid(rows=rows, columns=columns, height=tall, width=wide, padding=padding)
    return Grid(rows=rows, columns=columns, height=height // rows, width=width // columns, padding=0)


def _tiles(sheet: Pixels, grid: Grid) -> Iterator[Pixels]:
    for row in range(grid.rows):
        for column in range(grid.columns):
            top = grid.padding + row * (grid.height + grid.padding)
            left = grid.padding + column * (grid.width + grid.padding)
            yield sheet[top : top + grid.height, left : left + grid.width].transpose(2, 0, 1)
