"""Random generators and networks that a function can reach: in its closure, its globals, its object."""

import random
import sysconfig
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

Generator = torch.Generator | np.random.Generator | np.random.RandomState | random.Random
MOST = 20_000
"""Objects that are looked into, the nearest first."""
LONGEST = 256
"""Entries of a list or mapping that is looked into: a longer one holds data."""
_LIBRARIES = (*(sysconfig.get_paths()[one] for one in ("stdlib", "purelib", "platlib")), "<frozen")
_PLAIN = (str, bytes, int, float, complex, type(None), torch.Tensor, np.ndarray, CodeType, type)


def of(function: Any) -> tuple[list[Generator], list[nn.Module]]:
    """The generators and the networks that it can reach, each once."""
    generators: list[Generator] = []
    networks: list[nn.Module] = []
    seen: dict[int, Any] = {}  # by identity; what is held here keeps its own
    coming = deque([function])
    while coming and len(seen) < MOST:
        one = coming.popleft()
        if id(one) in seen or isinstance(one, _PLAIN):
            continue
        seen[id(one)] = one
        with suppress(Exception):  # an object may be anything, even one that minds being looked at
            if isinstance(one, Generator):
                generators.append(one)
                continue
            if isinstance(one, nn.Module):
                networks.append(one)
            coming.extend(_reached(one))
    return generators, networks


def _reached(one: Any) -> Iterable[Any]:
    """What an object holds, one step away."""
    match one:
        case partial():
            return (one.func, *one.args, *one.keywords.values())
        case MethodType():
            return (one.__self__, one.__func__)
        case FunctionType():
            return _of_function(one)
        case dict():
            return list(one.values()) if len(one) <= LONGEST else ()
        case list() | tuple() | set() | frozenset() | deque():
            return list(one) if len(one) <= LONGEST else ()
        case ModuleType():
            return ()
    held = list(vars(one).values()) if hasattr(one, "__dict__") else []
    return (*held, *_methods(type(one)))


def _of_function(function: FunctionType) -> Iterator[Any]:
    wrapped = getattr(function, "__wrapped__", None)
    if wrapped is not None:
        yield wrapped
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not bound yet
            continue
    if function.__code__.co_filename.startswith(_LIBRARIES):
        return
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        known = function.__globals__[name]
        if isinstance(known, ModuleType):
            yield from (vars(known)[inner] for inner in names & vars(known).keys() if _own(known))
        else:
            yield known


def _methods(kind: type) -> Iterator[Any]:
    """The functions of an object's class, for what they find in their globals."""
    for one in kind.__mro__:
        if one.__module__.partition(".")[0] not in ("builtins", "torch", "numpy", "typing", "collections"):
            yield from (part for part in vars(one).values() if isinstance(part, FunctionType))


def _own(module: ModuleType) -> bool:
    """Whether a module is no library: a library's generators are those that everybody knows."""
    return not (getattr(module, "__file__", None) or "<frozen").startswith(_LIBRARIES)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _names(one)


def state(generator: Generator) -> Any:
    """What ``set_state`` takes."""
    match generator:
        case torch.Generator():
            return generator.get_state()
        case np.random.Generator():
            return generator.bit_generator.state
        case np.random.RandomState():
            return generator.get_state()
    return generator.getstate()


def set_state(generator: Generator, state: Any) -> None:
    """Have it go on from there."""
    match generator:
        case torch.Generator():
            generator.set_state(state)
        case np.random.Generator():
            generator.bit_generator.state = state
        case np.random.RandomState():
            generator.set_state(state)
        case _:
            generator.setstate(state)


def seed(generator: Generator, number: int) -> None:
    """Begin it anew."""
    match generator:
        case torch.Generator():
            generator.manual_seed(number)
        case np.random.Generator():
            kind: Any = type(generator.bit_generator)
            generator.bit_generator.state = kind(number).state
        case _:
            generator.seed(number)
