"""What a monospace font inks of each cell: the real glyphs, and block elements as terminals draw them."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from latentop.tui.draw.images.glyphs import ACROSS, DOWN

Coverage = NDArray[np.float64]
"""How much of each pixel of a cell is inked, (height, width), 0 to 1."""

NAMES = ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "Menlo.ttc", "consola.ttf", "Courier New.ttf")
QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""Bit 0 is the upper left quarter, then upper right, lower left, lower right."""
BLANK_BRAILLE = "\u2800"
SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}


class NoFontError(Exception):
    """No monospace font where it was looked for."""


class Font:
    """One font at cells of ``width`` × ``height`` pixels; its line is centred in the cell."""

    def __init__(self, path: str | None, width: int, height: int) -> None:
        self.width, self.height = width, height
        size = width / _open(path, 1000).getlength("M") * 1000
        self._font = _open(path, size)
        ascent, descent = self._font.getmetrics()
        self.name = " ".join(part or "" for part in self._font.getname())
        self._top = (height - ascent - descent) / 2
        self.coverage = cache(self._coverage)

    def _coverage(self, character: str) -> Coverage:
        """What ``character`` inks. Terminals draw block elements themselves, edge to edge: so here, too."""
        if character == BLANK_BRAILLE:  # which fonts without it draw as a box
            return np.zeros((self.height, self.width))
        if character in SHADES:
            return np.full((self.height, self.width), SHADES[character])
        if character in QUADRANTS:
            bits = QUADRANTS.index(character)
            quarters = np.array([[bits & 1, bits >> 1 & 1], [bits >> 2 & 1, bits >> 3 & 1]], dtype=np.float64)
            return quarters.repeat(self.height // 2, 0).repeat(self.width // 2, 1)
        image = Image.new("L", (self.width, self.height))
        ImageDraw.Draw(image).text((0, self._top), character, fill=255, font=self._font)
        return np.asarray(image, dtype=np.float64) / 255


def glyph_table(paths: Sequence[str]) -> str:
    """The lines of tui/draw/glyphs.py: what printable ASCII inks of each part of a cell, in fifteenths."""
    width, height = 12 * ACROSS, 12 * DOWN
    fonts = [Font(path, width, height) for path in paths]
    lines = []
    for code in range(32, 127):
        inked = np.mean([font.coverage(chr(code)) for font in fonts], axis=0)
        parts = inked.reshape(DOWN, height // DOWN, ACROSS, width // ACROSS).mean((1, 3))
        lines.append("".join(f"{round(part * 15):x}" for part in parts.ravel().tolist()))
    return "\n".join(lines)


def _open(path: str | None, size: float) -> ImageFont.FreeTypeFont:
    for name in (path,) if path else NAMES:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    raise NoFontError(
        f"no font at {Path(path)}; name a monospace TrueType font"
        if path
        else f"none of {', '.join(NAMES)} is installed; name a monospace TrueType font with --font"
    )
