"""Whether two logs hold the same values: a training often writes a table, and prints the same."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentop.engine.external.logs.trainings import Held, Twin
from latentop.engine.external.logs.value_index import ROUNDED, SHIFTS, Beginning, ValueIndex
from latentop.engine.external.series_names import is_judged, known
from latentop.engine.run.errors import UsageError
from latentop.engine.run.store.bins import Floats

_SHARE = 0.9
"""Of a series' values at common steps, as many agree where two logs tell the same."""
_LATE = 0.5
"""The same of its last tenth."""
_FEWEST, _SURE = 6, 40
"""Common values without which logs are not called the same, and from which on it is not asked again."""
_PRINTED = 50
"""Values by which the decimals of a log are known."""
_MANY = 8
"""Trainings from which on not every log is held against each of them."""

Series = Mapping[str, Beginning]


class SameValues:
    """Compares the beginnings of logs, and remembers them until the logs have grown to twice their size."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[int, Series]] = {}
        self._sure: dict[tuple[str, str], bool] = {}

    def __call__(self, trainings: Sequence[Sequence[Held]]) -> Twin:
        """What says of a log the first that holds the same values, and the place of its training."""
        if len(trainings) < _MANY:
            return lambda one: self._first_of(one, trainings, range(len(trainings)))
        every = [(place, other) for place, held in enumerate(trainings) for other in held]
        index = ValueIndex([self._beginning(other) for _, other in every])

        def first(one: Held) -> tuple[int, Held] | None:
            near = dict.fromkeys(every[at][0] for at in index.near(_compared(self._beginning(one))))
            return self._first_of(one, trainings, near)

        return first

    def _first_of(
        self, one: Held, trainings: Sequence[Sequence[Held]], places: Iterable[int]
    ) -> tuple[int, Held] | None:
        pairs = ((at, other) for at in places for other in trainings[at])
        return next(((at, other) for at, other in pairs if self.same(one, other)), None)

    def same(self, one: Held, other: Held) -> bool:
        """Whether ``other`` holds all that ``one`` is judged by, losses among it, or else all that it tells.

        False where few values can be compared.
        """
        key = one.parts[0].key, other.parts[0].key
        if key not in self._sure:
            pairs = _best(_compared(self._beginning(one)), self._beginning(other))
            count = sum(len(agree) for agree in pairs)
            same = count >= _FEWEST and all(map(_agrees, pairs))
            if count < _SURE:
                return same
            self._sure[key] = same
        return self._sure[key]

    def _beginning(self, held: Held) -> Series:
        """Its first megabytes, by series of ours."""
        size = _size(held.path)
        key = held.parts[0].key
        before, series = self._read.get(key, (-1, {}))
        if before < 0 or not before <= size < 2 * before:
            series = _first(held)
            self._read[key] = size, series
        return series


def _first(held: Held) -> Series:
    """The first values of every series of a log; nothing of one that can't be read."""
    found: dict[str, Beginning] = {}
    for part in held.parts:
        reader = part.opened([], None)
        try:
            with suppress(UsageError):
                rows = [one for batch in reader.poll(final=True) for one in batch.rows]
                for name in dict.fromkeys(one.name for one in rows):
                    steps, at = np.unique(
                        np.concatenate([one.steps for one in rows if one.name == name]), return_index=True
                    )
                    values = np.concatenate([one.values for one in rows if one.name == name])[at]
                    found.setdefault(known(name) or name, Beginning(steps, values, _decimals(values)))
        finally:
            reader.close()
    return found


def _compared(series: Series) -> Series:
    """What a log is judged by. Where no loss is in it, one may go by a name that is not known: then all."""
    judged = {name: one for name, one in series.items() if is_judged(name)}
    return judged if any(name.startswith("loss/") for name in judged) else series


def _agrees(agree: NDArray[np.bool_]) -> bool:
    """Whether nearly all values agree, and the last ones do, too: trainings may part late."""
    return float(agree.mean()) >= _SHARE and float(agree[-max(_FEWEST, len(agree) // 10) :].mean()) >= _LATE


def _best(compared: Series, other: Series) -> list[NDArray[np.bool_]]:
    """Of each series that is ``compared``, which values agree, counting steps as most of them do.

    Empty where the other one lacks such a series. What never changes tells nothing, and is left out.
    """
    if not compared or any(name not in other for name in compared):
        return []
    found = [[_agree(one, other[name], shift) for name, one in compared.items()] for shift in SHIFTS]
    best = max(found, key=lambda pairs: sum(int(agree.sum()) for agree in pairs))
    return [agree for agree in best if len(agree)]


def _agree(one: Beginning, other: Beginning, shift: int) -> NDArray[np.bool_]:
    _, here, there = np.intersect1d(one.steps + shift, other.steps, assume_unique=True, return_indices=True)
    values, others = one.values[here], other.values[there]
    if len(np.unique(values)) < 2 and len(np.unique(others)) < 2:
        return np.empty(0, dtype=np.bool_)
    rounded = 0.6 * 10.0 ** -min(one.decimals, other.decimals)
    agree: NDArray[np.bool_] = np.isclose(values, others, rtol=ROUNDED, atol=rounded, equal_nan=True)
    return agree


def _decimals(values: Floats) -> int:
    """How many decimals a log prints, at most."""
    exponents = [
        Decimal(repr(value)).as_tuple().exponent for value in values[:_PRINTED].tolist() if np.isfinite(value)
    ]
    return max((-one for one in exponents if isinstance(one, int)), default=0)


def _size(path: Path) -> int:
    """Bytes of a file, or of the files of a folder."""
    with suppress(OSError):
        files = [path] if path.is_file() else [one for one in path.iterdir() if one.is_file()]
        return sum(one.stat().st_size for one in files)
    return 0
