"""What the terminal can show, found out once, from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.draw.image_style import ASCII_TERMINALS, Style, automatic

COLOURS = {"truecolor": 1 << 24, "256": 256, "standard": 16, "windows": 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """``ascii``: nothing but printable ASCII. ``images``: how to draw them; ``colours``: how many."""

    ascii: bool = False
    colour: bool = True
    images: Style = Style.quadrant
    colours: int = 1 << 24


def recognise(environment: Mapping[str, str], colour_system: str | None) -> Terminal:
    """The terminal by TERM, the locale, NO_COLOR, and the colours that rich believes it has."""
    name = environment.get("TERM", "")
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    utf8 = "utf8" in locale.lower().replace("-", "")
    colours = COLOURS.get(colour_system or "", 2)
    return Terminal(
        ascii=not utf8 or name.startswith(ASCII_TERMINALS),
        colour=colours > 2 and "NO_COLOR" not in environment,
        images=automatic(environment),
        colours=colours,
    )
