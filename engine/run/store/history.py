"""A series as it is kept: the newest steps in fine rows, older ones in coarser and coarser ones.

Points and rollups are tables of tiers 0, 1, 2 …; each holds a series from some step on, and each coarser one
from an earlier step on. The coarsest holds all of it. So what a finer table has given up is in the next one.
"""

import sqlite3

from latentop.engine.run.store.bins import COLUMNS, Bins, from_rows, join

TIER_FACTOR = 8
POINTS = 0
TIERS = range(1, 7)
"""The tiers of rollups."""
BIN_COLUMNS = ", ".join(COLUMNS)
HISTORY_ROWS = 4096
"""About as many rows of a series are read at a time."""
MOST_ROWS = 2**16
"""No table is read further than that at once, whatever somebody else's file says."""


def between(connection: sqlite3.Connection, series: int, first: int, last: int, tier: int = POINTS) -> Bins:
    """The rows from one step to another in a tier; what it has given up is told by the next that has it.

    A rollup of which a part lies between the steps is told whole.
    """
    found: list[Bins] = []
    for coarser in range(tier, TIERS.stop):
        found.append(_rows(connection, series, coarser, first, last))
        begin = _begin(connection, series, coarser)
        last = last if begin is None else min(last, begin - 1)
        if last < first:
            break
    whole = found.pop()
    while found:
        whole = join(whole, found.pop())
    return whole


def fitting(steps: int) -> int:
    """The finest tier that tells so many steps in HISTORY_ROWS rows or fewer."""
    tiers = range(POINTS, TIERS.stop)
    return next((tier for tier in tiers if steps / TIER_FACTOR**tier <= HISTORY_ROWS), TIERS[-1])


def newest(connection: sqlite3.Connection, series: int) -> tuple[int, float] | None:
    """The last step of a series, and its value there; None where there is none."""
    return at(connection, series, None)


def at(connection: sqlite3.Connection, series: int, step: int | None) -> tuple[int, float] | None:
    """The newest step up to ``step`` that the series is known of, and its value there; None before the first.

    In what has been thinned that is the end of the last row before.
    """
    for tier in range(POINTS, TIERS.stop):
        table, where = _table(tier)
        limit = "" if step is None else f" AND step <= {int(step)}"
        order = "step" if tier == POINTS else "bucket"
        row = connection.execute(
            f"SELECT step, last FROM {table} WHERE {where}{limit} ORDER BY {order} DESC LIMIT 1", (series,)
        ).fetchone()
        if row is not None:
            return row[0], float("nan") if row[1] is None else row[1]
    return None


def _rows(connection: sqlite3.Connection, series: int, tier: int, first: int, last: int) -> Bins:
    table, where = _table(tier)
    width = TIER_FACTOR**tier
    key, low, high = (
        ("step", first, last) if tier == POINTS else ("bucket", (first - 1) // width, (last - 1) // width)
    )
    rows = connection.execute(
        f"SELECT {BIN_COLUMNS} FROM {table} WHERE {where} AND {key} BETWEEN ? AND ? ORDER BY {key}"
        f" LIMIT {MOST_ROWS}",
        (series, low, high),
    )
    return from_rows(rows.fetchall())


def _begin(connection: sqlite3.Connection, series: int, tier: int) -> int | None:
    """The first step that a tier tells of, back to where a bucket of the next tier begins; None: of none."""
    table, where = _table(tier)
    key = "step" if tier == POINTS else "bucket"
    (first,) = connection.execute(f"SELECT min({key}) FROM {table} WHERE {where}", (series,)).fetchone()
    if first is None:
        return None
    bucket = (first - 1) // TIER_FACTOR if tier == POINTS else first // TIER_FACTOR
    return int(bucket * TIER_FACTOR ** (tier + 1) + 1)


def _table(tier: int) -> tuple[str, str]:
    return ("points", "series = ?") if tier == POINTS else ("rollups", f"series = ? AND tier = {tier}")
