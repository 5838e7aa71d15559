"""Points in the plane as text: as large as the panel, in proportion, told apart without colours."""

import numpy as np
import pytest
from textual.strip import Strip

from latentop.tui.draw.charts.chart import ChartStyle
from latentop.tui.draw.charts.plane import Crowd, Entry, Plane, Spot, draw_plane

SIZES = ((33, 14), (60, 20), (116, 30), (196, 52))


def plane(**parts: object) -> Plane:
    corners = np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])
    known: dict[str, object] = {
        "crowds": (Crowd(places=corners, colour="#56b4e9"),),
        "x": (-1.1, 1.1),
        "y": (-1.1, 1.1),
    }
    return Plane(**(known | parts))  # type: ignore[arg-type]


def text(strips: list[Strip]) -> list[str]:
    return [strip.text for strip in strips]


def dotted(rows: list[str]) -> tuple[list[int], list[int]]:
    cells = [
        (x, y) for y, row in enumerate(rows) for x, sign in enumerate(row) if 0x2800 < ord(sign) <= 0x28FF
    ]
    return sorted({x for x, _ in cells}), sorted({y for _, y in cells})


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_points_fill_the_height_and_a_unit_is_as_long_both_ways(width: int, height: int) -> None:
    rows = text(draw_plane(plane(), width=width, height=height, style=ChartStyle()))
    assert len(rows) == height
    assert {len(row) for row in rows} == {width}
    across, down = dotted(rows)
    assert len(across) == len(down) == 2
    assert down[1] - down[0] >= min(0.6 * height, 0.25 * width)
    assert across[1] - across[0] == pytest.approx(2 * (down[1] - down[0]), abs=3)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_points_of_a_stretched_plane_fill_its_width_too(width: int, height: int) -> None:
    rows = text(draw_plane(plane(stretched=True), width=width, height=height, style=ChartStyle()))
    across, down = dotted(rows)
    assert across[1] - across[0] >= 0.6 * width
    assert down[1] - down[0] >= 0.6 * height


def test_axes_have_their_names_and_marked_places_theirs() -> None:
    spots = (Spot(x=0.0, y=0.0, sign="○", colour="#e4692e", name="90°"),)
    rows = text(
        draw_plane(
            plane(axes=("the number", "the slope"), spots=spots), width=60, height=20, style=ChartStyle()
        )
    )
    assert any(row.rstrip().endswith("the number →") for row in rows)
    assert "↑ the slope" in rows[1]
    assert any("○ 90°" in row for row in rows)


@pytest.mark.parametrize("style", [ChartStyle(colour=False), ChartStyle(colour=False, ascii=True)])
def test_without_colours_classes_are_letters_that_the_legend_has(style: ChartStyle) -> None:
    crowds = tuple(
        Crowd(places=np.full((9, 2), place), colour="#56b4e9", letter=letter)
        for place, letter in ((-0.5, "0"), (0.5, "1"))
    )
    legend = (
        Entry(sign="●", text="Sandal", colour="#56b4e9", letter="0"),
        Entry(sign="●", text="Bag", colour="#e4692e", letter="1"),
    )
    drawn = "\n".join(text(draw_plane(plane(crowds=crowds, legend=legend), width=60, height=20, style=style)))
    assert "0 Sandal" in drawn
    assert "1 Bag" in drawn
    assert drawn.count("0") > drawn.count("0 Sandal")


def test_in_ascii_a_mode_with_samples_is_another_sign_than_one_with_none() -> None:
    spots = tuple(Spot(x=x, y=0.0, sign=sign, colour="") for x, sign in ((-0.5, "●"), (0.0, "◐"), (0.5, "○")))
    style = ChartStyle(colour=False, ascii=True)
    empty = (Crowd(places=np.zeros((0, 2)), colour=""),)
    drawn = "".join(text(draw_plane(plane(spots=spots, crowds=empty), width=40, height=14, style=style)))
    assert "@" in drawn
    assert "%" in drawn
    assert "o" in drawn


def test_what_lies_outside_is_left_out_or_on_the_edge() -> None:
    far = (Crowd(places=np.array([[50.0, 0.0]]), colour=""),)
    for outside, columns in ((False, 0), (True, 1)):
        rows = text(draw_plane(plane(crowds=far, outside=outside), width=60, height=20, style=ChartStyle()))
        assert len(dotted(rows)[0]) == columns


@pytest.mark.parametrize(("width", "height"), [(0, 0), (1, 1), (5, 2), (12, 4), (300, 3)])
def test_it_bears_any_size(width: int, height: int) -> None:
    legend = (Entry(sign="●", text="samples", colour=""),)
    strips = draw_plane(plane(legend=legend), width=width, height=height, style=ChartStyle())
    assert [strip.cell_length for strip in strips] == [width] * height
