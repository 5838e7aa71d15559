"""What of a long run is given up, a little at a time: the older, the coarser. No extreme and no NaN is lost.

Points and rollups of a tier are given up where they are old; the next tier has them in its rows. Frames are
given up where others are near, seen from now. Nothing here looks at a clock: it follows from what is stored.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from latentop.engine.run.store.bins import Ints
from latentop.engine.run.store.history import HISTORY_ROWS, POINTS, TIER_FACTOR, TIERS

ROWS = TIER_FACTOR * HISTORY_ROWS
"""Rows kept of a series in each tier: enough for a chart of the newest eighth of what the next tier holds."""
FRAMES = 128
ROWS_AT_ONCE = 4096
FRAMES_AT_ONCE = 16
"""No more goes at once, so that no flush takes long."""
FREE_SHARE = 8
PAGES_AT_ONCE = 256
"""Free pages are used for what comes next; where more than an eighth is free, so many are given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much is kept: ``rows`` of a series in each tier, the newest ``frames`` of a kind, and of older
    frames so many that a gap is at most a ``frames``-th of the time since.
    """

    rows: int = ROWS
    frames: int = FRAMES


class Thinner:
    """Gives up what one run keeps beyond an allowance. Only the run's writer may have one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._turn = 0
        self._frames_looked_at: object = None

    def thin(self, allowance: Allowance) -> bool:
        """Give up a few rows and frames; whether there were any to give up. In the caller's transaction."""
        frames = self._surplus_frames(allowance.frames)
        if frames:
            self._connection.executemany("DELETE FROM frames WHERE id = ?", ((one,) for one in frames))
        return self._thin_rows(allowance.rows) or bool(frames)

    def release(self) -> None:
        """Give some free pages back to the disk, where there are many. Outside of any transaction."""
        (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        if free * FREE_SHARE > pages and free > PAGES_AT_ONCE:
            # A script, for it is run to its end: one statement gives back one page.
            self._connection.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")

    def used(self) -> int:
        """Bytes of the database that hold something."""
        names = ("page_count", "freelist_count", "page_size")
        pages, free, size = (self._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
        return int((pages - free) * size)

    def _surplus_frames(self, keep: int) -> list[int]:
        execute = self._connection.execute
        look = (keep, execute("SELECT max(id) FROM frames").fetchone())
        if look == self._frames_looked_at:
            return []
        alarms = np.array([step for (step,) in execute("SELECT raised_step FROM alarms")], dtype=np.int64)
        found: list[int] = []
        for (kind,) in execute("SELECT DISTINCT kind FROM frames").fetchall():
            rows = execute("SELECT step, id FROM frames WHERE kind = ? ORDER BY step, id", (kind,)).fetchall()
            steps = np.array([step for step, _ in rows], dtype=np.int64)
            found += [rows[place][1] for place in surplus(steps, alarms, keep)[:FRAMES_AT_ONCE]]
        if not found:
            self._frames_looked_at = look
        return found

    def _thin_rows(self, keep: int) -> bool:
        """Look at the tables of the series in turn, up to the first that may hold too many rows."""
        identities = [identity for (identity,) in self._connection.execute("SELECT id FROM series")]
        tables = [(identity, tier) for identity in identities for tier in range(POINTS, TIERS[-1])]
        for _ in tables:
            self._turn = (self._turn + 1) % len(tables)
            identity, tier = tables[self._turn]
            if self._span(identity, tier) > keep:
                return self._give_up(identity, tier, keep)
        return False

    def _span(self, series: int, tier: int) -> int:
        """From the first to the last key of the table: it holds no more rows than that."""
        table, where, key = _names(tier)
        # One at a time: SQLite looks up either alone by the key, and both together in all rows.
        first, last = (
            self._connection.execute(f"SELECT {end}({key}) FROM {table} WHERE {where}", (series,)).fetchone()[
                0
            ]
            for end in ("min", "max")
        )
        return 0 if first is None else int(last - first + 1)

    def _give_up(self, series: int, tier: int, keep: int) -> bool:
        """Delete the oldest rows, whole buckets of the next tier; whether there were that many."""
        table, where, key = _names(tier)

        def reached(order: str, rows: int) -> int | None:
            row = self._connection.execute(
                f"SELECT {key} FROM {table} WHERE {where} ORDER BY {key} {order} LIMIT 1 OFFSET {rows}",
                (series,),
            ).fetchone()
            return None if row is None else int(row[0])

        oldest_kept, far_enough = reached("DESC", keep - 1), reached("ASC", ROWS_AT_ONCE)
        if oldest_kept is None:
            return False
        cut = oldest_kept if far_enough is None else min(oldest_kept, far_enough)
        cut -= (cut - (1 if tier == POINTS else 0)) % TIER_FACTOR
        gone = self._connection.execute(f"DELETE FROM {table} WHERE {where} AND {key} < ?", (series, cut))
        return gone.rowcount > 0


def surplus(steps: Ints, alarms: Iterable[int], keep: int) -> list[int]:
    """The places of those of ``steps`` (ascending) that need not be kept, oldest first.

    The newest ``keep`` stay, the first, and those before and after each step of ``alarms``. Any other may go
    where its neighbours are then no further apart than a ``keep``-th of the steps since.
    """
    if len(steps) <= keep:
        return []
    raised = np.fromiter(alarms, dtype=np.int64)
    before = np.searchsorted(steps, raised, side="right") - 1
    stays = {0, *before.tolist(), *np.searchsorted(steps, raised).tolist()}
    known, found = steps.tolist(), []
    newest, last_kept = known[-1], known[0]
    for place in range(1, len(known) - keep):
        step, following = known[place], known[place + 1]
        if place not in stays and (following - last_kept) * keep <= newest - step:
            found.append(place)
        else:
            last_kept = step
    return found


def _names(tier: int) -> tuple[str, str, str]:
    """Table, condition and key of a tier."""
    if tier == POINTS:
        return "points", "series = ?", "step"
    return "rollups", f"series = ? AND tier = {tier}", "bucket"
