"""Many images of one size as tiles of text, in one style, with one contrast."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.style import Style as Ink

from latentop.tui.draw.charts import braille
from latentop.tui.draw.images import glyphs
from latentop.tui.draw.images.blocks import halves, quadrants, shaded_halves, shaded_quadrants
from latentop.tui.draw.images.contrast import Contrast, exposed
from latentop.tui.draw.images.image_cells import Cells, Characters, Pixels, plain, tinted, white_on_black
from latentop.tui.draw.images.image_style import Display, Style, resolution
from latentop.tui.draw.images.resample import luminance, resize
from latentop.tui.draw.small.sheet import Sheet
from latentop.tui.draw.small.terminal_colours import NO_COLOUR, colour

Images = NDArray[np.uint8]
"""(count, channels 1 or 3, height, width), 0 black to 255 white."""


def tiles(
    images: Images, *, width: int, height: int, style: Style, display: Display, contrast: Contrast
) -> list[Cells]:
    """Return each of `images` as `height` × `width` cells."""
    cell = resolution(style, display)
    pixels = resize(images / 255, height * cell.down, width * cell.across)
    below_each_other = pixels.swapaxes(0, 1).reshape(images.shape[1], -1, width * cell.across)
    cells = _cells(below_each_other, len(images) * height, style, display, contrast)
    return [
        Cells(
            characters=cells.characters[top : top + height],
            front=cells.front[top : top + height],
            back=cells.back[top : top + height],
        )
        for top in range(0, len(images) * height, height)
    ]


def lay(sheet: Sheet, x: int, y: int, cells: Cells) -> None:
    """Lay `cells` on `sheet` with their top left at (x, y)."""
    pairs, places = np.unique((cells.front + 1) << 32 | (cells.back + 1), return_inverse=True)
    inks = [sheet.ink(_ink((pair >> 32) - 1, (pair & 0xFFFFFFFF) - 1)) for pair in pairs.tolist()]
    sheet.fill(x, y, cells.characters, np.array(inks, dtype=np.int32)[places.reshape(cells.front.shape)])


def _cells(pixels: Pixels, rows: int, style: Style, display: Display, contrast: Contrast) -> Cells:
    """Return `rows` of cells for `pixels` (1 or 3, height, width)."""
    grey = len(pixels) == 1
    if display.coloured and style in (Style.half, Style.quadrant):
        draw = halves if style is Style.half else quadrants
        return draw(contrast.applied(pixels) if grey else exposed(pixels), display.colours)
    light = pixels.max(0) if display.coloured else luminance(pixels[None])[0, 0]  # a tint has the rest
    light = contrast.applied(light)
    if not display.coloured:
        return plain(_inked(light if display.dark else 1 - light, style))
    characters = _inked(light, style)
    cells = plain(characters) if display.dark else white_on_black(characters, display.colours)
    return cells if grey else tinted(cells, resize(pixels, rows, characters.shape[1]), display.colours)


def _inked(light: Pixels, style: Style) -> Characters:
    """Return characters for pixels (height, width), in whatever one colour they will be drawn."""
    match style:
        case Style.ascii:
            return glyphs.matched(light)
        case Style.half:
            return shaded_halves(light)
        case Style.quadrant:
            return shaded_quadrants(light)
        case Style.braille:
            return braille.dithered(light)


@lru_cache(maxsize=4096)
def _ink(front: int, back: int) -> Ink:
    if front == back == NO_COLOUR:
        return Ink.null()
    return Ink(
        color=None if front == NO_COLOUR else colour(front),
        bgcolor=None if back == NO_COLOUR else colour(back),
    )
