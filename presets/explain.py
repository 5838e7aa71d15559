"""Say what is wrong with a preset's document: the key, the value, and what would be accepted there."""

import difflib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from msgspec import inspect

from latentop.presets.schema import Preset

_PATTERNS = {
    r"^$|\.py$": "the name of a file that ends in .py",
    r"^[A-Za-z_]\w*$": "the name of one class",
    r"^(white|black|grey|#[0-9a-fA-F]{6})$": "white, black, grey or a colour such as #ff8800",
    r"^(auto|cpu|mps|cuda|cuda:[0-9]+)$": "auto, cpu, mps, cuda or cuda:NUMBER",
    r"\S": "pca, inception, or the path of a file with a TorchScript module",
}
"""What a text has to match, in words."""
_NEAR = 0.75
"""How alike two names are, from 0 to 1, of which one may be a slip for the other."""


def explain(problem: str, document: Any, record: Any = Preset) -> tuple[str, str, str]:
    """``(key, what is wrong, what is accepted)`` from msgspec's message about a document of that record.

    The key is dotted, as ``--set`` takes it.
    """
    what, _, path = problem.partition(" - at `$")
    keys = re.findall(r"\.(\w+)|\[(\d+)\]", path.rstrip("`"))
    keys = [name or int(position) for name, position in keys]
    if unknown := re.search(r"unknown field `(.*)`", what):
        names = _fields(_at(keys, document, record))
        near = difflib.get_close_matches(unknown[1], names, n=2, cutoff=_NEAR)
        meant = [_dotted([*keys, name]) for name in near]
        meant = meant or ([] if keys else _elsewhere(unknown[1], document, record))
        hint = f"did you mean {' or '.join(meant)}?" if meant else f"accepted there: {', '.join(names)}"
        return _dotted([*keys, unknown[1]]), "no such setting", hint
    if missing := re.search(r"required field `(.*)`", what):
        keys = [*keys, missing[1]]
        more = [one for one in _missing([], document, document, record) if one != _dotted(keys)]
        also = f", and so {'is' if len(more) == 1 else 'are'} {', '.join(more)}" if more else ""
        return _dotted(keys), f"missing{also}", f"accepted: {_describe(_at(keys, document, record))}"
    if not what.startswith(("Expected", "Invalid")):
        return _dotted(keys), what, "change one of them"
    value = document
    for key in keys:
        value = value[key]
    return (
        _dotted(keys),
        f"{value!r} is not accepted",
        f"accepted: {_describe(_at(keys, document, record)) or what}",
    )


def accepted(key: str, document: Any, record: Any = Preset) -> str:
    """What would be accepted at a dotted key of a document of that record, in words."""
    return _describe(_at(key.split("."), document, record))


def _elsewhere(name: str, document: Any, record: Any) -> list[str]:
    """The dotted keys of settings of that name in the tables of the document."""
    tables = _fields(_at([], document, record))
    return [f"{table}.{name}" for table in tables if name in _fields(_at([table], document, record))]


def _missing(keys: list[str | int], table: Any, document: Any, record: Any) -> Iterator[str]:
    """The dotted keys of all that a table of the document lacks, and the tables in it."""
    records = [one for one in _at(keys, document, record) if isinstance(one, inspect.StructType)]
    if len(records) != 1 or not isinstance(table, dict):
        return
    for field in records[0].fields:
        here = [*keys, field.encode_name]
        if field.encode_name in table:
            yield from _missing(here, table[field.encode_name], document, record)
        elif field.required:
            yield _dotted(here)


def _dotted(keys: Sequence[str | int]) -> str:
    return ".".join(str(key) for key in keys if isinstance(key, str))


def _at(keys: Sequence[str | int], document: Any, record: Any) -> list[inspect.Type]:
    """The types that are possible at a place in the document."""
    types = _types(record)
    for key in keys:
        types = [inner for outer in types for inner in _inside(outer, key, document)]
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            document = {}
    return [one for one in types if not isinstance(one, inspect.StructType) or _chosen(one, document)]


@cache
def _types(record: Any) -> list[inspect.Type]:
    return _alternatives(inspect.type_info(record))


def _chosen(one: inspect.StructType, document: Any) -> bool:
    """Whether the document, by its tag, is of that record; one without a tag may be."""
    return not isinstance(document, dict) or document.get(one.tag_field, one.tag) == one.tag


def _inside(outer: inspect.Type, key: str | int, document: Any) -> list[inspect.Type]:
    match outer:
        case inspect.VarTupleType():
            return [outer.item_type]
        case inspect.StructType() if key == outer.tag_field:
            return [inspect.LiteralType(values=(outer.tag,))]
        case inspect.StructType() if _chosen(outer, document):
            return [
                inner
                for field in outer.fields
                if field.encode_name == key
                for inner in _alternatives(field.type)
            ]
    return []


def _alternatives(one: inspect.Type) -> list[inspect.Type]:
    one = one.type if isinstance(one, inspect.Metadata) else one
    return list(one.types) if isinstance(one, inspect.UnionType) else [one]


def _fields(types: list[inspect.Type]) -> list[str]:
    names = [
        name
        for one in types
        if isinstance(one, inspect.StructType)
        for name in ([one.tag_field] if one.tag_field else []) + [field.encode_name for field in one.fields]
    ]
    return list(dict.fromkeys(names))


def _describe(types: list[inspect.Type]) -> str:
    return " or ".join(dict.fromkeys(text for one in types if (text := _words(one))))


def _words(one: inspect.Type) -> str:
    match one:
        case inspect.LiteralType():
            return " or ".join(str(value) for value in one.values)
        case inspect.FloatType() | inspect.IntType():
            kind = "a number" if isinstance(one, inspect.FloatType) else "a whole number"
            bounds = (("above", one.gt), ("from", one.ge), ("below", one.lt), ("up to", one.le))
            said = [f"{word} {bound}" for word, bound in bounds if bound is not None]
            return " ".join([kind, *said])
        case inspect.StrType():
            return _PATTERNS.get(one.pattern or "", "a text")
        case inspect.BoolType():
            return "true or false"
        case inspect.VarTupleType():
            return f"a list, each {_words(one.item_type)}"
        case inspect.DictType():
            return "a table of numbers, texts, true and false, and lists of numbers"
        case inspect.StructType():
            return f"a table of {', '.join(_fields([one]))}"
    return ""
