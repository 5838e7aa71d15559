"""Whether two logs hold the same values: a training often writes a table, and prints the same."""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentop.engine.external.logs.log import is_judged
from latentop.engine.external.logs.trainings import Held
from latentop.engine.external.series_names import known
from latentop.engine.run.errors import UsageError
from latentop.engine.run.store.bins import Floats, Ints

_SHARE = 0.9
"""Of a series' values at common steps, as many agree where two logs tell the same."""
_FEWEST, _SURE = 6, 40
"""Common values without which logs are not called the same, and from which on it is not asked again."""
_SHIFTS = (0, 1, -1)
"""Between steps that are counted from 0 and from 1."""
_PRINTED = 50
"""Values by which the decimals of a log are known."""
_ROUNDED = 1e-3
"""Of a value, what rounding to some digits may change."""

_Series = Mapping[str, tuple[Ints, Floats]]


class SameValues:
    """Compares the beginnings of logs, and remembers them until the logs have grown to twice their size."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[int, _Series]] = {}
        self._sure: dict[tuple[str, str], bool] = {}

    def __call__(self, one: Held, other: Held) -> bool:
        """Whether ``other`` holds all that ``one`` is judged by; False where few values can be compared."""
        key = one.parts[0].key, other.parts[0].key
        if key not in self._sure:
            pairs = _best(self._beginning(one), self._beginning(other))
            count = sum(len(agree) for agree in pairs)
            same = count >= _FEWEST and all(float(agree.mean()) >= _SHARE for agree in pairs)
            if count < _SURE:
                return same
            self._sure[key] = same
        return self._sure[key]

    def _beginning(self, held: Held) -> _Series:
        """Its first megabytes, by series of ours."""
        size = _size(held.path)
        key = held.parts[0].key
        before, series = self._read.get(key, (-1, {}))
        if before < 0 or not before <= size < 2 * before:
            series = _first(held)
            self._read[key] = size, series
        return series


def _first(held: Held) -> _Series:
    """The first values of every series of a log; nothing of one that can't be read."""
    found: dict[str, tuple[Ints, Floats]] = {}
    for part in held.parts:
        reader = part.opened([], None)
        try:
            with suppress(UsageError):
                rows = [one for batch in reader.poll(final=True) for one in batch.rows]
                for name in dict.fromkeys(one.name for one in rows):
                    steps = np.concatenate([one.steps for one in rows if one.name == name])
                    values = np.concatenate([one.values for one in rows if one.name == name])
                    found.setdefault(known(name) or name, (steps, values))
        finally:
            reader.close()
    return found


def _best(one: _Series, other: _Series) -> list[NDArray[np.bool_]]:
    """Of each series that ``one`` is judged by, which values agree, counting steps as most of them do.

    Empty where the other one lacks such a series. What never changes tells nothing, and is left out.
    """
    judged = [name for name in one if is_judged(name)]
    if not judged or any(name not in other for name in judged):
        return []
    found = [[_agree(one[name], other[name], shift) for name in judged] for shift in _SHIFTS]
    best = max(found, key=lambda pairs: sum(int(agree.sum()) for agree in pairs))
    return [agree for agree in best if len(agree)]


def _agree(one: tuple[Ints, Floats], other: tuple[Ints, Floats], shift: int) -> NDArray[np.bool_]:
    _, here, there = np.intersect1d(one[0] + shift, other[0], return_indices=True)
    values, others = one[1][here], other[1][there]
    if len(np.unique(values)) < 2 and len(np.unique(others)) < 2:
        return np.empty(0, dtype=np.bool_)
    rounded = 0.6 * 10.0 ** -min(_decimals(values), _decimals(others))
    agree: NDArray[np.bool_] = np.isclose(values, others, rtol=_ROUNDED, atol=rounded, equal_nan=True)
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
