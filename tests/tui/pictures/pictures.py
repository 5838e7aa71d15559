"""A screen as text that can be compared: its characters, and in which style each of them is."""

from collections.abc import Iterator
from itertools import groupby
from zlib import crc32

from textual.app import App
from textual.pilot import Pilot

from latentop.tui.widgets.cells import cells

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MANY = 4
"""A stretch of so many short runs is an image: its styles are told by their checksum."""
TRIES = 400
AT_REST = 100
"""Looks in a row that show the same, before it is believed that nothing more will come."""


async def settled(pilot: Pilot[None], *, styled: bool, known: str | None) -> str:
    """The picture of the screen as soon as it is the known one; else, or where none is known, once it rests.

    More may be on its way at any moment: another picture than the known one is only believed after long.
    """
    before, same = "", 0
    for _ in range(TRIES):
        await pilot.pause(0.03)
        await pilot.pause()
        now = picture(pilot.app, styled=styled)
        same = same + 1 if now == before else 0
        if same and (now == known or same >= AT_REST):
            return now
        before = now
    raise AssertionError(f"it never came to rest:\n{before}")


def picture(app: App[None], *, styled: bool) -> str:
    """All rows as text; with their styles below them as runs such as ``12a3b``, and what a letter means.

    The cells of an image have a checksum in the place of their styles: ``14*9c0ffee5``.
    """
    strips = app.screen._compositor.render_strips(app.size)
    text = "\n".join(strip.text.rstrip() for strip in strips)
    if not styled:
        return f"{text}\n"
    names: dict[str, str] = {}
    rows = ["".join(_runs([str(style) for _, style in cells(strip)], names)) for strip in strips]
    folded = [f"{len(list(same))}x {row}" for row, same in groupby(rows)]
    meanings = [f"{letter} {style}" for style, letter in names.items()]
    return "\n".join([text, "", *folded, "", *meanings, ""])


def _runs(styles: list[str], names: dict[str, str]) -> Iterator[str]:
    """The styles of a row, run by run; runs of one or two cells, many in a row, are an image's."""
    runs = [(style, len(list(run))) for style, run in groupby(styles)]
    for short, stretch in groupby(runs, key=lambda run: run[1] <= 2):
        found = list(stretch)
        if short and len(found) >= MANY:
            told = ";".join(f"{style} {count}" for style, count in found)
            yield f"{sum(count for _, count in found)}*{crc32(told.encode()):08x}"
            continue
        for style, count in found:
            place = len(names)
            letter = names.setdefault(style, LETTERS[place % len(LETTERS)] + "'" * (place // len(LETTERS)))
            yield f"{count}{letter}"
