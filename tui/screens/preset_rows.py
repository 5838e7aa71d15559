"""A preset as a row of the list: its name, what one will see, how long it takes, how it went here. Pure."""

from collections.abc import Mapping

from textual.content import Content

from latentop.presets.catalogue import YOURS
from latentop.presets.preview import Preview
from latentop.presets.schema import Preset
from latentop.tui.model.number_text import megabytes, rate, roughly, spaced
from latentop.tui.model.plain_text import clean, shortened
from latentop.tui.runs import tried
from latentop.tui.runs.names import undated
from latentop.tui.runs.preset_list import Shelved
from latentop.tui.runs.tried import Takes, Tried

NAME, BRIEF, TIME, MARK = 20, 26, 7, 1
"""Widths in cells."""
SIGN = 2
"""Cells before the name, where a mistake is marked."""
FRAME = 4
"""Cells that padding, a border and the scroll bar take."""
NARROW = SIGN + NAME + TIME + 1 + MARK + FRAME
WIDE = NARROW + BRIEF + 1
ROOMY = 110
"""From this width of the screen on there is room for what one will see."""


def width(screen: int) -> int:
    """The columns of the list on a screen so wide."""
    return WIDE if screen >= ROOMY else NARROW


def row(one: Shelved, known: Mapping[str, Tried], takes: Takes | None, columns: int) -> Content:
    """The row in so many columns of the list."""
    sign = "! " if one.preset is None else "  "
    name = f"{shortened(clean(one.entry.name), NAME - 1):<{NAME}}"
    brief = clean(one.preset.brief or one.preset.title if one.preset else "")
    fitting = brief if len(brief) <= BRIEF else f"{brief[: BRIEF - 1].rstrip()}…"
    middle = f"{fitting:<{BRIEF}} " if columns >= WIDE else ""
    time = f"~{roughly(takes.seconds)}" if takes else ""
    mark = known[one.entry.name].mark if one.entry.name in known else " "
    known_here = takes is not None and takes.here
    return Content.assemble(
        f"{sign}{name}{middle}", (f"{time:>{TIME}} ", "" if known_here else "$note"), mark
    )


def estimate(one: Shelved, known: Mapping[str, Tried], previews: Mapping[str, Preview]) -> Takes | None:
    """How long the preset takes here; None of one with a mistake, and where nothing tells."""
    if one.preset is None:
        return None
    shipped = {} if one.own else previews
    return tried.takes(one.entry.name, one.preset.steps, known, shipped)


def takes_text(one: Shelved, takes: Takes | None, known: Mapping[str, Tried]) -> str:
    """How long it takes, by what that is judged, and the room that it takes on disk."""
    if one.preset is None:
        return ""
    steps = f"{spaced(one.preset.steps)} steps"
    if takes is None:
        return f"{steps}; how long that is will be known once it trains here"
    about = f"{steps}, about {roughly(takes.seconds)}"
    if not takes.here:
        return f"{about}, judged by {takes.judged_by}"
    told = known[one.entry.name]
    size = f", {megabytes(told.size)}" if told.size else ""
    return f"{about} here, at {rate(told.speed or 0.0)} as in {clean(undated(takes.judged_by))}{size}"


def no_preview(one: Shelved) -> str:
    """Why there are no pictures of what one will see."""
    if one.preset is None:
        return ""
    if one.entry.group == YOURS:
        return "No preview: it is your own, and nobody has trained it before."
    if needs_data(one.preset):
        return "No preview: it draws images of yours."
    return "No preview is shipped of it: the words below tell what one will see."


def needs_data(preset: Preset) -> bool:
    """Whether it trains on a folder that somebody has to name."""
    return preset.data.tag == "folder"
