"""Drawings by chafa, through chafa.py."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from chafa import (
    Canvas,
    CanvasConfig,
    CanvasMode,
    ColorSpace,
    DitherMode,
    PixelType,
    SymbolMap,
    SymbolTags,
)
from numpy.typing import NDArray

from benchmarks.images.drawing import Drawing

ENLARGED = 8
"""Images are given to it enlarged so many times, pixels as squares, so that it samples what we do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How chafa draws: symbols and mode as its enums name them, less the prefix."""

    symbols: tuple[str, ...]
    mode: str
    dither: str = "NONE"
    preprocessing: bool = False
    space: str = "RGB"


def settings(symbols: tuple[str, ...], mode: str) -> Iterator[Setting]:
    """Everything that it may gain from, at the same symbols and colours."""
    for dither in ("NONE", "ORDERED", "DIFFUSION"):
        for preprocessing in (False, True):
            for space in ("RGB",) if mode == "FGBG" else ("RGB", "DIN99D"):
                yield Setting(
                    symbols=symbols, mode=mode, dither=dither, preprocessing=preprocessing, space=space
                )


def draw(image: NDArray[np.uint8], width: int, height: int, setting: Setting) -> Drawing:
    """Chafa's drawing of an image (1 or 3, any height, any width), its work factor at the highest."""
    canvas = Canvas(_config(width, height, setting))
    pixels = np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0)
    pixels = np.ascontiguousarray(pixels.repeat(ENLARGED, 0).repeat(ENLARGED, 1))
    rows, columns, channels = pixels.shape
    canvas.draw_all_pixels(PixelType.CHAFA_PIXEL_RGB8, pixels.ravel(), columns, rows, columns * channels)
    cells = [[canvas[y, x] for x in range(width)] for y in range(height)]
    return Drawing(
        characters=np.array([[cell.char for cell in row] for row in cells]),
        front=np.array([[cell.fg_color or (255, 255, 255) for cell in row] for row in cells]) / 255,
        back=np.array([[cell.bg_color or (0, 0, 0) for cell in row] for row in cells]) / 255,
    )


def _config(width: int, height: int, setting: Setting) -> CanvasConfig:
    symbols = SymbolMap()
    for name in setting.symbols:
        symbols.add_by_tags(SymbolTags[f"CHAFA_SYMBOL_TAG_{name}"])
    config = CanvasConfig()
    config.width, config.height = width, height
    config.set_symbol_map(symbols)
    config.canvas_mode = CanvasMode[f"CHAFA_CANVAS_MODE_{setting.mode}"]
    config.dither_mode = DitherMode[f"CHAFA_DITHER_MODE_{setting.dither}"]
    config.color_space = ColorSpace[f"CHAFA_COLOR_SPACE_{setting.space}"]
    config.preprocessing = setting.preprocessing
    config.work_factor = 1.0
    config.fg_color, config.bg_color = (255, 255, 255), (0, 0, 0)
    return config
