"""All about one preset, as text: what it shows, where it comes from, and what it sets."""

from collections.abc import Iterator
from itertools import groupby

from textual.content import Content

from presets import fields
from presets.fields import Field
from presets.schema import Preset
from tui.shelf import Shelved, place_of
from tui.wording import clean, setting

Part = Content | tuple[str, str]
KEY, VALUE = 21, 15
"""Widths in cells."""


def about(one: Shelved, *, hides: bool, ascii: bool) -> Content:
    """The preset in words; ``hides``: it is one's own, and stands before a shipped one of its name."""
    if one.preset is None:
        return _mistake(one, ascii)
    preset = one.preset
    parts: list[Part] = [(f"{clean(preset.title, ascii=ascii)}\n\n", "bold")]
    if hides:
        name = clean(one.entry.name)
        parts.append(
            (f"Yours stands before the shipped {name}: train {name} takes yours.\n\n", "$text-warning")
        )
    for heading, text in (("shows", preset.shows), ("look for", preset.look_for), ("source", preset.source)):
        parts += [(f"{heading}\n", "bold $text-accent"), Content(f"{clean(text, ascii=ascii)}\n\n")]
    parts.append(("settings", "bold $text-accent"))
    parts.append(("  what it sets, and the default where that is another value\n", "$foreground 60%"))
    parts += _settings(preset, ascii)
    if one.own:
        parts += [("\nfile\n", "bold $text-accent"), Content(clean(str(one.entry.path), ascii=ascii))]
    return Content.assemble(*parts)


def _mistake(one: Shelved, ascii: bool) -> Content:
    assert one.error is not None
    where = clean(place_of(one), ascii=ascii)
    message = clean(one.error.message.removeprefix(f"{one.entry.path}: "), ascii=ascii)
    return Content.assemble(
        (f"{clean(one.entry.name)} has a mistake\n\n", "bold $text-error"),
        Content(f"{message}\n{clean(one.error.hint, ascii=ascii)}\n\n"),
        ("file\n", "bold $text-accent"),
        Content(where),
    )


def _settings(preset: Preset, ascii: bool) -> Iterator[Part]:
    """What the preset says, by section; the choice of network, data and objective stands in the heading."""
    told = [field for field in fields.of_preset(preset) if field.section != "about"]
    for section, members in groupby(told, key=lambda field: field.section):
        group = list(members)
        kind = next((setting(field.value) for field in group if field.decides), "")
        said = [field for field in group if field.said and not field.decides]
        if kind or said:
            yield (f"{section:<{KEY}}{clean(kind)}".rstrip() + "\n", "bold")
        for field in said:
            yield from _row(field, ascii)


def _row(field: Field, ascii: bool) -> Iterator[Part]:
    leaf = field.key.rpartition(".")[2]
    value = clean(setting(field.value), ascii=ascii)
    if field.default is None:
        yield Content(f"  {leaf:<{KEY - 2}}{value}\n")
    else:
        yield Content(f"  {leaf:<{KEY - 2}}{value:<{VALUE}} ")
        yield (f"default {clean(setting(field.default))}\n", "$foreground 60%")
