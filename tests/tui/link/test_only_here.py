"""Only tui/link overrides or reads what Textual keeps to itself: names with an underscore."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from latentop import tui

HERE = Path(tui.__path__[0])
PUBLIC = {"_asdict", "_fields", "_replace"}
"""Of named tuples: there the underscore means nothing."""


def classes() -> Iterator[type]:
    """All that are defined in tui, but for those of tui/link."""
    for found in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        if not found.name.startswith(f"{tui.__name__}.link"):
            module = importlib.import_module(found.name)
            found_here = (one for one in vars(module).values() if inspect.isclass(one))
            yield from (one for one in found_here if one.__module__ == module.__name__)


@cache
def private(base: type) -> set[str]:
    """The names with an underscore that a class of Textual defines, or uses on itself."""
    used = re.findall(r"\bself\.(_\w+)", inspect.getsource(base))
    return {name for name in {*vars(base), *used} if re.match("_[a-z]", name)}


def taken(one: type) -> set[str]:
    """The names that a class defines, or sets on itself."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
    assert isinstance(body, ast.ClassDef)
    methods = {node.name for node in body.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return methods | {node.attr for node in attributes(body) if isinstance(node.ctx, ast.Store)}


def attributes(tree: ast.AST) -> Iterator[ast.Attribute]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def test_no_class_takes_a_name_that_textual_uses_inside() -> None:
    clashes = {
        (one.__qualname__, name)
        for one in classes()
        for base in one.__mro__
        if base.__module__.split(".")[0] == "textual"
        for name in taken(one) & private(base)
    }
    assert clashes == set()


def test_no_module_reads_what_textual_keeps_to_itself() -> None:
    foreign = set[str]()
    for file in HERE.rglob("*.py"):
        if file.is_relative_to(HERE / "link"):
            continue
        tree = ast.parse(file.read_text())
        own = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        own |= {node.attr for node in attributes(tree) if isinstance(node.ctx, ast.Store)}
        foreign |= {
            f"{file.name}: {ast.unparse(node)}"
            for node in attributes(tree)
            if re.match("_[a-z]", node.attr)
            and node.attr not in own | PUBLIC
            and ast.unparse(node.value) not in ("self", "cls", "os")
        }
        imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        foreign |= {f"{file.name}: {name}" for name in imported if re.match(r"textual.*\._", name)}
    assert foreign == set()
