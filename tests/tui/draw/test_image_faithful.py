"""Images as text, rendered back to pixels with what the characters of a real font ink, beside the images."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.images.pictures import fashion
from benchmarks.images.similarity import similarity
from latentop.tui.draw.images.contrast import contrast
from latentop.tui.draw.images.image_style import Display, Style
from latentop.tui.draw.images.image_tiles import tiles
from latentop.tui.draw.images.resample import resize
from latentop.tui.draw.small.terminal_colours import GREYS

DOWN, ACROSS = 8, 4
GLYPHS = Path(__file__).with_name("glyphs-of-another-font.txt")
"""What the bold DejaVu Sans Mono inks, by ``benchmarks.images --glyphs``; characters are chosen by others."""
INK = dict(
    zip(
        map(chr, range(32, 127)),
        np.array([[int(digit, 16) for digit in line] for line in GLYPHS.read_text().split()]).reshape(
            -1, DOWN, ACROSS
        )
        / 15,
        strict=True,
    )
)
RAMP = np.array(list(" .:;*=so$#@"))
"""What images were drawn with before: equal steps of mean ink."""
PLAIN = Display(colours=2)


def text(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.str_]:
    shown = contrast([image])
    (cells,) = tiles(image, width=width, height=height, style=Style.ascii, display=PLAIN, contrast=shown)
    return cells.characters


def ramp(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.str_]:
    return RAMP[np.rint(resize(image[0, 0] / 255, height, width) * (len(RAMP) - 1)).astype(int)]


def seen(characters: NDArray[np.str_]) -> NDArray[np.float64]:
    return np.block([[INK[character] for character in row] for row in characters.tolist()])


def halves(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.float64]:
    """Two pixels a cell, as colours of ink and ground show them."""
    style, display = Style.half, Display(colours=256)
    (cells,) = tiles(
        image, width=width, height=height, style=style, display=display, contrast=contrast([image])
    )
    greys = {number: level / 15 for level, number in enumerate(GREYS.tolist())}
    upper = np.where(cells.characters == "▀", cells.front, cells.back)
    pixels = np.stack([upper, cells.back], axis=1).reshape(-1, width)
    return np.vectorize(greys.__getitem__)(pixels).repeat(DOWN // 2, 0).repeat(ACROSS, 1)


@pytest.mark.parametrize(("width", "height"), [(28, 14), (20, 10), (14, 7)])
def test_shapes_are_more_faithful_than_a_ramp_and_half_blocks_more_than_both(width: int, height: int) -> None:
    reached: dict[str, list[float]] = {"ramp": [], "shapes": [], "halves": []}
    for image in fashion(8)[:, None]:
        source = resize(image[0, 0] / 255, height * DOWN, width * ACROSS)
        reached["ramp"].append(similarity(seen(ramp(image, width, height)), source))
        reached["shapes"].append(similarity(seen(text(image, width, height)), source))
        reached["halves"].append(similarity(halves(image, width, height), source))
    mean = {name: float(np.mean(values)) for name, values in reached.items()}
    assert mean["ramp"] + 0.02 < mean["shapes"] < mean["halves"] - 0.05


def test_faint_noise_leaves_nearly_all_characters_as_they_were() -> None:
    image = fashion(1)
    noise = np.random.default_rng(0).normal(0, 2, image.shape)
    noisy = np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)
    assert (text(image, 28, 14) != text(noisy, 28, 14)).mean() < 0.05


def test_similarity_is_one_of_equals_and_little_of_strangers() -> None:
    one, other = np.random.default_rng(0).random((2, 30, 40))
    assert similarity(one, one) == pytest.approx(1.0)
    assert abs(similarity(one, other)) < 0.1
    assert similarity(one, one * 0.5) < 0.9
