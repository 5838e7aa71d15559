"""What can't be judged from a log, and why: silence about it would sound like good news."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.diagnose.log import Log, fallen_silent
from engine.run.facts import RunFacts
from engine.watch.alarms import spaced
from engine.watch.signals.winning import ACCURACY, LOSS, WINDOW, YOUNG

LONG_ENOUGH = 500
"""Rows from which on every sign in the numbers can be judged."""
OFTEN = 3
"""Times that numbers follow on NaN: from here on, NaN may be how a log writes nothing."""


def of_log(log: Log) -> Iterator[str]:
    """Of somebody else's log: there are no samples, and its series may be too few or too short."""
    yield "collapse can't be seen in losses alone: that takes samples"
    if not any(one.name.startswith("grad/") for one in log.series):
        yield (
            "whether losses explode, before they are no numbers: that takes a gradient norm, in a column "
            "such as grad/discriminator"
        )
    if (rows := len(log.steps)) < LONG_ENOUGH:
        yield f"whether losses circle or a network stalls: that takes {LONG_ENOUGH} rows, here are {rows}"
    for one, step in fallen_silent(log):
        yield (
            f"what became of {one.column} after step {spaced(step)}, where its values end but not the log; "
            "some loggers write NaN as nothing: then training diverged there"
        )
    for one in log.series:
        missing = np.isnan(one.values)
        if (often := int((missing[:-1] & np.isfinite(one.values[1:])).sum())) >= OFTEN:
            yield (
                f"whether {one.column} diverged at all: {spaced(often)} times numbers follow on NaN; "
                "if that means no value there, leave it empty"
            )
    series = {one.name: one for one in log.series}
    if LOSS in series and ACCURACY not in series:
        yield f"whether the discriminator wins: that takes its accuracy, a share, in a column {ACCURACY}"
    elif LOSS in series:
        both = np.intersect1d(series[LOSS].steps, series[ACCURACY].steps)
        if (rows := int((both > YOUNG).sum())) < WINDOW:
            takes = f"that takes {WINDOW} rows after step {YOUNG}, here are {rows}"
            yield f"whether the discriminator wins: {takes}"


def of_run(facts: RunFacts) -> Iterator[str]:
    """Of a run of ours: whether its samples were judged while it trained."""
    if facts.kind == "gan" and not facts.metered:
        yield "whether it collapsed: the diversity of its samples can't be measured"
    elif facts.kind == "gan" and facts.verdict == "unknown":
        yield "whether it collapsed: its samples were never good enough to judge, or it ended too early"


def shares_alone(log: Log) -> Log:
    """The log without an accuracy that is no share: in percent, every discriminator would seem to win."""
    percents = [
        one
        for one in log.series
        if one.name == ACCURACY and np.max(one.values, where=np.isfinite(one.values), initial=0) > 1
    ]
    if not percents:
        return log
    note = f"{percents[0].column} goes above 1 and is left out: an accuracy is a share, from 0 to 1"
    series = tuple(one for one in log.series if one not in percents)
    return replace(log, series=series, notes=(*log.notes, note))
