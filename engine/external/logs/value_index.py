"""Which of many logs may hold the same values as one: told by some of its values, without reading on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.store.bins import Floats, Ints

SHIFTS = (0, 1, -1)
"""Between steps that are counted from 0 and from 1."""
ROUNDED = 1e-3
"""Of a value, what rounding to some digits may change."""
_PROBES = 40
"""Values of a log that are looked up."""
_SHARE = 0.5
"""Of them as many are found in a log that may be the same: fewer than must agree in the end."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first values (n,) of a series at steps (n,), ascending, and how many decimals are printed."""

    steps: Ints
    values: Floats
    decimals: int


@dataclass(frozen=True, slots=True)
class _Column:
    """Values (n,) at one step, ascending, and the places (n,) of the logs that they are from."""

    values: Floats
    logs: Ints


class ValueIndex:
    """Finds logs by their values at a step: of n logs with the same steps each is asked about in log n."""

    def __init__(self, logs: Sequence[Mapping[str, Beginning]]) -> None:
        self._logs = logs
        self._columns: dict[tuple[str, int], _Column] = {}
        self._have: dict[str, NDArray[np.bool_]] = {}
        self._coarsest: dict[str, int] = {}
        """The fewest decimals that any log prints of a series."""

    def near(self, judged: Mapping[str, Beginning]) -> list[int]:
        """The places of logs that have these series, and may have their values.

        One without any of the steps that are looked up may. What never changes is found nowhere.
        """
        found = np.ones(len(self._logs), dtype=np.bool_)
        for name in judged:
            found &= self._with(name)
        changing = [(name, one) for name, one in judged.items() if len(np.unique(_sound(one.values))) > 1]
        return np.flatnonzero(found & self._agree(*changing[0])).tolist() if changing else []

    def _agree(self, name: str, one: Beginning) -> NDArray[np.bool_]:
        sound = np.flatnonzero(np.isfinite(one.values))
        probes = sound[np.linspace(0, len(sound) - 1, min(len(sound), _PROBES)).astype(np.int64)]
        coarsest = min(one.decimals, self._coarsest[name])
        unseen, near = np.ones(len(self._logs), np.bool_), np.zeros(len(self._logs), np.bool_)
        for shift in SHIFTS:
            asked, agree = (np.zeros(len(self._logs), dtype=np.int64) for _ in range(2))
            for step, value in zip(one.steps[probes] + shift, one.values[probes], strict=True):
                column = self._column(name, int(step))
                room = 10.0**-coarsest + 2 * ROUNDED * abs(value)
                begin, end = np.searchsorted(column.values, [value - room, value + room])
                asked[column.logs] += 1
                agree[column.logs[begin:end]] += 1
            unseen &= asked == 0
            near |= (asked > 0) & (agree >= _SHARE * asked)
        return unseen | near

    def _with(self, name: str) -> NDArray[np.bool_]:
        if name not in self._have:
            self._have[name] = np.array([name in log for log in self._logs], dtype=np.bool_)
            self._coarsest[name] = min((log[name].decimals for log in self._logs if name in log), default=0)
        return self._have[name]

    def _column(self, name: str, step: int) -> _Column:
        if (name, step) not in self._columns:
            logs, values = [], []
            for place, log in enumerate(self._logs):
                if (one := log.get(name)) is not None:
                    at = int(np.searchsorted(one.steps, step))
                    if at < len(one.steps) and one.steps[at] == step:
                        logs.append(place)
                        values.append(one.values[at])
            order = np.argsort(values, kind="stable")
            self._columns[name, step] = _Column(
                np.array(values, dtype=np.float64)[order], np.array(logs, dtype=np.int64)[order]
            )
        return self._columns[name, step]


def _sound(values: Floats) -> Floats:
    return values[np.isfinite(values)]
