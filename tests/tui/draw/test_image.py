import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from textual.strip import Strip

from latentop.tui.draw.images.contrast import contrast
from latentop.tui.draw.images.heat import heat
from latentop.tui.draw.images.image import draw_beside, draw_columns, draw_grid
from latentop.tui.draw.images.image_layout import Grid, layout
from latentop.tui.draw.images.image_style import Display, Style, resolution
from latentop.tui.draw.images.image_tiles import tiles
from latentop.tui.draw.images.resample import resize
from latentop.tui.draw.images.score import squared_errors
from latentop.tui.link.terminal import recognise

PLAIN = Display(colours=2)
DISPLAYS = [
    Display(colours=colours, dark=dark) for colours in (2, 16, 256, 1 << 24) for dark in (True, False)
]
HALF = resolution(Style.half, Display())
QUADRANT = resolution(Style.quadrant, Display())
ASCII = resolution(Style.ascii, PLAIN)


def gradient(count: int = 1, channels: int = 1, height: int = 28, width: int = 28) -> NDArray[np.uint8]:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    return np.broadcast_to(ramp, (count, channels, height, width)).copy()


def assert_size(rows: list[Strip], width: int, height: int) -> None:
    assert len(rows) == height
    assert [sum(segment.cell_length for segment in row) for row in rows] == [width] * height


@given(
    st.tuples(st.integers(0, 9), st.sampled_from([1, 3]), st.integers(1, 40), st.integers(1, 40)),
    st.integers(0, 70),
    st.integers(0, 30),
    st.sampled_from(Style),
    st.sampled_from(DISPLAYS),
    st.integers(0, 255),
)
def test_any_images_fill_any_area_exactly(
    shape: tuple[int, int, int, int], width: int, height: int, style: Style, display: Display, brightest: int
) -> None:
    images = np.random.default_rng(0).integers(0, brightest + 1, shape, dtype=np.uint8)
    panels = [("original", images), ("reconstruction", images), ("error |", images)]
    captions = ["MSE 0.1"] * shape[0]
    for rows in (
        draw_grid(images, width=width, height=height, style=style, display=display),
        draw_beside(panels[:2], width=width, height=height, style=style, display=display),
        draw_columns(panels, width=width, height=height, style=style, display=display, captions=captions),
    ):
        assert_size(rows, width, height)
        if style is Style.ascii:
            assert all(" " <= character <= "~" for row in rows for character in row.text)
        if not display.coloured:
            inks = [segment.style for row in rows for segment in row if segment.style]
            assert all(ink.color is None and ink.bgcolor is None for ink in inks)


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
    for shaped in (ASCII, QUADRANT):
        grid = layout(64, (28, 28), width=46, height=16, resolution=shaped)
        assert grid.tile_width >= 14
        assert grid.shown >= 2


def test_a_large_area_shows_many_images_large() -> None:
    grid = layout(64, (28, 28), width=190, height=55, resolution=HALF)
    assert grid.tile_width >= 20
    assert grid.shown >= 18


@pytest.mark.parametrize("side", [64, 128, 256])
def test_large_images_may_shrink_as_far_as_small_ones(side: int) -> None:
    """What is recognised is a matter of cells; many of an image's pixels are no reason to show one alone."""
    grid = layout(36, (side, side), width=88, height=21, resolution=QUADRANT, group=3)
    assert grid.shown >= 2
    assert grid.tile_width >= 16
    alone = layout(1, (side, side), width=88, height=44, resolution=QUADRANT)
    assert alone.tile_height > 20, "where there is room, one is as large as it can be"


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


def test_one_hot_pixel_changes_nothing_else() -> None:
    faint = (gradient() // 4).astype(np.uint8)
    hot = faint.copy()
    hot[0, 0, 0, 0] = 255
    before, after = (
        draw_grid(images, width=20, height=10, style=Style.ascii, display=PLAIN) for images in (faint, hot)
    )
    assert [row.text[1:] for row in before] == [row.text[1:] for row in after]


@pytest.mark.parametrize("level", [0, 1, 77, 128, 254, 255])
def test_a_constant_image_stays_as_bright_as_it_is(level: int) -> None:
    constant = np.full((4, 1, 28, 28), level, dtype=np.uint8)
    drawn = contrast([constant]).applied(constant / 255)
    assert drawn == pytest.approx(level / 255, abs=0.2)
    assert (
        len({segment.style for segment in draw_grid(constant, width=14, height=7, style=Style.half)[0]}) == 1
    )


def test_contrast_of_nothing_is_none() -> None:
    assert contrast([np.zeros((0, 1, 28, 28), dtype=np.uint8)]).applied(np.zeros(3)).tolist() == [0, 0, 0]


def test_on_a_light_screen_ink_is_dark() -> None:
    light = Display(colours=2, dark=False)
    black = np.zeros((1, 1, 28, 28), dtype=np.uint8)
    assert draw_grid(black, width=20, height=10, style=Style.half, display=light)[4].text == "█" * 20
    assert draw_grid(255 - black, width=20, height=10, style=Style.half, display=light)[4].text.strip() == ""


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("colours", [16, 256, 1 << 24])
def test_with_colours_black_is_black_on_a_light_screen_too(style: Style, colours: int) -> None:
    black = np.zeros((1, 1, 28, 28), dtype=np.uint8)
    row = draw_grid(black, width=14, height=7, style=style, display=Display(colours=colours, dark=False))[3]
    style_of_all = next(iter(row)).style
    assert row.text == " " * 14
    assert style_of_all is not None
    assert style_of_all.bgcolor is not None
    assert style_of_all.bgcolor.get_truecolor() == (0, 0, 0)


def test_colours_are_true_where_the_terminal_has_them() -> None:
    images = np.zeros((1, 3, 8, 8), dtype=np.uint8)
    images[0] = np.array([12, 200, 99])[:, None, None]
    for colours, exact in ((1 << 24, True), (256, False), (16, False)):
        row = draw_grid(images, width=8, height=4, style=Style.half, display=Display(colours=colours))[0]
        ink = next(iter(row)).style
        assert ink is not None
        assert ink.bgcolor is not None
        assert (ink.bgcolor.get_truecolor() == (12, 200, 99)) is exact
        assert ink.bgcolor.number is None or ink.bgcolor.number < colours


@pytest.mark.parametrize("style", [Style.ascii, Style.braille])
def test_ink_has_the_hue_of_a_colour_image(style: Style) -> None:
    images = np.zeros((1, 3, 28, 28), dtype=np.uint8)
    images[:, 0, 4:24, 4:12] = 255
    images[:, 2, 4:24, 16:24] = 255
    rows = draw_grid(images, width=28, height=14, style=style, display=Display(colours=16))
    inks = {
        segment.style.color.number
        for row in rows
        for segment in row
        if segment.text.strip() and segment.style and segment.style.color
    }
    assert len(inks) == 2


@pytest.mark.parametrize("style", [Style.half, Style.quadrant])
def test_lone_coloured_points_stay_bright_when_made_smaller(style: Style) -> None:
    images = np.zeros((1, 3, 64, 64), dtype=np.uint8)
    images[:, 0, 4::12, 4::12] = 200
    rows = draw_grid(images, width=20, height=10, style=style)
    inks = [segment.style for row in rows for segment in row if segment.style]
    reds = [colour.get_truecolor().red for ink in inks for colour in (ink.color, ink.bgcolor) if colour]
    assert max(reds) > 60


def test_a_heading_without_room_is_another_word_or_cut_with_a_full_stop() -> None:
    images = np.zeros((1, 1, 8, 8), dtype=np.uint8)

    def headings(last: str) -> str:
        panels = [("original", images), (last, images)]
        return draw_columns(panels, width=17, height=5, style=Style.half)[0].text

    assert headings("reconstruction") == "original output  "
    assert headings("interpolation") == "original interpo."


def test_the_heading_of_reconstructions_is_whole_where_images_are_nearly_as_wide() -> None:
    images = np.zeros((1, 1, 28, 13), dtype=np.uint8)
    rows = draw_columns(
        [("reconstruction", images), ("error", images)], width=27, height=30, style=Style.half
    )
    assert rows[0].text.rstrip() == "reconstructed error"


def test_quadrants_show_corners_that_half_blocks_lose() -> None:
    images = np.zeros((1, 1, 2, 2), dtype=np.uint8)
    images[0, 0, 0, 0] = 255
    row = draw_grid(images, width=1, height=1, style=Style.quadrant)[0]
    ink = next(iter(row)).style
    assert row.text == "▘"
    assert ink is not None
    assert ink.color is not None
    assert ink.color.get_truecolor() == (255, 255, 255)


def test_an_edge_is_drawn_by_a_character_of_its_shape() -> None:
    below = np.zeros((1, 1, 16, 8), dtype=np.uint8)
    below[:, :, 13:15] = 255
    left = np.zeros((1, 1, 16, 8), dtype=np.uint8)
    left[:, :, :, 3:5] = 255
    for image, characters in ((below, "_"), (left, "|!lI")):
        (cells,) = tiles(
            image, width=1, height=1, style=Style.ascii, display=PLAIN, contrast=contrast([image])
        )
        assert cells.characters[0, 0] in characters


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
    rows = draw_columns(
        [("original", bright), ("error", dark)], width=17, height=20, style=Style.half, display=PLAIN
    )
    assert rows[0].text == "original error   "
    assert [row.text for row in rows[1:5]] == ["████████         "] * 4
    assert rows[5].text.strip() == ""
    assert rows[6].text.startswith("████████ ")


def test_scores_stand_below_their_images() -> None:
    images = np.full((2, 1, 8, 8), 255, dtype=np.uint8)
    rows = draw_columns(
        [("original", images), ("error", images)],
        width=17,
        height=11,
        style=Style.half,
        display=PLAIN,
        captions=["MSE 0.25", "MSE 0.5"],
    )
    assert [rows[5].text, rows[10].text] == ["         MSE 0.25", "          MSE 0.5"]


def test_blocks_of_unrelated_images_stand_side_by_side() -> None:
    dark, bright = np.zeros((4, 1, 8, 8), dtype=np.uint8), np.full((4, 1, 8, 8), 255, dtype=np.uint8)
    rows = draw_beside(
        [("real", bright), ("fake", dark)], width=37, height=10, style=Style.half, display=PLAIN
    )
    assert rows[0].text.split() == ["real", "fake"]
    assert rows[1].text.rstrip() == "████████ ████████"
    assert rows[0].text.index("fake") == 20


def test_errors_are_squared_and_averaged_image_by_image() -> None:
    black, white = np.zeros((2, 1, 4, 4), dtype=np.uint8), np.full((3, 1, 4, 4), 255, dtype=np.uint8)
    white[1, :, :2] = 0
    assert squared_errors(black, white).tolist() == [1.0, 0.5]


def test_heat_grows_with_the_error_whatever_channel_it_is_in() -> None:
    errors = np.zeros((1, 3, 1, 6), dtype=np.uint8)
    errors[0, 0, 0, 1] = errors[0, 2, 0, 2] = 60
    errors[0, :, 0, 3], errors[0, :, 0, 4], errors[0, :, 0, 5] = 60, 120, 255
    colours = heat(errors)
    assert colours.shape == errors.shape
    assert not colours[0, :, 0, 0].any(), "black where it is right"
    assert (colours[0, :, 0, 1] == colours[0, :, 0, 2]).all()
    bright = np.array([0.299, 0.587, 0.114]) @ colours[0, :, 0]
    assert (np.diff(bright[2:]) > 10).all(), "in grey, too"
    assert bright[5] > 240


def test_small_errors_stay_dark_and_one_scale_holds_for_all_images() -> None:
    small, large = np.full((1, 3, 4, 4), 10, dtype=np.uint8), np.full((1, 3, 4, 4), 200, dtype=np.uint8)
    assert heat(small).max() < 80
    both = heat(np.concatenate([small, large]))
    assert both[0].max() < heat(small).max()
    assert both[1].min() > 100
    assert heat(np.zeros((0, 3, 4, 4), dtype=np.uint8)).shape == (0, 3, 4, 4)


def test_the_style_suits_the_terminal() -> None:
    modern = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}
    assert recognise(modern, None).images is Style.quadrant
    assert recognise(modern | {"LC_ALL": "C"}, None).images is Style.ascii
    for terminal in ("linux", "vt100", "dumb", ""):
        assert recognise(modern | {"TERM": terminal}, None).images is Style.ascii
    for terminal in ("tmux-256color", "vte-256color", "contour", "console"):
        assert not recognise({"TERM": terminal, "LANG": "C.utf8"}, None).ascii


def test_the_key_goes_through_every_style_and_back() -> None:
    styles = [Style.ascii]
    while (following := styles[-1].next) is not styles[0]:
        styles.append(following)
    assert styles == list(Style)
