"""Where training was resumed or begun anew in one log: what lies behind counts no more."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from latentop.engine.external.logs.rows import Batch, Rows
from latentop.engine.run.store.bins import Ints

_MOST = 0.02
"""Share of rows before which steps may fall; where they fall more often, rows are only out of order."""
_FEW = 4


class Restarts:
    """Splits what was read where the steps of a name fall, and says from which step on the later counts.

    Names that lag behind others (validation, logged after the next steps) are none: each is held against
    itself. Rows out of order are left as they are, and ``note`` hears of it.
    """

    def __init__(self, note: Callable[[str], object]) -> None:
        self._note = note
        self._last: dict[str, int] = {}
        self._rows = 0
        self._falls = 0
        self._disorder = False

    def split(self, steps: Ints, rows: Sequence[tuple[Rows, Ints]], anew: Sequence[int] = ()) -> list[Batch]:
        """Batches of rows at these steps (n,), each name's with the places (m,) of its rows among them.

        Before the places ``anew`` the log itself says that it begins anew: there steps may fall.
        """
        rows = [one for one in rows if len(one[0].steps)]
        self._rows += len(steps)
        falls = [] if self._disorder else self._falls_of(rows)
        marked = set(anew)
        self._falls += max((sum(int(place not in marked) for place, _ in one) for one in falls), default=0)
        if self._falls > max(_FEW, _MOST * self._rows) and not self._disorder:
            self._disorder = True
            self._note("the steps are out of order")
        found = [] if self._disorder else self._restarts(rows, falls)
        for one, _ in rows:
            self._last[one.name] = int(one.steps[-1])
        edges = [0, *(place for place, _ in found), len(steps)]
        backs = [None, *(step for _, step in found)]
        return [
            _cut(steps, rows, begin, end, back)
            for begin, end, back in zip(edges, edges[1:], backs, strict=False)
            if end > begin
        ]

    def _falls_of(self, rows: Sequence[tuple[Rows, Ints]]) -> list[list[tuple[int, int]]]:
        """Of every name the places before which its steps fall, and the steps that they fall to."""
        found = []
        for one, places in rows:
            before = self._last.get(one.name, int(one.steps[0]))
            at = np.flatnonzero(np.diff(one.steps, prepend=before) < 0)
            found.append(list(zip(places[at].tolist(), one.steps[at].tolist(), strict=True)))
        return found

    def _restarts(
        self, rows: Sequence[tuple[Rows, Ints]], falls: Sequence[Sequence[tuple[int, int]]]
    ) -> list[tuple[int, int]]:
        """Places before which training went back, each with the step that it went back to.

        After one name went back, others do, too: they have no rows left that they could fall from.
        """
        found: list[tuple[int, int]] = []
        for place, step, which in sorted(
            (place, step, which) for which, one in enumerate(falls) for place, step in one
        ):
            named, places = rows[which]
            since = found[-1][0] if found else 0
            begin, end = np.searchsorted(places, [since, place])
            latest = int(named.steps[begin:end].max(initial=-1))
            if not found:
                latest = max(latest, self._last.get(named.name, -1))
            if latest > step:
                found.append((place, step))
        return found


def _cut(steps: Ints, rows: Sequence[tuple[Rows, Ints]], begin: int, end: int, back: int | None) -> Batch:
    mine = []
    for one, places in rows:
        first, last = np.searchsorted(places, [begin, end])
        if last - first == len(one.steps):  # it keeps its steps, which others may share with it
            mine.append(one)
        elif last > first:
            part = slice(first, last)
            walls = None if one.walls is None else one.walls[part]
            mine.append(replace(one, steps=one.steps[part], walls=walls, values=one.values[part]))
    return Batch(steps=steps[begin:end], rows=tuple(mine), back_to=back)
