"""The rows of the form: every setting of a draft by section, as text; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content

from latentop.presets.draft import Edited
from latentop.presets.fields import Field
from latentop.tui.model.plain_text import clean, setting, shortened

NAME = 20
"""Cells of a setting's name."""
LEAST, MOST = 12, 28
"""Cells of its value: at least, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """A line of the form: a heading, or a setting with its key."""

    key: str
    """Empty: a heading."""
    content: Content


def typed(field: Field) -> str:
    """The value of a field as a person types it."""
    return field.value if isinstance(field.value, str) else setting(field.value)


def chosen(draft: Edited, words: str, *, said_only: bool, keep: str = "") -> tuple[Field, ...]:
    """The fields in which every one of the words appears, and in any case the one of key ``keep``.

    With ``said_only``, only what differs: what the preset would have in its file, and what was changed.
    """
    wanted = words.casefold().split()
    return tuple(
        field
        for field in draft.fields
        if field.key == keep
        or (
            (not said_only or field.said or field.problem or draft.is_changed(field))
            and all(word in f"{field.key} {typed(field)} {field.meaning}".casefold() for word in wanted)
        )
    )


def rows(draft: Edited, fields: tuple[Field, ...], width: int) -> Iterator[FormRow]:
    """A line for each of the fields, and one before each section."""
    section = ""
    for field in fields:
        if field.section != section:
            section = field.section
            yield FormRow(key="", content=Content.styled(section, "bold $text-accent"))
        yield FormRow(key=field.key, content=_line(draft, field, width))


def _line(draft: Edited, field: Field, width: int) -> Content:
    value_width = max(LEAST, min(MOST, width - NAME - 2 - 18))
    name = field.key.partition(".")[2] or field.key
    value = shortened(clean(typed(field)), value_width)
    changed = draft.is_changed(field)
    mark, style = (
        ("! ", "$text-error") if field.problem else ("* ", "$text-warning") if changed else ("  ", "")
    )
    more = max(0, width - NAME - 3 - value_width)
    note = shortened(clean(_note(draft, field, changed)), more)
    return Content.assemble(
        (mark, style),
        f"{name:<{NAME}}",
        (f"{value:<{value_width}} ", f"bold {style}".strip() if changed else ""),
        (note, style or "$note"),
    )


def _note(draft: Edited, field: Field, changed: bool) -> str:
    if field.problem:
        return "not accepted"
    if changed:
        before = draft.before.get(field.key)
        return "new here" if before is None else f"was {setting(before)}"
    if field.default is not None and field.said:
        return f"default {setting(field.default)}"
    return ""


def _default(field: Field) -> str:
    if field.default is not None:
        return setting(field.default)
    return "" if field.own else "none: it must be said"


def about(draft: Edited, field: Field) -> Content:
    """What a field means and accepts, and what it was."""
    told = [("", field.meaning), ("accepted  ", field.accepted), ("default   ", _default(field))]
    if draft.is_changed(field):
        before = draft.before.get(field.key)
        told.append(("it was    ", "not there" if before is None else setting(before)))
    lines = [
        Content.assemble((word, "bold"), clean(text)) if word else Content(clean(text))
        for word, text in told
        if text
    ]
    return Content("\n").join(lines)
