"""The rows of the dialogue of live edits: what can be changed now, then what only a fork can; pure."""

from collections.abc import Iterator

from textual.content import Content

from latentop.presets import fields as preset_fields
from latentop.presets import live
from latentop.presets.draft import Edited
from latentop.presets.fields import Field
from latentop.tui.model import form_rows
from latentop.tui.model.form_rows import FormRow
from latentop.tui.model.plain_text import clean

ORDER = ("generator", "discriminator", "autoencoder", "classifier", "objective", "training", "watch", "keep")
"""Of the sections, as they are turned to while training."""
FORK = "a fork can change it"
ANEW = "nor in a fork"


def chosen(draft: Edited, words: str, keep: str) -> tuple[Field, ...]:
    """The fields that hold all the words: live ones first; what a preset says of itself is left out."""
    found = form_rows.chosen(draft, words, said_only=False, keep=keep)
    known = [field for field in found if field.key not in preset_fields.ABOUT]
    return tuple(sorted(known, key=lambda field: (bool(live.rule(field.key).why), _place(field))))


def rows(draft: Edited, shown: tuple[Field, ...], width: int) -> Iterator[FormRow]:
    """A line for each of the fields, the live ones before those that are faint."""
    now = tuple(field for field in shown if not live.rule(field.key).why)
    yield from form_rows.rows(draft, now, width)
    fixed = shown[len(now) :]
    if fixed and now:
        yield FormRow(key="", content=Content(""))
    if fixed:
        yield FormRow(key="", content=Content.styled("not while it trains, but in a fork", "bold"))
    changed = {field.key for field in fixed if draft.is_changed(field)}
    for row in form_rows.rows(draft, fixed, width):
        faint = Content.styled(row.content.plain, "$note")
        yield row if row.key in changed or not row.key else FormRow(key=row.key, content=faint)


def about(draft: Edited, field: Field) -> Content:
    """Whether the field can be changed now, and if not, why and what can be done; then all about it."""
    rule = live.rule(field.key)
    told = form_rows.about(draft, field)
    if not rule.why:
        return told
    why = clean(f"{rule.why}; {FORK if rule.fits else ANEW}")
    return Content("\n").join([Content.assemble(("not live  ", "bold $text-warning"), why), told])


def _place(field: Field) -> int:
    return ORDER.index(field.section) if field.section in ORDER else len(ORDER)
