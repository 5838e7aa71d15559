"""What settings mean: the docstrings under the fields of the records, read from their source."""

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from presets.records import Record


def of_field(record: type[Record], name: str) -> str:
    """The docstring under that field, on one line; empty where there is none."""
    for one in (base for base in record.__mro__ if issubclass(base, Record)):
        text = _of_module(one.__module__).get(one.__name__, {}).get(name, "")
        if text:
            return text
    if name.endswith("_alarm"):  # two thresholds share the docstring under the second
        return of_field(record, f"{name.removesuffix('_alarm')}_clear")
    return ""


def of_record(record: type[Record]) -> str:
    """What a record is, on one line."""
    return _one_line(record.__doc__ or "")


@cache
def _of_module(module: str) -> Mapping[str, Mapping[str, str]]:
    """By class and field; nothing where the source isn't at hand."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:
        return {}
    return {one.name: _of_class(one) for one in tree.body if isinstance(one, ast.ClassDef)}


def _of_class(definition: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, below in pairwise(definition.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = _one_line(text)
    return found


def _one_line(text: str) -> str:
    return " ".join(text.replace("``", "").split())
