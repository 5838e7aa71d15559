"""Which cases of a test are tried with every change, and which with the slow tests alone."""

from collections.abc import Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def few(cases: Iterable[Any], count: int, *, single: bool = False) -> list[Any]:
    """The same cases; all but the first so many are slow. ``single``: each is one argument, tuple or not."""
    return [case if place < count else _slow(case, single=single) for place, case in enumerate(cases)]


def named(cases: Iterable[Any], *names: str) -> list[Any]:
    """The same cases; all but those names are slow. Raises ValueError for a name that there is not."""
    cases = list(cases)
    if unknown := set(names).difference(cases):
        raise ValueError(f"no such case: {unknown}")
    return [case if case in names else _slow(case) for case in cases]


def _slow(case: Any, *, single: bool = False) -> Any:
    if isinstance(case, ParameterSet):
        return case._replace(marks=[*case.marks, pytest.mark.slow])
    values = case if isinstance(case, tuple) and not single else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
