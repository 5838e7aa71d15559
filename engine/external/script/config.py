"""What a script says of itself: names and values that it can read again as attributes or items."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

import numpy as np
from torch import Tensor

from latentop.engine.external.script.calls.values import printable

Told = Callable[[Mapping[str, object]], object]


class Config(Mapping[str, Any]):
    """Names and values, flat: ``{"batch_size": 64, "model/width": 32}``.

    ``config.batch_size`` is ``config["batch_size"]``, ``config.model.width`` is ``config["model/width"]``.
    What is changed later is told in the run. Missing names raise KeyError and AttributeError.

    >>> config = Config({"lr": 2e-4, "model": {"width": 32}})
    >>> config.lr, config["model"]["width"], config["model/width"]
    (0.0002, 32, 32)
    """

    def __init__(self, given: Any = None, tell: Told | None = None, *, within: str = "") -> None:
        """``given`` is a mapping, a namespace, a dataclass, or another object with ``__dict__``.

        ``tell`` hears all of it, as ``plain`` gives it, at each change. Of another Config it is a part whose
        names begin with ``within``, and whose changes are that one's.
        """
        self._values: dict[str, Any] = given._values if isinstance(given, Config) else named(given)
        self._tell = tell
        self._within = within

    def __getitem__(self, name: str) -> Any:
        whole = f"{self._within}{name}"
        if whole in self._values:
            return self._values[whole]
        if any(one.startswith(f"{whole}/") for one in self._values):
            return Config(self, self._tell, within=f"{whole}/")
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # also while a copy has nothing yet
            raise AttributeError(name)
        if name not in self:
            raise AttributeError(f"config has no {name!r}; it has: {', '.join(self) or 'nothing'}")
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            self[name] = value

    def __iter__(self) -> Iterator[str]:
        return (one.removeprefix(self._within) for one in self._values if one.startswith(self._within))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))

    def update(self, given: Any, allow_val_change: bool | None = None) -> None:
        """Take what ``given`` says, too; ``allow_val_change`` is accepted: any value may change."""
        self._values.update({f"{self._within}{name}": value for name, value in named(given).items()})
        if self._tell:
            self._tell(plain(self._values))

    def setdefaults(self, given: Any) -> None:
        """Take what ``given`` says of names that are not there yet."""
        self.update({name: value for name, value in named(given).items() if name not in self})

    def as_dict(self) -> dict[str, Any]:
        """All of it, flat."""
        return dict(self)


LONGEST, DEEPEST = 1000, 20
"""Characters of a value's text, or entries of a list; and mappings within one another."""


def named(given: Any) -> dict[str, Any]:
    """Flat names and values of what a script gives. Raises TypeError for what has none."""
    if given is None:
        return {}
    if is_dataclass(given) and not isinstance(given, type):
        given = {one.name: getattr(given, one.name) for one in fields(given)}
    if not isinstance(given, Mapping):
        given = {name: value for name, value in vars(given).items() if not name.startswith("_")}
    return dict(_flat(given))


def _flat(values: Mapping[Any, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value and depth < DEEPEST:
            yield from _flat(value, f"{prefix}{name}/", depth + 1)
        else:
            yield f"{prefix}{name}", value


def plain(values: Mapping[str, Any]) -> dict[str, object]:
    """The values as JSON knows them, others as text; without those that are None."""
    return {printable(name): _json(value) for name, value in values.items() if value is not None}


def _json(value: Any) -> object:
    if isinstance(value, np.generic) or (
        isinstance(value, Tensor) and value.numel() == 1 and not value.is_meta
    ):
        value = value.item()
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, bool | int | float) and abs(value) < 2**63:
        return value
    scalar = bool | int | float | str
    short = isinstance(value, list | tuple) and len(value) <= LONGEST
    if short and all(isinstance(one, scalar) for one in value):
        return [_json(one) for one in value]
    try:
        return printable(str(value)[:LONGEST])
    except Exception as error:
        return f"({type(error).__name__} in str())"
