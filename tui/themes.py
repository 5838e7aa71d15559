"""Themes that the colour-blind can read, beside Textual's own, made readable; and which suit a terminal."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from math import sqrt

from textual.color import BLACK, WHITE, Color
from textual.theme import BUILTIN_THEMES, Theme

from latentop.tui.draw.small.hues import distinct
from latentop.tui.link.terminal import Terminal

DARK = Theme(
    name="colour-blind-dark",
    primary="#56b4e9",
    secondary="#d48db4",
    accent="#e69f00",
    success="#5ed0ac",
    warning="#f0e442",
    error="#e4692e",
    foreground="#e6e6e6",
    background="#0f1216",
    surface="#171b21",
    panel="#20262e",
)
LIGHT = Theme(
    name="colour-blind-light",
    primary="#0069a6",
    secondary="#9a4676",
    accent="#925f00",
    success="#005f48",
    warning="#7a6a00",
    error="#6e1200",
    foreground="#1a1a1a",
    background="#ffffff",
    surface="#f8f8f5",
    panel="#f0f0ec",
    dark=False,
)
FOR_COLOUR_BLIND = (DARK, LIGHT)
"""The hues of Okabe and Ito (2008), lighter or darker until they read as text and differ in lightness too."""
SIXTEEN = replace(
    BUILTIN_THEMES["ansi-dark"],
    name="ansi-bright",
    primary="ansi_bright_cyan",
    accent="ansi_bright_magenta",
    success="ansi_bright_green",
    warning="ansi_bright_yellow",
    error="ansi_bright_red",
)
"""The terminal's own colours, the bright ones: blue on black is hard to read on a console."""
GROUNDS = ("background", "surface", "panel")
INKS = ("foreground", "primary", "secondary", "accent", "success", "warning", "error")
ALL = frozenset((*GROUNDS, *INKS))
"""What text and lines stand on, and their colours."""
TONES = ("error", "warning", "success", "accent", "primary")
"""The colours that a loud row has as its ground, darker by two shades."""
CONTRAST = 4.55
"""What WCAG 2 asks of text (AA), 4.5, and what rounding takes; lines are as readable."""
NEAR = 1.25
"""The contrast that panels have to the background, at most."""
STEP = 0.01
"""By so much a colour is changed at a time, until it is readable."""
VIVID = 1.5
"""As many times as much more vivid it gets, lest it turns pale."""
FAINT = 0.75
"""Of the way from the background to the text: notes, axes and their labels."""
FOCUSED, BLURRED = 1.5, 1.3
"""The contrast of the row under the cursor to every ground, where its list has the keys and where not."""
YELLOW, LOUD = 1 / 6, 0.15
"""A hue, and how much darker two shades are."""
UNLIKE = 40.0
"""How far apart, of 441, the grounds of a warning and of an error are in red, green and blue."""
DARK_BELOW = 0.5
"""The brightness of a ground on which colours are read if they are lighter."""


def readable(theme: Theme) -> Theme:
    """The theme with each colour darker or lighter until it is read on every ground; its hue stays."""
    if theme.ansi:
        return theme
    known = {
        name: Color.parse(text) for name, text in theme.to_color_system().generate().items() if name in ALL
    }
    grounds = {name: _near(known[name], known["background"]) for name in GROUNDS}
    inks = {name: _read(known[name], [*grounds.values()], lighter=theme.dark) for name in INKS}
    inks["warning"] = _unlike(inks["warning"], inks["error"], [*grounds.values()], lighter=theme.dark)
    return replace(theme, **{name: colour.hex6 for name, colour in (grounds | inks).items()})  # type: ignore[arg-type]


def _near(ground: Color, background: Color) -> Color:
    """A ground so near to the background that what is read on one is read on the other."""
    share = 0.0
    while contrast(nearer := ground.blend(background, share), background) > NEAR:
        share += STEP
    return nearer


def _read(colour: Color, grounds: list[Color], *, lighter: bool) -> Color:
    """The colour, lighter or darker until it is read on all grounds."""
    hue, saturation, lightness = colour.hsl
    while min(contrast(colour, ground) for ground in grounds) < CONTRAST and 0 < lightness < 1:
        lightness = min(1.0, max(0.0, lightness + (STEP if lighter else -STEP)))
        saturation = min(1.0, saturation + VIVID * STEP) if saturation else 0.0  # else it turns pale
        colour = Color.from_hsl(hue, saturation, lightness)
    return colour


def _unlike(warning: Color, error: Color, grounds: list[Color], *, lighter: bool) -> Color:
    """The colour of a warning, nearer to yellow until nobody takes it for that of an error."""
    hue, saturation, lightness = warning.hsl
    while hue < YELLOW and _apart(warning, error) < UNLIKE:
        hue += STEP
        warning = _read(Color.from_hsl(hue, saturation, lightness), grounds, lighter=lighter)
    return warning


def _apart(one: Color, other: Color) -> float:
    """How unlike two colours are as grounds, darker by two shades."""
    pairs = zip(one.darken(LOUD).rgb, other.darken(LOUD).rgb, strict=True)
    return sqrt(sum((mine - theirs) ** 2 for mine, theirs in pairs))


@lru_cache(maxsize=256)
def legible(colour: str, ground: str) -> str:
    """A colour (``#rrggbb``), lighter or darker until it is read on that ground; its hue stays.

    Where either is the terminal's own, nobody knows how it looks: the colour stays.
    """
    if not (colour.startswith("#") and ground.startswith("#")):
        return colour
    below = Color.parse(ground)
    return _read(Color.parse(colour), [below], lighter=below.brightness < DARK_BELOW).hex6


def run_colours(variables: Mapping[str, str], count: int) -> list[str]:
    """A colour for each of so many runs, read on the background of the theme with these variables."""
    primary, ground = variables.get("primary", ""), variables.get("background", "")
    return [legible(distinct(primary, index), ground) for index in range(count)]


def variables_from(known: Mapping[str, str]) -> dict[str, str]:
    """Variables that follow from those of a theme: of loud grounds, notes, cursors; and what text is theirs.

    ``on-error`` is the colour of text on the loud ground of ``error``; ``note`` that of what should not draw
    the eye, and ``cursor`` the ground of the row under the cursor, where the list has the keys. Textual's own
    variables of the same purpose are given these values, since its opacities make text too pale.
    """
    return _loud_texts(known) | _notes_and_cursors(known)


def _loud_texts(known: Mapping[str, str]) -> dict[str, str]:
    """Black or white: Textual's ``auto`` chooses by another brightness than that of WCAG 2."""
    grounds = {tone: Color.parse(known[f"{tone}-darken-2"]) for tone in TONES}
    return {f"on-{tone}": _black_or_white(ground).hex6 for tone, ground in grounds.items()}


def _notes_and_cursors(known: Mapping[str, str]) -> dict[str, str]:
    """Where the theme has the terminal's own colours, nothing can be blended: the text has their colour."""
    names = (*GROUNDS, "foreground", "primary")
    if not all(known[name].startswith("#") for name in names):
        return {"note": known["foreground"], "cursor": known["block-cursor-background"]}
    background, surface, panel, foreground, primary = (Color.parse(known[name]) for name in names)
    grounds = [background, surface, panel]
    cursor, waiting = (_ground(primary, grounds, least) for least in (FOCUSED, BLURRED))
    lighter = background.brightness < DARK_BELOW
    note = _faint(foreground, grounds)
    ink = _read(foreground, [cursor, waiting], lighter=lighter).hex6
    return {
        "note": note,
        "text-muted": note,
        "text-disabled": note,
        "cursor": cursor.hex6,
        "block-cursor-background": cursor.hex6,
        "block-cursor-foreground": ink,
        "block-cursor-blurred-background": waiting.hex6,
        "block-cursor-blurred-foreground": ink,
        "input-selection-background": cursor.hex6,
        "input-selection-foreground": ink,
        **{f"text-{tone}": known[tone] for tone in TONES},
    }


def _ground(primary: Color, grounds: list[Color], least: float) -> Color:
    """As near to the first ground as differs so much from all of them, in brightness; primary at most."""
    share = 0.0
    while share < 1 and min(contrast(grounds[0].blend(primary, share), one) for one in grounds) < least:
        share += STEP
    return grounds[0].blend(primary, share)


def _faint(foreground: Color, grounds: list[Color]) -> str:
    """As near to the first ground as is read on all of them; at most the text itself."""
    share = FAINT
    while share < 1:
        ink = Color.parse(grounds[0].blend(foreground, share).hex6)
        if min(contrast(ink, ground) for ground in grounds) >= CONTRAST:
            return ink.hex6
        share += STEP
    return foreground.hex6


def _black_or_white(ground: Color) -> Color:
    """Whichever has more contrast; the better of the two has at least 4.58."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, ground))


@cache
def textuals(name: str) -> Theme:
    """Textual's theme of that name, readable."""
    return readable(BUILTIN_THEMES[name])


def contrast(one: Color, other: Color) -> float:
    """How unlike in brightness two colours are: 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


OWN = (*FOR_COLOUR_BLIND, SIXTEEN)

FIRST = "textual-dark"


def names() -> tuple[str, ...]:
    """Every theme that can be chosen: our own, then Textual's by name."""
    return (*(theme.name for theme in OWN), *sorted(BUILTIN_THEMES))


def offered(terminal: Terminal) -> tuple[str, ...]:
    """The themes that a terminal can show: with 16 colours only those made of its own."""
    if terminal.colours >= 256:
        return names()
    return tuple(name for name in names() if name == SIXTEEN.name or BUILTIN_THEMES.get(name, DARK).ansi)


def suited(name: str, terminal: Terminal) -> str:
    """The theme of that name, or the nearest that the terminal can show."""
    can = offered(terminal)
    if name in can:
        return name
    if FIRST in can:
        return FIRST
    return "ansi-light" if terminal.light else SIXTEEN.name
