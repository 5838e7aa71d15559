"""Which checkpoints are worth keeping beyond the newest: the best, and those from before an alarm."""

from collections.abc import Sequence
from contextlib import closing

import numpy as np

from engine.keeper import LEAST_CHECKPOINTS
from engine.run import database, series
from engine.run.facts import read_facts
from engine.run.folder import RunFolder
from engine.run.history import at

JUDGED_BY = ("valid/loss", "accuracy/fine-tuned", "valid/reconstruction", "diversity/coverage")
"""What the best checkpoint is best at: the first of these series that the run has."""


def worth_keeping(run: RunFolder, steps: Sequence[int]) -> frozenset[int]:
    """Those of ``steps`` (of checkpoints on disk) to keep however old they are; none where space is short.

    The best by what it is judged by, of those at which no alarm stood; and of each kind of alarm the newest
    before it was raised for the first time, and for the last.
    Raises StorageError where the run can't be read.
    """
    with database.legible(run.database), closing(database.open_for_reading(run.database)) as connection:
        if read_facts(connection).pressure >= LEAST_CHECKPOINTS:
            return frozenset()
        alarms = connection.execute(
            "SELECT name, raised_step, cleared_step FROM alarms ORDER BY raised_step"
        ).fetchall()
        names = dict(connection.execute("SELECT name, id FROM series").fetchall())
        judge = next((name for name in JUDGED_BY if name in names), None)
        calm = [one for one in steps if not any(_stood(one, *stretch) for _, *stretch in alarms)]
        scores = {one: at(connection, names[judge], one) for one in calm} if judge else {}
    first = {name: raised for name, raised, _ in reversed(alarms)}
    last = {name: raised for name, raised, _ in alarms}
    before = [[one for one in steps if one < raised] for raised in (*first.values(), *last.values())]
    sign = -1 if judge and series.describe(judge)[1] == "smaller" else 1
    judged = {one: sign * score[1] for one, score in scores.items() if score and np.isfinite(score[1])}
    best = {max(judged, key=lambda one: (judged[one], one))} if judged else set()
    return frozenset({*best, *(max(found) for found in before if found)})


def _stood(step: int, raised: int, cleared: int | None) -> bool:
    return raised <= step and (cleared is None or step < cleared)
