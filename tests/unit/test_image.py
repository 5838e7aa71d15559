import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from textual.strip import Strip

from tui.draw.image import Style, automatic, draw_columns, draw_grid, resolution
from tui.draw.image_cells import BRIGHTNESS, resize
from tui.draw.image_layout import Grid, layout

HALF = resolution(Style.half, colour=True)
ASCII = resolution(Style.ascii, colour=True)


def gradient(count: int = 1, channels: int = 1, height: int = 28, width: int = 28) -> NDArray[np.uint8]:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    return np.broadcast_to(ramp, (count, channels, height, width)).copy()


def assert_size(rows: list[Strip], width: int, height: int) -> None:
    assert len(rows) == height
    assert [sum(segment.cell_length for segment in row) for row in rows] == [width] * height


@settings(deadline=None)
@given(
    st.tuples(st.integers(0, 9), st.sampled_from([1, 3]), st.integers(1, 40), st.integers(1, 40)),
    st.integers(0, 70),
    st.integers(0, 30),
    st.sampled_from(Style),
    st.booleans(),
)
def test_any_images_fill_any_area_exactly(
    shape: tuple[int, int, int, int], width: int, height: int, style: Style, colour: bool
) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    rows = draw_grid(images, width=width, height=height, style=style, colour=colour)
    assert_size(rows, width, height)
    panels = [("original", images), ("reconstruction", images), ("error", images)]
    columns = draw_columns(panels, width=width, height=height, style=style, colour=colour)
    assert_size(columns, width, height)
    if style is Style.ascii:
        assert "".join(row.text for row in rows + columns).isascii()
    if not (colour and style is Style.half):
        assert all(not segment.style or segment.style.color is None for row in rows for segment in row)


@given(
    st.integers(0, 80),
    st.tuples(st.integers(1, 64), st.integers(1, 64)),
    st.integers(0, 200),
    st.integers(0, 60),
    st.integers(1, 3),
)
def test_no_tile_leaves_the_area_or_outgrows_its_pixels(
    count: int, image: tuple[int, int], width: int, height: int, group: int
) -> None:
    grid = layout(count, image, width=width, height=height, resolution=HALF, group=group)
    assert (grid.columns - 1) * grid.rows < max(1, count)
    assert grid.tile_width <= image[1]
    for index in range(grid.shown):
        for tile in range(group):
            x, y = grid.place(index, tile)
            assert x + grid.tile_width <= width
            assert y + grid.tile_height <= height


def test_one_image_with_room_is_drawn_at_full_size() -> None:
    grid = layout(1, (28, 28), width=100, height=50, resolution=HALF)
    assert (grid.columns, grid.rows, grid.tile_width, grid.tile_height) == (1, 1, 28, 14)


def test_fewer_images_stay_readable_rather_than_many_becoming_dust() -> None:
    grid = layout(64, (28, 28), width=46, height=16, resolution=HALF)
    assert grid.tile_width >= 14
    assert grid.shown >= 6
    grid = layout(64, (28, 28), width=46, height=16, resolution=ASCII)
    assert grid.tile_width >= 20


def test_a_large_area_shows_many_images_large() -> None:
    grid = layout(64, (28, 28), width=190, height=55, resolution=HALF)
    assert grid.tile_width >= 20
    assert grid.shown >= 18


def test_without_room_or_images_there_is_no_grid() -> None:
    assert layout(0, (28, 28), width=80, height=24, resolution=HALF) == Grid()
    assert layout(9, (28, 28), width=0, height=24, resolution=HALF) == Grid()


def test_half_blocks_show_two_rows_in_one_cell_and_at_most_16_greys() -> None:
    images = np.zeros((1, 1, 4, 4), dtype=np.uint8)
    images[0, 0, 0::2] = 255
    row = draw_grid(images, width=4, height=2, style=Style.half)[0]
    assert row.text == "▀▀▀▀"
    assert len(list(row)) == 1
    style = next(iter(row)).style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert (style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex) == ("#ffffff", "#000000")
    colours = {
        segment.style
        for row in draw_grid(gradient(), width=28, height=14, style=Style.half)
        for segment in row
    }
    assert 8 < len(colours) <= 16


def test_colour_images_keep_their_hue() -> None:
    images = np.zeros((1, 3, 8, 8), dtype=np.uint8)
    images[:, 0] = 255
    rows = draw_grid(images, width=8, height=4, style=Style.half)
    styles = {
        segment.style.bgcolor.get_truecolor().hex
        for row in rows
        for segment in row
        if segment.style and segment.style.bgcolor
    }
    assert styles == {"#ff0000"}


@pytest.mark.parametrize("style", [Style.ascii, Style.braille])
def test_a_faint_image_is_stretched_and_a_blank_one_is_not(style: Style) -> None:
    faint = (gradient() // 4).astype(np.uint8)
    assert draw_grid(faint, width=28, height=14, style=style) == draw_grid(
        (faint * 2).astype(np.uint8), width=28, height=14, style=style
    )
    blank = np.random.default_rng(0).integers(0, 4, (1, 1, 28, 28), dtype=np.uint8)
    assert "".join(row.text for row in draw_grid(blank, width=28, height=14, style=style)).strip() == ""


def test_brighter_is_denser_in_ascii() -> None:
    text = draw_grid(gradient(), width=28, height=14, style=Style.ascii)[0].text
    ramp = " .:;*=so$#@"
    assert [ramp.index(character) for character in text] == sorted(
        ramp.index(character) for character in text
    )
    assert set(text) == set(ramp)
    assert np.all(np.diff(BRIGHTNESS) > 0)


def test_braille_fills_in_with_brightness() -> None:
    text = draw_grid(gradient(), width=14, height=7, style=Style.braille)[3].text
    dots = [(ord(character) & 0xFF).bit_count() if character != " " else 0 for character in text]
    assert dots[0] == 0
    assert dots[-1] >= 7
    assert dots[3] <= dots[7] <= dots[11]


def test_what_did_not_change_looks_the_same_in_the_next_frame() -> None:
    before = gradient()
    after = before.copy()
    after[0, 0, 24:, :4] = 90
    rows = [draw_grid(images, width=14, height=7, style=Style.braille) for images in (before, after)]
    assert rows[0][:6] == rows[1][:6]


def test_shrinking_averages_areas() -> None:
    images = np.array([[0.0, 1.0, 0.5, 0.5], [1.0, 0.0, 0.5, 1.0]])[None, None]
    assert resize(images, 1, 2) == pytest.approx(np.array([[[[0.5, 0.625]]]]))
    assert resize(images, 1, 3).mean() == pytest.approx(images.mean())


def test_columns_stand_under_their_headings_one_row_an_image() -> None:
    dark, bright = np.zeros((4, 1, 8, 8), dtype=np.uint8), np.full((4, 1, 8, 8), 255, dtype=np.uint8)
    rows = draw_columns([("original", bright), ("error", dark)], width=17, height=20, style=Style.ascii)
    assert rows[0].text == "original error   "
    assert [row.text for row in rows[1:5]] == ["@@@@@@@@         "] * 4
    assert rows[5].text.strip() == ""
    assert rows[6].text.startswith("@@@@@@@@ ")


def test_the_style_suits_the_terminal() -> None:
    modern = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}
    assert automatic(modern, colours=256) is Style.half
    assert automatic(modern, colours=16_777_216) is Style.half
    assert automatic(modern, colours=16) is Style.ascii
    assert automatic(modern | {"NO_COLOR": "1"}, colours=256) is Style.ascii
    assert automatic(modern | {"LC_ALL": "C"}, colours=256) is Style.ascii
    for terminal in ("linux", "vt100", "dumb", ""):
        assert automatic(modern | {"TERM": terminal}, colours=256) is Style.ascii
    assert automatic({"TERM": "tmux-256color", "LANG": "C.utf8"}, colours=256) is Style.half


def test_the_key_goes_through_every_style_and_back() -> None:
    assert [Style.ascii.next, Style.half.next, Style.braille.next] == [Style.half, Style.braille, Style.ascii]
