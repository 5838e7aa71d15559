"""Grids of images as rows of text, in the way of drawing that suits the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style as Ink
from textual.strip import Strip

from tui.draw.contrast import contrast
from tui.draw.image_layout import Grid, layout
from tui.draw.image_style import Display, Style, resolution
from tui.draw.image_tiles import Images, lay, tiles
from tui.draw.plain import plain_ascii
from tui.draw.sheet import Sheet

Panels = Sequence[tuple[str, Images]]
"""Images of one size under their headings."""

APART = 3
"""Blank columns between blocks of images."""


def draw_grid(
    images: Images, *, width: int, height: int, style: Style, display: Display | None = None
) -> list[Strip]:
    """Return `height` rows of exactly `width` cells with as many of `images` as can be shown well."""
    display = display or Display()
    sheet = Sheet(width, height)
    grid = _layout(images, len(images), sheet.width, sheet.height, style, display)
    _draw(sheet, [images], [grid], [(0, 0)], style, display)
    return sheet.strips()


def draw_beside(
    panels: Panels, *, width: int, height: int, style: Style, display: Display | None = None
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
            _write_heading(sheet, x, heading, grid.width, style)
    _draw(sheet, stacks, [grid] * len(panels), corners, style, display)
    return sheet.strips()


def draw_columns(
    panels: Panels,
    *,
    width: int,
    height: int,
    style: Style,
    display: Display | None = None,
    captions: Sequence[str] = (),
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
            _write_heading(sheet, x, heading, grid.tile_width, style)
    for index, caption in enumerate(captions[: min(count, grid.shown)]):
        x, y = grid.place(index)
        if len(caption) <= grid.group_width:
            sheet.write(x + grid.group_width - len(caption), 1 + y + grid.tile_height, caption)
    _draw(sheet, stacks, [grid] * len(panels), [(0, 1)] * len(panels), style, display, grouped=True)
    return sheet.strips()


def _layout(
    images: Images, count: int, width: int, height: int, style: Style, display: Display, group: int = 1
) -> Grid:
    size = (images.shape[2], images.shape[3])
    cell = resolution(style, display)
    return layout(count, size, width=width, height=height, resolution=cell, group=group)


def _write_heading(sheet: Sheet, x: int, heading: str, width: int, style: Style) -> None:
    text = plain_ascii(heading) if style is Style.ascii else heading
    fitting = text if len(text) <= width else text[: width - 1] + "."
    sheet.write(x, 0, fitting, Ink(bold=True))


def _draw(
    sheet: Sheet,
    stacks: Sequence[Images],
    grids: Sequence[Grid],
    corners: Sequence[tuple[int, int]],
    style: Style,
    display: Display,
    *,
    grouped: bool = False,
) -> None:
    """Draw each stack into its grid, whose top left is its corner, or, grouped, all of them into one."""
    shared = contrast(stacks)
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
