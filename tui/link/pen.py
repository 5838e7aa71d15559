"""How the next cell is written: what a terminal must be told to change from one style to another."""

from dataclasses import dataclass
from functools import lru_cache

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """The parameters of SGR in three parts, each empty where the terminal's own default holds."""

    attributes: str = ""
    foreground: str = ""
    background: str = ""


PLAIN = Pen()


@lru_cache(maxsize=16_384)
def pen(style: Style | None, colours: ColorSystem | None) -> Pen:
    """What is seen of a style on a terminal with so many colours; links and the like are not seen."""
    if style is None:
        return PLAIN
    system = colours or ColorSystem.TRUECOLOR
    return Pen(
        attributes=Strip.render_ansi(style.without_color, system),
        foreground=Strip.render_ansi(Style(color=style.color), system),
        background=Strip.render_ansi(Style(bgcolor=style.bgcolor), system),
    )


@lru_cache(maxsize=16_384)
def change(old: Pen | None, new: Pen) -> str:
    """The sequence that turns one pen into the other; ``old`` is None where nobody knows it.

    Only what differs is sent. What ended is ended by resetting everything: to name the default colour would
    be to name a colour, which not every terminal is to be sent.
    """
    if old == new:
        return ""
    if (
        old is None
        or old.attributes not in ("", new.attributes)
        or (old.foreground and not new.foreground)
        or (old.background and not new.background)
    ):
        before, codes = PLAIN, ["0"]
    else:
        before, codes = old, []
    if new.attributes != before.attributes:
        codes.append(new.attributes)
    if new.foreground != before.foreground:
        codes.append(new.foreground)
    if new.background != before.background:
        codes.append(new.background)
    return f"\x1b[{';'.join(codes)}m"
