"""Themes that the colour-blind can read, beside Textual's own; and which of all suit a terminal."""

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

from tui.terminal import Terminal

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
