"""What lies behind a dialogue, dimmed: as Textual dims it, and sooner."""

from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.css.styles import RulesMap
from textual.screen import Screen
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.visual import RenderOptions, Visual


class Dimmed(Visual):
    """Another screen with a colour over it, of which some shines through."""

    def __init__(self, screen: Screen[Any], over: Color) -> None:
        self._screen, self._over = screen, over

    def render_strips(
        self, width: int, height: int | None, style: VisualStyle, options: RenderOptions
    ) -> list[Strip]:
        """The screen's own rows, at most ``height`` of them."""
        rows = self._screen._compositor.render_strips()[:height]
        return [_dimmed(row, self._over, style.rich_style).crop(0, width) for row in rows]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """As wide as there is room."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """As high as the screen."""
        return self._screen.size.height


_NONE = Style.null()


def _dimmed(row: Strip, over: Color, base: Style) -> Strip:
    parts = (Segment(text, _style(style or _NONE, over, base), control) for text, style, control in row)
    return Strip(parts, row.cell_length)


@lru_cache(maxsize=4096)
def _style(style: Style, over: Color, base: Style) -> Style:
    """The style under a colour, without its links; what has no colour of its own has that of the base."""
    plain = base + style.clear_meta_and_links()
    if over.a == 0:
        return plain
    return plain + Style.from_color(
        (Color.from_rich_color(style.color) + over).rich_color if style.color else None,
        (Color.from_rich_color(style.bgcolor) + over).rich_color if style.bgcolor else None,
    )
