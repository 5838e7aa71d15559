"""Grids of images as rows of text, in the way of drawing that suits the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style as Ink
from textual.strip import Strip

from tui.draw.image_cells import Pixels, ascii_ramp, braille, luminance, quantised, resize, shades, stretched
from tui.draw.image_layout import Grid, Resolution, layout
from tui.draw.plain import plain_ascii
from tui.draw.sheet import PLAIN, Sheet

Images = NDArray[np.uint8]
"""(count, channels 1 or 3, height, width), 0 black to 255 white."""

ASCII_TERMINALS = ("linux", "vt", "dumb", "ansi", "cons")
"""How the names of terminals begin that cannot be trusted with more than ASCII."""


class Style(StrEnum):
    """A way of drawing images as text."""

    ascii = "ascii"
    half = "half"
    braille = "braille"

    @property
    def next(self) -> Style:
        """The style that a press of the key changes to."""
        styles = list(Style)
        return styles[(styles.index(self) + 1) % len(styles)]


def automatic(environment: Mapping[str, str], *, colours: int) -> Style:
    """Return the style for a terminal with `colours` colours, by TERM and locale in `environment`."""
    terminal = environment.get("TERM", "")
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    speaks_utf8 = "utf8" in locale.lower().replace("-", "")
    if not speaks_utf8 or not terminal or terminal.startswith(ASCII_TERMINALS):
        return Style.ascii
    return Style.half if colours >= 256 and not environment.get("NO_COLOR") else Style.ascii


def resolution(style: Style, *, colour: bool) -> Resolution:
    """Return what one cell resolves in `style`, and down to what share of its size an image is readable."""
    match style:
        case Style.half:
            return Resolution(across=1, down=2 if colour else 1, readable=0.5)
        case Style.ascii:
            return Resolution(across=1, down=1, readable=0.7)
        case Style.braille:
            return Resolution(across=2, down=4, readable=0.9)


def draw_grid(images: Images, *, width: int, height: int, style: Style, colour: bool = True) -> list[Strip]:
    """Return `height` rows of exactly `width` cells with as many of `images` as can be shown well."""
    sheet = Sheet(width, height)
    grid = layout(
        len(images),
        images.shape[2:],
        width=sheet.width,
        height=sheet.height,
        resolution=resolution(style, colour=colour),
    )
    if grid.shown:
        _draw(sheet, [images], grid, 0, style, colour)
    return sheet.strips()


def draw_columns(
    panels: Sequence[tuple[str, Images]], *, width: int, height: int, style: Style, colour: bool = True
) -> list[Strip]:
    """Return `height` rows of exactly `width` cells: the panels side by side under their headings.

    Image n of every panel stands in one row: original, reconstruction, error. All panels hold images of one
    size; where there is room to spare, further images follow to the right.
    """
    sheet = Sheet(width, height)
    if not panels:
        return sheet.strips()
    stacks = [images for _, images in panels]
    grid = layout(
        min(len(images) for images in stacks),
        stacks[0].shape[2:],
        width=sheet.width,
        height=sheet.height - 1,
        resolution=resolution(style, colour=colour),
        group=len(panels),
    )
    if grid.shown:
        _write_headings(sheet, [heading for heading, _ in panels], grid, style)
        _draw(sheet, stacks, grid, 1, style, colour)
    return sheet.strips()


def _write_headings(sheet: Sheet, headings: Sequence[str], grid: Grid, style: Style) -> None:
    for column in range(grid.columns):
        for tile, heading in enumerate(headings):
            text = plain_ascii(heading) if style is Style.ascii else heading
            x, _ = grid.place(column, tile)
            sheet.write(x, 0, text[: grid.tile_width], Ink(bold=True))


def _draw(sheet: Sheet, stacks: Sequence[Images], grid: Grid, top: int, style: Style, colour: bool) -> None:
    """Draw image n of every stack into group n of `grid`, one contrast for all of them."""
    cell = resolution(style, colour=colour)
    rows, columns = grid.tile_height * cell.down, grid.tile_width * cell.across
    tiles = [resize(images[: grid.shown] / 255, rows, columns) for images in stacks]
    in_colour = style is Style.half and colour
    if not in_colour:
        greys = stretched(np.stack([luminance(images) for images in tiles]))
        tiles = [grey[:, None] for grey in greys]
    for tile, images in enumerate(tiles):
        for index, pixels in enumerate(images):
            x, y = grid.place(index, tile)
            if in_colour:
                _draw_half_blocks(sheet, x, top + y, pixels)
            else:
                draw = {Style.ascii: ascii_ramp, Style.half: shades, Style.braille: braille}[style]
                sheet.paint(x, top + y, draw(pixels[0]), PLAIN)


def _draw_half_blocks(sheet: Sheet, x: int, y: int, pixels: Pixels) -> None:
    """Draw two pixels into each cell, the upper in front of the lower, or a blank where they match."""
    numbers = quantised(pixels)
    upper, lower = numbers[0::2], numbers[1::2]
    pairs, places = np.unique(upper << 8 | lower, return_inverse=True)
    inks = np.array([sheet.ink(_pair_ink(*divmod(pair, 256))) for pair in pairs.tolist()], dtype=np.int32)
    sheet.fill(x, y, np.where(upper == lower, " ", "▀"), inks[places.reshape(upper.shape)])


def _pair_ink(upper: int, lower: int) -> Ink:
    return Ink(color=None if upper == lower else _palette(upper), bgcolor=_palette(lower))


@lru_cache(maxsize=256)
def _palette(number: int) -> Color:
    """Return colour `number` of the palette, with its red, green and blue: else Textual would send those."""
    colour = Color.from_ansi(number)
    return colour._replace(triplet=colour.get_truecolor())
