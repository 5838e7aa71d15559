"""How faithful images as text are, beside chafa: ``python -m benchmarks.images [--images N] [--font FILE]``.

Both draw the same images in the same number of cells, with like symbols and colours. What that looks like
is rendered with a font's real glyphs, white on black unless a cell says otherwise, and compared with the
image by SSIM: from near (every pixel of the font), from afar (4 × 2 pixels a cell), and from afar with the
drawing made as bright as suits it best. Of chafa's settings (dither, preprocessing, colour space) each number
has the best. Needs the extra ``bench``; ``--glyphs FONT…`` prints the table of tui/draw/glyphs.py instead.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.images.drawing import Drawing, exposed, from_afar, of_strips
from benchmarks.images.font import Font, NoFontError, glyph_table
from benchmarks.images.pictures import all_pictures, fashion
from benchmarks.images.similarity import similarity
from latentop.tui.draw.images.contrast import contrast
from latentop.tui.draw.images.image import draw_grid
from latentop.tui.draw.images.image_style import Display, Style
from latentop.tui.draw.images.image_tiles import lay, tiles
from latentop.tui.draw.images.resample import resize
from latentop.tui.draw.small.sheet import Sheet

Images = NDArray[np.uint8]
Draw = Callable[[Images, int, int], Drawing]

SIZES = ((28, 14), (20, 10), (14, 7))
CELL = 10, 20
"""Pixels of the font's cells."""
SPACE, HALF, QUAD = ("SPACE",), ("SPACE", "VHALF"), ("SPACE", "HALF", "QUAD", "SOLID")
NOISE = 2
"""Standard deviation, of 255, of what is added to an image to see how calmly it is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One of our styles, and what chafa may use beside it."""

    name: str
    style: Style
    colours: int
    symbols: tuple[str, ...]
    mode: str
    sets: tuple[str, ...] = ("fashion", "photos, grey")


COLOURFUL = ("photos", "codings")
MATCHES = (
    Match(name="ASCII", style=Style.ascii, colours=2, symbols=("ASCII",), mode="FGBG"),
    Match(name="shades", style=Style.half, colours=2, symbols=("SPACE", "SOLID", "STIPPLE"), mode="FGBG"),
    Match(name="quadrants", style=Style.quadrant, colours=2, symbols=QUAD, mode="FGBG"),
    Match(name="braille", style=Style.braille, colours=2, symbols=("SPACE", "BRAILLE"), mode="FGBG"),
    Match(name="half, 16", style=Style.half, colours=16, symbols=HALF, mode="INDEXED_16"),
    Match(name="half, 256", style=Style.half, colours=256, symbols=HALF, mode="INDEXED_256"),
    Match(name="quadrants, 256", style=Style.quadrant, colours=256, symbols=QUAD, mode="INDEXED_256"),
    Match(name="half, 16", style=Style.half, colours=16, symbols=HALF, mode="INDEXED_16", sets=COLOURFUL),
    Match(name="half, 256", style=Style.half, colours=256, symbols=HALF, mode="INDEXED_256", sets=COLOURFUL),
    Match(
        name="half, true",
        style=Style.half,
        colours=1 << 24,
        symbols=HALF,
        mode="TRUECOLOR",
        sets=COLOURFUL,
    ),
    Match(
        name="quadrants, true",
        style=Style.quadrant,
        colours=1 << 24,
        symbols=QUAD,
        mode="TRUECOLOR",
        sets=COLOURFUL,
    ),
)


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its tables."""
    options = _options(words)
    try:
        if options.glyphs:
            print(glyph_table(options.glyphs))
            return 0
        font = Font(options.font, *CELL)
        from benchmarks.images import chafa_drawing as chafa  # after the font: either may be missing
    except NoFontError as error:
        print(f"benchmarks.images: {error}", file=sys.stderr)
        return 2
    except ImportError:
        print("benchmarks.images: chafa.py is missing; pip install latentop[bench]", file=sys.stderr)
        return 2
    print(f"{time.strftime('%Y-%m-%d')} · {platform.machine()}, {os.cpu_count()} cores · {font.name}")
    print(f"python -m benchmarks.images {' '.join(sys.argv[1:] if words is None else words)}\n", flush=True)
    sets = all_pictures(options.images)
    print("| style | images | cells | near | chafa | afar | chafa | exposed | chafa |")
    print("|---|---|---|---|---|---|---|---|---|")
    for match in MATCHES:
        theirs = [partial(chafa.draw, setting=one) for one in chafa.settings(match.symbols, match.mode)]
        for name in match.sets:
            for width, height in SIZES if name in sets else ():
                mine = scores(drawer(match.style, match.colours, sets[name]), sets[name], width, height, font)
                best = np.max([scores(draw, sets[name], width, height, font) for draw in theirs], axis=0)
                numbers = " | ".join(_pair(*pair) for pair in zip(mine, best, strict=True))
                print(f"| {match.name} | {name} | {width}×{height} | {numbers} |", flush=True)
    print("\n| style | cells that noise changes | chafa | ms for 60 × 20 cells |\n|---|---|---|---|")
    for match in MATCHES:
        if "fashion" in match.sets:
            plain = partial(chafa.draw, setting=chafa.Setting(symbols=match.symbols, mode=match.mode))
            own = drawer(match.style, match.colours, sets["fashion"])
            calm = [100 * restless(draw, sets["fashion"]) for draw in (own, plain)]
            print(f"| {match.name} | {calm[0]:.1f} % | {calm[1]:.1f} % | {milliseconds(match):.1f} |")
    return 0


def drawer(style: Style, colours: int, frame: Images) -> Draw:
    """Our way of drawing one image of a frame."""
    shown = contrast([frame])

    def draw(image: Images, width: int, height: int) -> Drawing:
        sheet = Sheet(width, height)
        display = Display(colours=colours)
        (cells,) = tiles(
            image[None],
            width=width,
            height=height,
            style=style,
            display=display,
            contrast=shown,
        )
        lay(sheet, 0, 0, cells)
        return of_strips(sheet.strips())

    return draw


def scores(draw: Draw, images: Images, width: int, height: int, font: Font) -> tuple[float, float, float]:
    """Mean SSIM over images and channels: from near, from afar, from afar and exposed."""
    found = []
    for image in images:
        screen = draw(image, width, height).seen(font)
        screen = screen if len(image) == 3 else screen.mean(0, keepdims=True)
        source = image / 255
        near = _similarity(screen, resize(source, *screen.shape[1:]))
        small, afar = from_afar(source, height, width), from_afar(screen, height, width)
        found.append((near, _similarity(afar, small), _similarity(exposed(afar, small), small)))
    near, afar, bright = np.mean(found, axis=0).tolist()
    return near, afar, bright


def restless(draw: Draw, images: Images) -> float:
    """The share of cells, of those that show more than background, that faint noise changes; 28 × 14."""
    noise = np.random.default_rng(0).normal(0, NOISE, images.shape)
    noisy = np.clip(np.rint(images + noise * (images > 0)), 0, 255).astype(np.uint8)
    width, height = SIZES[0]
    changed = [
        draw(one, width, height).changed(draw(other, width, height))
        / (resize(one[0] / 255, height, width) > 0).mean()
        for one, other in zip(images, noisy, strict=True)
    ]
    return float(np.mean(changed))


def milliseconds(match: Match) -> float:
    """What drawing a panel of 60 × 20 cells takes, the median of 20."""
    images, display = fashion(64), Display(colours=match.colours)
    taken = []
    for _ in range(20):
        began = time.perf_counter()
        draw_grid(images, width=60, height=20, style=match.style, display=display)
        taken.append(time.perf_counter() - began)
    return 1000 * median(taken)


def _similarity(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.mean([similarity(*channels) for channels in zip(one, other, strict=True)]))


def _pair(mine: float, theirs: float) -> str:
    """Both numbers, the larger one in bold; none where they are the same to three digits."""
    one, other = f"{mine:.3f}", f"{theirs:.3f}"
    return f"{_bold(one, one > other)} | {_bold(other, other > one)}"


def _bold(text: str, bold: bool) -> str:
    return f"**{text}**" if bold else text


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.images", description=__doc__)
    parser.add_argument("--images", type=int, default=20, help="of Fashion-MNIST's test set, from its first")
    parser.add_argument("--font", metavar="FILE", help="a monospace TrueType font")
    parser.add_argument(
        "--glyphs", nargs="+", metavar="FONT", help="print what characters ink, mean of fonts"
    )
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
