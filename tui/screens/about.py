"""All about one preset, as text: what it shows, where it comes from, and what it sets."""

from collections.abc import Iterator
from itertools import groupby

from textual.content import Content

from latentop.presets import fields
from latentop.presets.fields import Field
from latentop.presets.schema import Preset
from latentop.tui.model.plain_text import clean, setting
from latentop.tui.runs.preset_list import Shelved, place_of

Part = Content | tuple[str, str]
KEY, VALUE = 21, 15
"""Widths in cells."""


def title(one: Shelved, *, hides: bool) -> Content:
    """What it is called and shows; ``hides``: it is one's own, and goes before a shipped one of its name."""
    if one.preset is None:
        return Content.styled(f"{clean(one.entry.name)} has a mistake\n", "bold $text-error")
    parts: list[Part] = [(f"{clean(one.preset.title)}\n", "bold")]
    if hides:
        name = clean(one.entry.name)
        parts.append(
            (f"Yours stands before the shipped {name}: train {name} takes yours.\n", "$text-warning")
        )
    parts += _told("shows", one.preset.shows)
    return Content.assemble(*parts)


def about(one: Shelved, takes: str) -> Content:
    """The rest in words; ``takes``: how long it takes here."""
    if one.preset is None:
        return _mistake(one)
    preset = one.preset
    parts: list[Part] = [*_told("takes", takes), *_told("look for", preset.look_for)]
    parts += [*_told("source", preset.source), ("\nsettings", "bold $text-accent")]
    parts.append(("  what it sets, and the default where that is another value\n", "$note"))
    parts += _settings(preset)
    if one.own:
        parts += [("\nfile\n", "bold $text-accent"), Content(clean(str(one.entry.path)))]
    return Content.assemble(*parts)


def _told(heading: str, text: str) -> list[Part]:
    return [(f"{heading}  ", "bold $text-accent"), Content(f"{clean(text)}\n")]


def _mistake(one: Shelved) -> Content:
    assert one.error is not None
    where = clean(place_of(one))
    message = clean(one.error.message.removeprefix(f"{one.entry.path}: "))
    return Content.assemble(
        Content(f"{message}\n{clean(one.error.hint)}\n\n"),
        ("file\n", "bold $text-accent"),
        Content(where),
    )


def _settings(preset: Preset) -> Iterator[Part]:
    """What the preset says, by section; the choice of network, data and objective stands in the heading."""
    told = [field for field in fields.of_preset(preset) if field.section != "about"]
    for section, members in groupby(told, key=lambda field: field.section):
        group = list(members)
        kind = next((setting(field.value) for field in group if field.decides), "")
        said = [field for field in group if field.said and not field.decides]
        if kind or said:
            yield (f"{section:<{KEY}}{clean(kind)}".rstrip() + "\n", "bold")
        for field in said:
            yield from _row(field)


def _row(field: Field) -> Iterator[Part]:
    leaf = field.key.rpartition(".")[2]
    value = clean(setting(field.value))
    if field.default is None:
        yield Content(f"  {leaf:<{KEY - 2}}{value}\n")
    else:
        yield Content(f"  {leaf:<{KEY - 2}}{value:<{VALUE}} ")
        yield (f"default {clean(setting(field.default))}\n", "$note")
