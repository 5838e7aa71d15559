"""Which checkpoints are worth keeping beyond the newest: the best, and those from before an alarm."""

from collections.abc import Sequence
from contextlib import closing
from typing import Literal

import numpy as np

from latentop.engine.record.size_limit import LEAST_CHECKPOINTS
from latentop.engine.run import series
from latentop.engine.run.facts import read_facts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store import database
from latentop.engine.run.store.history import at

Best = Literal["auto", "quality"]

JUDGED_BY = ("valid/loss", "accuracy/fine-tuned", "valid/reconstruction", "diversity/coverage")
"""What the best checkpoint is best at: the first of these series that the run has."""
DISTANCE = f"{series.QUALITY}frechet"
"""What comes before these where the best is to be that of the samples' quality."""


def worth_keeping(run: RunFolder, steps: Sequence[int], by: Best = "auto") -> frozenset[int]:
    """Those of ``steps`` (of checkpoints on disk) to keep however old they are; none where space is short.

    The best by what ``keep.best`` says it is judged by, of those at which no alarm stood; and of each kind of
    alarm the newest before it was raised for the first time, and for the last.
    Raises StorageError where the run can't be read.
    """
    with database.legible(run.database), closing(database.open_for_reading(run.database)) as connection:
        if read_facts(connection).pressure >= LEAST_CHECKPOINTS:
            return frozenset()
        alarms = connection.execute(
            "SELECT name, raised_step, cleared_step FROM alarms ORDER BY raised_step"
        ).fetchall()
        names = dict(connection.execute("SELECT name, id FROM series").fetchall())
        wanted = (DISTANCE, *JUDGED_BY) if by == "quality" else JUDGED_BY
        judge = next((name for name in wanted if name in names), None)
        calm = [one for one in steps if not any(_stood(one, *stretch) for _, *stretch in alarms)]
        scores = {one: at(connection, names[judge], one) for one in calm} if judge else {}
    first = {name: raised for name, raised, _ in reversed(alarms)}
    last = {name: raised for name, raised, _ in alarms}
    before = [[one for one in steps if one < raised] for raised in (*first.values(), *last.values())]
    sign = -1 if judge and series.of(judge).better == "smaller" else 1
    judged = {one: sign * score[1] for one, score in scores.items() if score and np.isfinite(score[1])}
    best = {max(judged, key=lambda one: (judged[one], one))} if judged else set()
    return frozenset({*best, *(max(found) for found in before if found)})


def _stood(step: int, raised: int, cleared: int | None) -> bool:
    return raised <= step and (cleared is None or step < cleared)
