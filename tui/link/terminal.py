"""What the terminal can show, found out once, from its environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from latentop.tui.draw.images.image_style import Style

_ASCII_TERMINALS = re.compile(r"linux|vt\d|dumb|ansi|cons\d")
"""How the names of terminals begin that cannot be trusted with more than ASCII."""
COLOURS = {"truecolor": 1 << 24, "256": 256, "eight_bit": 256, "standard": 16, "windows": 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """``ascii``: nothing but printable ASCII. ``images``: how to draw them at first.

    That is the most faithful way of ``benchmarks.images`` that the terminal can show.
    """

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


def old_fashioned(name: str) -> bool:
    """Whether the terminal of that name, such as ``vt100``, knows ASCII and little else."""
    return _ASCII_TERMINALS.match(name) is not None


def remote(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of SSH."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


def recognise(environment: Mapping[str, str], colour_system: str | None) -> Terminal:
    """The terminal by TERM, the locale, NO_COLOR, and the colours that rich believes it has."""
    name = environment.get("TERM", "")
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    plain = "utf8" not in locale.lower().replace("-", "") or old_fashioned(name)
    colours = COLOURS.get(colour_system or "", 2)
    return Terminal(
        ascii=plain,
        colour=colours > 2 and not environment.get("NO_COLOR"),
        colours=colours,
        light=environment.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15"),
        images=Style.ascii if plain or not name else Style.quadrant,
    )
