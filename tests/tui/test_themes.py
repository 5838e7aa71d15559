"""Themes: in all of them text is read; in those for the colour-blind they tell colours apart, too."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Static

from latentop.tui import themes
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import chart_list
from latentop.tui.widgets.celltable import CellTable, Column
from latentop.tui.widgets.texts import Span
from tests.support.dashboard import Open, wait_for, wait_for_text
from tests.support.tiers import few
from tests.tui.pictures.dialogue_stages import DIALOGUES
from tests.tui.pictures.list_stages import PRESETS
from tests.tui.pictures.run_stages import STATES
from tests.tui.pictures.stages import Stage

Triple = NDArray[np.float64]

CONTRAST = 4.5
"""What WCAG 2 asks of text (AA)."""
APART = 20.0
"""CIE76 ΔE, of which about 2.3 is just noticeable side by side; thin lines far apart need many times that."""
LIGHTNESS_APART = 9.0
"""In L* of 100, between good, warning and bad: what is left on a grey screen."""
FEW_RUNS, MANY_RUNS = 6, 24
"""The first colours of runs are told apart; all of these are read."""

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
RICH = [name for name, theme in sorted(BUILTIN_THEMES.items()) if not theme.ansi]
"""Textual's themes that have colours of their own, and not the terminal's."""
TOGETHER = [
    *(
        {series.colour for series in one.series}
        for one in vars(chart_list).values()
        if isinstance(one, chart_list.Chart)
    ),
    set(chart_list.INKS[:3]),
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


@pytest.mark.parametrize(
    "theme", [*themes.FOR_COLOUR_BLIND, *map(themes.textuals, RICH)], ids=lambda theme: theme.name
)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
def test_every_colour_is_read_as_text_on_every_ground(theme: Theme, ground: str) -> None:
    for name in ("foreground", "primary", "secondary", "accent", *STATUS):
        assert contrast(getattr(theme, name), getattr(theme, ground)) >= CONTRAST, name


async def test_labels_of_axes_and_the_row_of_the_cursor_are_read_in_every_theme(open_app: Open) -> None:
    app, tones = open_app(), ("", "primary", "accent", *STATUS)
    async with app.run_test(size=(80, 24)):
        table = CellTable(Terminal())
        await app.screen.mount(table)
        columns = [Column(tone, "", 8) for tone in tones]
        table.show(columns, ["row"], lambda _: [Span("x", tone) for tone in tones])
        for name in themes.names():
            app.theme = name
            background = app.get_css_variables()["background"]
            if app.current_theme.ansi:
                continue
            assert contrast(table.faint(), background) >= CONTRAST, name
            for table.has_focus in (False, True):
                styles = [one.style for one in table.rows(80, 3)[1] if one.text == "x" and one.style]
                drawn = [(one.color.name, one.bgcolor.name) for one in styles if one.color and one.bgcolor]
                assert len(drawn) == len(tones)
                assert min(contrast(*pair) for pair in drawn) >= CONTRAST, name


@pytest.mark.parametrize(
    "theme", [*themes.FOR_COLOUR_BLIND, *map(themes.textuals, RICH)], ids=lambda one: one.name
)
def test_the_row_of_the_cursor_is_seen_on_every_ground_and_a_warning_is_no_error(theme: Theme) -> None:
    known = theme.to_color_system().generate()
    drawn = known | themes.variables_from(known)
    for ground in themes.GROUNDS:
        assert contrast(drawn["cursor"], drawn[ground]) >= 1.49, ground
        assert contrast(drawn["block-cursor-blurred-background"], drawn[ground]) >= 1.29, ground
    loud = [np.array(Color.parse(drawn[f"{tone}-darken-2"]).rgb) for tone in ("warning", "error")]
    assert np.linalg.norm(loud[0] - loud[1]) >= 40


async def test_loud_rows_are_read_in_every_theme(open_app: Open) -> None:
    app = open_app()
    async with app.run_test(size=(80, 24)) as pilot:
        row = Static(id="verdict")
        await app.screen.mount(row)
        for name in themes.names():
            app.theme = name
            for tone in themes.TONES:
                row.set_classes(f"-{tone}")
                ground = Color.parse(app.get_css_variables()[f"{tone}-darken-2"])
                await wait_for(pilot, lambda ground=ground: row.visual_style.background == ground)
                assert contrast(row.visual_style.foreground.hex6, ground.hex6) >= CONTRAST, (name, tone)


def words(app: App[None]) -> Iterator[tuple[str, str, str]]:
    """All text of what is on top that no image is: the words, their colour and their ground."""
    box = next(iter(app.screen.query("#dialogue, CommandPalette > Vertical")), app.screen).region
    for strip in app.screen._compositor.render_strips(app.size)[box.y : box.bottom]:
        for text, style, _ in strip.crop(box.x, box.right):
            if any(one.isalnum() for one in text) and style and style.color and style.bgcolor:
                assert not style.dim, text
                yield text, style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex


READ = {
    one.name: one
    for one in (*DIALOGUES, *PRESETS, *STATES)
    if one.name in ("presets", "edit-not-live", "quit", "help", "rollback", "alarms-details", "collapsed")
}
"""Screens that have all there is: lists with a cursor, fields, hints, notes, and titles in borders."""


@pytest.mark.parametrize("stage", few(READ.values(), 1), ids=lambda stage: stage.name)
async def test_all_text_of_a_screen_is_read_in_every_theme(stage: Stage, runs: Path, open_app: Open) -> None:
    app = open_app(stage.make(runs))
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for_text(pilot, stage.shows)
        for one in stage.does:
            await (wait_for_text(pilot, one[1:-1]) if str(one).startswith("{") else pilot.press(str(one)))
        await wait_for_text(pilot, stage.then)
        for name in themes.names():
            app.theme = name
            if app.current_theme.ansi:
                continue
            known = {app.theme_variables[ground].lower() for ground in themes.GROUNDS}
            await wait_for(pilot, lambda known=known: known & {ground for *_, ground in words(app)})
            await pilot.pause()
            pale = {one for one in words(app) if contrast(one[1], one[2]) < CONTRAST}
            assert not pale, name


@pytest.mark.parametrize("name", themes.names())
def test_runs_that_are_compared_are_read_and_told_apart_in_every_theme(name: str, open_app: Open) -> None:
    theme = open_app().get_theme(name)
    assert theme is not None
    variables = theme.to_color_system().generate()
    colours = themes.run_colours(variables, MANY_RUNS)
    assert len(set(colours[:FEW_RUNS])) == FEW_RUNS
    if theme.ansi:
        return
    assert min(contrast(colour, variables["background"]) for colour in colours) >= CONTRAST
    for one, other in combinations(colours[:FEW_RUNS], 2):
        assert distance(one, other, SIGHT["trichromacy"]) >= APART


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
