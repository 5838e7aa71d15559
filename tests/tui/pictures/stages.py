"""The screens and states that pictures are taken of: how each comes about, and by what it is recognised."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from latentop.engine.run.folder import RunFolder
from latentop.tui.app import LatentopApp
from tests.support.dashboard import SIZES

NOW = 1_767_323_045.0
"""2 January 2026, 03:04:05 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A run (None: the lists) made in a folder of runs; what is seen of it; what is done, and seen then.

    What is done is a key, a text in braces to wait for such as ``{losses}``, or something done to the app.
    """

    name: str
    make: Callable[[Path], RunFolder | None]
    shows: str
    does: tuple[str | Callable[[LatentopApp], object], ...] = ()
    then: str = ""
    sizes: tuple[tuple[int, int], ...] = SIZES[:2]
    coloured: bool = False
    """Only in colour: elsewhere it looks the same as another stage."""
