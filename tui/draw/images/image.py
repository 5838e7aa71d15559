"""Grids of images as rows of text, in the way of drawing that suits the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style as Ink
from textual.strip import Strip

from latentop.tui.draw.images.contrast import Contrast, contrast
from latentop.tui.draw.images.image_layout import Grid, layout
from latentop.tui.draw.images.image_style import Display, Style, resolution
from latentop.tui.draw.images.image_tiles import Images, lay, tiles
from latentop.tui.draw.small.sheet import Sheet

Panels = Sequence[tuple[str, Images]]
"""Images of one size under their headings."""

APART = 3
"""Blank columns between blocks of images."""

SHORTER = {"reconstruction": ("reconstructed", "output")}
"""Other words for a heading that is wider than its images."""


def draw_grid(
    images: Images,
    *,
    width: int,
    height: int,
    style: Style,
    display: Display | None = None,
    shared: Contrast | None = None,
) -> list[Strip]:
    """Return `height` rows of exactly `width` cells with as many of `images` as can be shown well.

    In contrast as they need it together, or as it is given.
    """
    display = display or Display()
    sheet = Sheet(width, height)
    grid = _layout(images, len(images), sheet.width, sheet.height, style, display)
    _draw(sheet, [images], [grid], [(0, 0)], style, display, shared)
    return sheet.strips()


def grid_of(images: Images, *, width: int, height: int, style: Style, display: Display | None = None) -> Grid:
    """Return where `draw_grid` puts which of `images`."""
    return _layout(images, len(images), width, height, style, display or Display())


def groups_of(
    images: Images, *, width: int, height: int, style: Style, display: Display | None = None, group: int
) -> int:
    """Return how many rows of `draw_columns` with captions there is room for, of so many panels."""
    grid = _layout(images, len(images), width, height - 2, style, display or Display(), group)
    return min(len(images), grid.shown)


def draw_beside(
    panels: Panels,
    *,
    width: int,
    height: int,
    style: Style,
    display: Display | None = None,
    shared: Contrast | None = None,
) -> list[Strip]:
    """Return `height` rows of exactly `width` cells: a block of images under each heading, side by side."""
    display = display or Display()
    sheet = Sheet(width, height)
    if not panels:
        return sheet.strips()
    stacks = [images for _, images in panels]
    count = min(len(images) for images in stacks)
    block = max(0, (sheet.width - APART * (len(panels) - 1)) // len(panels))
    grid = _layout(stacks[0], count, block, sheet.height - 1, style, display)
    corners = [(number * (grid.width + APART), 1) for number in range(len(panels))]
    if grid.shown:
        for (x, _), (heading, _) in zip(corners, panels, strict=True):
            _write_heading(sheet, x, heading, grid.width)
    _draw(sheet, stacks, [grid] * len(panels), corners, style, display, shared)
    return sheet.strips()


def draw_columns(
    panels: Panels,
    *,
    width: int,
    height: int,
    style: Style,
    display: Display | None = None,
    captions: Sequence[str] = (),
    shared: Contrast | None = None,
) -> list[Strip]:
    """Return `height` rows of exactly `width` cells: the panels side by side under their headings.

    Image n of every panel stands in one row: original, reconstruction, error; caption n below them, where it
    has room. All panels hold images of one size; where there is room to spare, further images follow to the
    right.
    """
    display = display or Display()
    sheet = Sheet(width, height)
    if not panels:
        return sheet.strips()
    stacks = [images for _, images in panels]
    count = min(len(images) for images in stacks)
    below = 1 if captions else 0
    room = sheet.height - 1 - below
    grid = _layout(stacks[0], count, sheet.width, room, style, display, group=len(panels))
    for column in range(grid.columns):
        for tile, (heading, _) in enumerate(panels):
            x, _ = grid.place(column, tile)
            _write_heading(sheet, x, heading, grid.tile_width)
    for index, caption in enumerate(captions[: min(count, grid.shown)]):
        x, y = grid.place(index)
        if len(caption) <= grid.group_width:
            sheet.write(x + grid.group_width - len(caption), 1 + y + grid.tile_height, caption)
    corners = [(0, 1)] * len(panels)
    _draw(sheet, stacks, [grid] * len(panels), corners, style, display, shared, grouped=True)
    return sheet.strips()


def draw_large(
    panels: Panels,
    *,
    width: int,
    height: int,
    style: Style,
    display: Display | None = None,
    shared: Contrast | None = None,
) -> list[Strip]:
    """Return `height` rows of exactly `width` cells: the first image under each heading, as large as can be.

    Images may be of any size; a pixel may take many cells.
    """
    display = display or Display()
    sheet = Sheet(width, height)
    room = (sheet.width - APART * (len(panels) - 1)) // max(1, len(panels))
    shared = shared or contrast([images for _, images in panels])
    x = 0
    for heading, images in panels:
        pixels_down, pixels_across = images.shape[2:]
        tall = min(sheet.height - 1, int(room * pixels_down / pixels_across / 2))
        wide = min(room, round(2 * tall * pixels_across / pixels_down))
        if tall < 1 or wide < 1:
            break
        (cells,) = tiles(images[:1], width=wide, height=tall, style=style, display=display, contrast=shared)
        _write_heading(sheet, x, heading, room)
        lay(sheet, x, 1, cells)
        x += room + APART if wide > room // 2 else wide + APART
    return sheet.strips()


def _layout(
    images: Images, count: int, width: int, height: int, style: Style, display: Display, group: int = 1
) -> Grid:
    size = (images.shape[2], images.shape[3])
    cell = resolution(style, display)
    return layout(count, size, width=width, height=height, resolution=cell, group=group)


def _write_heading(sheet: Sheet, x: int, heading: str, width: int) -> None:
    words = (heading, *SHORTER.get(heading, ()))
    fitting = next((one for one in words if len(one) <= width), heading[: max(0, width - 1)] + ".")
    sheet.write(x, 0, fitting, Ink(bold=True))


def _draw(
    sheet: Sheet,
    stacks: Sequence[Images],
    grids: Sequence[Grid],
    corners: Sequence[tuple[int, int]],
    style: Style,
    display: Display,
    shared: Contrast | None,
    *,
    grouped: bool = False,
) -> None:
    """Draw each stack into its grid, whose top left is its corner, or, grouped, all of them into one."""
    shared = shared or contrast(stacks)
    for number, (images, grid, (left, top)) in enumerate(zip(stacks, grids, corners, strict=True)):
        if not grid.shown:
            continue
        drawn = tiles(
            images[: grid.shown],
            width=grid.tile_width,
            height=grid.tile_height,
            style=style,
            display=display,
            contrast=shared,
        )
        for index, cells in enumerate(drawn):
            x, y = grid.place(index, number if grouped else 0)
            lay(sheet, left + x, top + y, cells)
