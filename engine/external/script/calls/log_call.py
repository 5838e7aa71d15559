"""What one call of ``log`` was given: values by series, and pictures by kind."""

from collections.abc import Callable, Mapping
from typing import Any, SupportsFloat

import numpy as np
from torch import Tensor

from latentop.engine.external import series_names
from latentop.engine.external.picture_kinds import kind_of
from latentop.engine.external.script.calls import values
from latentop.engine.external.script.calls.picture import Image
from latentop.engine.external.script.dropins.wandb_calls import NoPlace
from latentop.engine.run.errors import UsageError

MOST_SERIES = 1000
_NUMPY = (np.floating, np.integer)
HELD_OUT = "valid/"
"""How series begin that are measured on held-out data."""


class Logged:
    """Reads calls of one run. ``trouble`` hears of single values that can't be recorded; others are.

    ``tell`` hears of what other loggers show and a run doesn't.
    """

    def __init__(self, trouble: Callable[[str, str], object], tell: Callable[[str], object]) -> None:
        self._trouble = trouble
        self._tell = tell
        self._names: dict[str, str] = {}
        self._series: dict[str, str] = {}
        """The name that each was first logged by."""
        self.held_out = False
        """Whether anything measured on held-out data is among what was read so far."""
        self._parts = False

    def read(self, given: Any) -> tuple[dict[str, SupportsFloat], list[tuple[str, Any]]]:
        """Values by the series that they are of, and pictures by kind.

        Raises UsageError where nothing of it can be recorded.
        """
        if not isinstance(given, Mapping):
            raise UsageError(f"log was given {values.kind(given)}", 'accepted: {"loss": 0.5}')
        found: dict[str, SupportsFloat] = {}
        shown: list[tuple[str, Any]] = []
        names, on_device = self._names, False
        for name, value in given.items():
            series = names.get(name)
            kind = type(value)
            if series and kind is float:
                found[series] = value
            elif series and kind is Tensor and _plain(value):
                found[series] = value.item()
            elif series and isinstance(value, _NUMPY):
                found[series] = float(value)
            else:
                on_device = self._take(given, name, value, found, shown) or on_device
        if self._parts:
            _sum_up(found)
        return (values.own(found) if on_device else found), shown

    def _take(
        self,
        given: Mapping[Any, Any],
        name: Any,
        value: Any,
        found: dict[str, SupportsFloat],
        shown: list[tuple[str, Any]],
    ) -> bool:
        """Take what is no plain number of a known name; whether a tensor of another device is among it."""
        on_device = False
        for whole, one in values.flat({name: value}):
            if (pictures := Image.among(one)) is not None:
                shown.append((kind_of(whole), pictures))
            elif isinstance(one, NoPlace):
                self._tell(f"{whole!r}: {values.kind(one)} has no place here and is left out")
            else:
                if whole not in self._names:
                    self._learn(given)
                if series := self._names[whole]:
                    try:
                        number = values.number(one)
                    except TypeError as error:
                        self._trouble(f"{whole!r}: {error}", "")
                        continue
                    found[series] = number
                    on_device = on_device or isinstance(number, Tensor)
        return on_device

    def _learn(self, given: Mapping[Any, Any]) -> None:
        """Learn the names of numbers: where two mean the same series, it is that of the plainer one."""
        numbers = [
            name
            for name, one in values.flat(given)
            if name not in self._names and not isinstance(one, NoPlace) and Image.among(one) is None
        ]
        for name in sorted(numbers, key=lambda one: len(series_names.words(one))):
            self._named(name)

    def _named(self, name: str) -> None:
        """Note the series that a name means; none where it can't be one."""
        self._names[name] = ""
        series = series_names.known(name) or name
        if series in self._series:  # another name has it
            series = name
        if not series.isprintable() or not series.strip() or len(series) > values.LONGEST_NAME:
            self._trouble(
                f"the name {name[: values.LONGEST_NAME]!r} is not recorded",
                f"accepted: up to {values.LONGEST_NAME} printable characters",
            )
            return
        if series in self._series:
            both = f"{self._series[series]!r} and {name!r}"
            self._trouble(f"{both} mean the same series: the later one counts", "log it under one name")
        elif len(self._series) >= MOST_SERIES:
            self._tell(f"more than {MOST_SERIES} names: the others are not recorded; log under the same ones")
            return
        self._series.setdefault(series, name)
        self.held_out = self.held_out or series.startswith(HELD_OUT)
        self._parts = self._parts or series in (series_names.REAL, series_names.FAKE)
        self._names[name] = series


def _plain(value: Tensor) -> bool:
    """Whether it is one number that lies on the CPU already."""
    return value.is_cpu and value.numel() == 1 and not value.is_complex()


def _sum_up(found: dict[str, SupportsFloat]) -> None:
    """Both parts of a discriminator's loss are the loss."""
    real, fake = found.get(series_names.REAL), found.get(series_names.FAKE)
    if real is not None and fake is not None and "loss/discriminator" not in found:
        both: Any = (real, fake)
        if isinstance(real, Tensor) and isinstance(fake, Tensor):  # halves may be computed on two cards
            both = (real, fake.to(real.device))
        found["loss/discriminator"] = both[0] + both[1]
