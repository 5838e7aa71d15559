"""The themes for the colour-blind: text is read, and colours are told apart, also by whom they are for."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from textual.theme import Theme

from tui import charts, themes
from tui.terminal import Terminal

Triple = NDArray[np.float64]

CONTRAST = 4.5
"""What WCAG 2 asks of text (AA)."""
APART = 20.0
"""CIE76 ΔE, of which about 2.3 is just noticeable side by side; thin lines far apart need many times that."""
LIGHTNESS_APART = 9.0
"""In L* of 100, between good, warning and bad: what is left on a grey screen."""

SIGHT = {
    "trichromacy": np.eye(3),
    # Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
STATUS = ("success", "warning", "error")
TOGETHER = [
    *(
        {series.colour for series in one.series}
        for one in vars(charts).values()
        if isinstance(one, charts.Chart)
    ),
    set(charts.INKS[:3]),
    set(STATUS),
]
"""Colours that stand side by side: in each chart, in a chart of three series of one's own, in states."""


def linear(colour: str) -> Triple:
    values = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: Triple) -> Triple:
    share = XYZ @ np.clip(rgb, 0, 1) / WHITE
    x, y, z = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def distance(one: str, other: str, sight: Triple) -> float:
    return float(np.linalg.norm(lab(sight @ linear(one)) - lab(sight @ linear(other))))


def test_the_measures_are_those_of_the_literature() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.01)
    assert distance("#ff0000", "#00ff00", np.eye(3)) == pytest.approx(170.6, abs=0.5)
    red_green = ("#c04040", "#408040")
    assert distance(*red_green, SIGHT["deuteranopia"]) < distance(*red_green, np.eye(3)) / 2


@pytest.mark.parametrize("theme", themes.FOR_COLOUR_BLIND, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
def test_every_colour_is_read_as_text_on_every_ground(theme: Theme, ground: str) -> None:
    for name in ("foreground", "primary", "secondary", "accent", *STATUS):
        assert contrast(getattr(theme, name), getattr(theme, ground)) >= CONTRAST, name


@pytest.mark.parametrize("theme", themes.FOR_COLOUR_BLIND, ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHT)
def test_lines_of_a_chart_and_states_are_told_apart(theme: Theme, sight: str) -> None:
    for one, other in {pair for colours in TOGETHER for pair in combinations(sorted(colours), 2)}:
        assert distance(getattr(theme, one), getattr(theme, other), SIGHT[sight]) >= APART, (one, other)


@pytest.mark.parametrize("theme", themes.FOR_COLOUR_BLIND, ids=lambda theme: theme.name)
def test_states_differ_in_lightness_too(theme: Theme) -> None:
    for one, other in combinations(STATUS, 2):
        apart = abs(lab(linear(getattr(theme, one)))[0] - lab(linear(getattr(theme, other)))[0])
        assert apart >= LIGHTNESS_APART, (one, other)


def test_a_terminal_of_16_colours_gets_themes_of_its_own_colours() -> None:
    few = Terminal(colours=16)
    assert themes.offered(few) == ("ansi-bright", "ansi-dark", "ansi-light")
    assert themes.suited("nord", few) == "ansi-bright"
    assert themes.suited("nord", Terminal(colours=16, light=True)) == "ansi-light"
    assert themes.suited("ansi-dark", few) == "ansi-dark"
    assert themes.suited("nord", Terminal(colours=256)) == "nord"
