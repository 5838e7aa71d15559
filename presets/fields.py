"""Every setting of a preset as a field: its value, its default, what it means and what it accepts.

All of it is read from the records themselves, so that whoever shows a preset, or lets it be edited, needs to
know none of them. A document is a preset as plain tables; its values need not be acceptable yet.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from latentop.presets import explain
from latentop.presets.records import Record, meaning
from latentop.presets.schema import Preset

SECTIONS = (
    "training",
    "data",
    "autoencoder",
    "generator",
    "discriminator",
    "classifier",
    "objective",
    "watch",
    "keep",
    "about",
)
"""In the order in which a person reads them."""
ABOUT = ("title", "brief", "shows", "look_for", "source")
"""What a preset says of itself, and not to training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One of the few values that a field accepts."""

    value: object
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A setting in a document, under its dotted key."""

    key: str
    value: object
    default: object
    """None where it has no default and must be said."""
    meaning: str
    accepted: str
    """In words, as the command line has them."""
    problem: str
    """Why the value is not accepted; empty where it is."""
    alternatives: tuple[Alternative, ...] = ()
    prose: bool = False
    """A text, taken as it is written."""
    decides: bool = False
    """It chooses what its table is: with another value, the table has other fields."""
    own: bool = False
    """It is a script's own: it has no default, and no preset says it."""

    @property
    def section(self) -> str:
        """The table it is in; for the top level, ``about`` or ``training``."""
        table, dot, _ = self.key.partition(".")
        return table if dot else "about" if table in ABOUT else "training"

    @property
    def said(self) -> bool:
        """Whether a preset has to say it: it has no default, or another value than that."""
        return self.default is None or self.value != self.default


def of(document: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of a document, which has all its tables, by section; what few presets say comes last."""
    return tuple(
        sorted(_all(document), key=lambda field: (SECTIONS.index(field.section), field.key == "code"))
    )


def of_record(record: type[Record], document: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of another record than a preset, whose document has all its tables, in its order."""
    return tuple(_walk(record, document, "", document, record))


def of_preset(preset: Preset) -> tuple[Field, ...]:
    """The fields of a preset."""
    return of(plain(preset))


def plain(preset: Preset) -> dict[str, Any]:
    """The preset as a document, defaults too."""
    document = msgspec.to_builtins(preset)
    assert isinstance(document, dict)
    return document


def said(document: Mapping[str, Any]) -> dict[str, Any]:
    """The least of a document that means the same preset: what has no default, or another value."""
    least: dict[str, Any] = {"kind": document["kind"]}
    for field in _all(document):
        table, _, leaf = field.key.rpartition(".")
        if field.said:
            (least.setdefault(table, {}) if table else least)[leaf] = field.value
            if table and (tag := _tag_of(table, document)):
                least[table] = {**tag, **least[table]}
    return least


def switched(document: Mapping[str, Any], table: str, choice: str) -> dict[str, Any]:
    """The table as another of its alternatives: what it said before stays, where that is accepted there."""
    before = {
        field.key.rpartition(".")[2]: field.value
        for field in of(document)
        if field.section == table and field.said and not field.problem
    }
    root = _named(get_args(Preset), document["kind"])
    info = next(info for info in msgspec.structs.fields(root) if info.encode_name == table)
    record = _named(_records(info.type), choice)
    after: dict[str, object] = {str(record.__struct_config__.tag_field): choice}
    for info in msgspec.structs.fields(record):
        name = info.encode_name
        after[name] = _default(info)
        if name in before and _converted(before[name], info.type) is not None:
            after[name] = before[name]
        elif after[name] is None:
            after[name] = ""
    return after


def carried(document: Mapping[str, Any], table: str, choice: object) -> dict[str, Any]:
    """As `switched`, of a document that may leave out what has a default, and holds what others may refuse.

    A table or choice that isn't known is returned as it is.
    """
    inside = document.get(table)
    inside = dict(inside) if isinstance(inside, Mapping) else {}
    kinds = {_tag(kind): kind for kind in get_args(Preset)}
    root = kinds.get(document.get("kind"))
    info = (
        next((one for one in msgspec.structs.fields(root) if one.encode_name == table), None)
        if root
        else None
    )
    records = {_tag(record): record for record in (_records(info.type) if info else ())}
    if info is None or choice not in records:
        return inside
    tag_field = str(records[choice].__struct_config__.tag_field)
    tag = inside.pop(tag_field, _tag(type(info.default)) if isinstance(info.default, Record) else None)
    if tag == choice:
        return {tag_field: choice, **inside}
    before = (
        {one.encode_name: _default(one) for one in msgspec.structs.fields(records[tag])}
        if tag in records
        else {}
    )
    after = {one.encode_name: one.type for one in msgspec.structs.fields(records[choice])}
    kept = {
        key: value
        for key, value in inside.items()
        if key in after and value != before.get(key) and _converted(value, after[key]) is not None
    }
    return {tag_field: choice, **kept}


def _all(document: Mapping[str, Any]) -> Iterator[Field]:
    """In the order of the records, which is that of a preset's file."""
    return _walk(_named(get_args(Preset), document["kind"]), document, "", document, Preset)


def _walk(
    record: type[Record], table: Mapping[str, Any], prefix: str, document: Mapping[str, Any], root: Any
) -> Iterator[Field]:
    for info in msgspec.structs.fields(record):
        name = info.encode_name
        key = f"{prefix}{name}"
        if records := _records(info.type):
            inner = table[name]
            tag_field = records[0].__struct_config__.tag_field
            chosen = _named(records, inner[tag_field]) if tag_field else records[0]
            if tag_field and len(records) > 1:
                default = None if info.required else info.default.tag
                yield _decisive(f"{key}.{tag_field}", chosen, records, default)
            yield from _walk(chosen, inner, f"{key}.", document, root)
            continue
        value = table[name]
        converted = _converted(value, info.type)
        yield Field(
            key=key,
            value=value if converted is None else converted,
            default=_default(info),
            meaning=meaning(info.type),
            accepted=explain.accepted(key, document, root),
            problem="" if converted is not None else _problem(key, value, info.type, document, root),
            alternatives=alternatives(info.type),
            prose=_bare(info.type) is str,
        )


def _decisive(key: str, chosen: type[Record], records: tuple[type[Record], ...], default: object) -> Field:
    options = tuple(Alternative(value=_tag(one), meaning=_described(one)) for one in records)
    return Field(
        key=key,
        value=_tag(chosen),
        default=default,
        meaning=_described(chosen),
        accepted=" or ".join(str(one.value) for one in options),
        problem="",
        alternatives=options,
        decides=True,
    )


def _problem(key: str, value: object, kind: Any, document: Mapping[str, Any], root: Any) -> str:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, inside = str(error).partition(" - at `$")
        _, said, accepted = explain.explain(f"{what} - at `$.{key}{inside.rstrip('`')}`", document, root)
        return f"{said}; {accepted}"
    return ""


def _converted(value: object, kind: Any) -> object:
    """The value as a preset has it, in plain form; None where it is not accepted."""
    try:
        return msgspec.to_builtins(msgspec.convert(value, kind))
    except msgspec.ValidationError:
        return None


def _default(info: FieldInfo) -> object:
    if info.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(info.default)
    if info.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(info.default_factory())
    return None


def _described(record: type[Record]) -> str:
    """What a record is, on one line."""
    return " ".join((record.__doc__ or "").replace("``", "").split())


def _bare(kind: Any) -> Any:
    """The type without its meaning and bounds."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def alternatives(kind: Any) -> tuple[Alternative, ...]:
    """The few values of that type, such as those of a Literal; none where there are many."""
    kind = _bare(kind)
    values = (False, True) if kind is bool else get_args(kind) if get_origin(kind) is Literal else ()
    return tuple(Alternative(value=value, meaning="") for value in values)


def _records(kind: Any) -> tuple[type[Record], ...]:
    """The records that a field may hold; none where it holds a value."""
    options = get_args(kind) if isinstance(kind, types.UnionType) or get_origin(kind) is Union else (kind,)
    return tuple(one for one in options if isinstance(one, type) and issubclass(one, Record))


def _named(records: tuple[type[Record], ...], choice: object) -> type[Record]:
    return next(one for one in records if _tag(one) == choice)


def _tag(record: type[Record]) -> object:
    return record.__struct_config__.tag


def _tag_of(table: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """What says which record the table is, where it can be of several."""
    return {key: document[table][key] for key in ("name", "network") if key in document[table]}
