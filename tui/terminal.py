"""What the terminal can show, found out once, from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui.draw.image_style import ASCII_TERMINALS, Style, automatic

COLOURS = {"truecolor": 1 << 24, "256": 256, "eight_bit": 256, "standard": 16, "windows": 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """``ascii``: nothing but printable ASCII. ``images``: how to draw them at first."""

    ascii: bool = False
    colour: bool = True
    """Whether to use any."""
    colours: int = 1 << 24
    """How many it has: 16, 256, or 2²⁴; NO_COLOR asks for none of them and changes nothing here."""
    light: bool = False
    """Whether it says that its own background is light."""
    images: Style = Style.quadrant

    @property
    def plain(self) -> "Terminal":
        """The same terminal, shown nothing but ASCII."""
        return replace(self, ascii=True, images=Style.ascii)


def recognise(environment: Mapping[str, str], colour_system: str | None) -> Terminal:
    """The terminal by TERM, the locale, NO_COLOR, and the colours that rich believes it has."""
    name = environment.get("TERM", "")
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    utf8 = "utf8" in locale.lower().replace("-", "")
    colours = COLOURS.get(colour_system or "", 2)
    return Terminal(
        ascii=not utf8 or name.startswith(ASCII_TERMINALS),
        colour=colours > 2 and not environment.get("NO_COLOR"),
        colours=colours,
        light=environment.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15"),
        images=automatic(environment),
    )
