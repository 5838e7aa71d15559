"""What can't be judged from a log, and why: silence about it would sound like good news."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

import numpy as np

from latentop.engine.external.logs.log import Log, LogSeries, fallen_silent
from latentop.engine.external.loss_rules.level_break import FEWEST as FEWEST_OF_A_BREAK
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.loss_pairs import ROLES, is_loss_of, pairs
from latentop.engine.run.verdicts import unjudged, unjudged_samples
from latentop.engine.watch.signals.discriminator_dominance import ACCURACY, LOSS
from latentop.presets.objectives import NonSaturating
from latentop.presets.wording import spaced

FEW = 10
"""Rows from which on anything can be judged but whether values are numbers."""
LONG_ENOUGH = 100
"""Rows from which on every sign in the numbers can be judged."""
_SMOOTHED = NonSaturating(real_label=0.9).least_loss
"""What a discriminator's loss can't get below where its real labels are smoothed as they usually are."""
OFTEN = 3
"""Times that numbers follow on NaN: from here on, NaN may be how a log writes nothing."""


def of_log(log: Log) -> Iterator[str]:
    """Of somebody else's log: there are no samples, and its series may be too few or too short."""
    gan = any(is_loss_of(one.name, role) for one in log.series for role in ROLES)
    what = "collapse" if gan else "how good it looks"
    yield f"{what} can't be seen in losses alone: that takes samples"
    rows = len(log.steps)
    if rows < FEW:
        yield f"nearly all else: {_rows(rows)} can tell of nothing but values that are no numbers"
    elif rows < FEWEST_OF_A_BREAK:
        fewest = FEWEST_OF_A_BREAK
        yield f"whether a loss has jumped to another level: that takes {fewest} rows, here are {rows}"
    if FEW <= rows < LONG_ENOUGH:
        yield f"whether losses circle: that takes {LONG_ENOUGH} rows, here are {rows}"
    yield from _unpaired(log)
    for one in log.series:
        if is_loss_of(one.name, "discriminator") and not one.values.any():
            yield f"who wins, of {one.column}: it is 0 from the first row to the last, as before any training"
    for step, silent in _silent(log).items():
        values = "its values end" if len(silent) == 1 else "their values end"
        yield (
            f"what became of {_and(silent)} after step {spaced(step)}, where {values} but not the log; "
            "some loggers write NaN as nothing: then training diverged there"
        )
    if often := _often_nothing(log):
        up_to = "up to " if len(set(often.values())) > 1 else ""
        yield (
            f"whether {_and([*often])} diverged at all: {up_to}{spaced(max(often.values()))} times numbers "
            "follow on NaN; if that means no value there, leave it empty"
        )
    series = {one.name: one for one in log.series}
    if LOSS in series and ACCURACY in series and _never_below(series[LOSS], _SMOOTHED):
        least = f"{_SMOOTHED:.3f}, the least that labels of 0.9 leave"
        yield (
            "whether the discriminator wins, if its real labels are smoothed: "
            f"{series[LOSS].column} never falls below {least}, and is judged as if they were not smoothed"
        )


def _silent(log: Log) -> dict[int, list[str]]:
    """The columns that have fallen silent, by the step of their last value."""
    found: dict[int, list[str]] = {}
    for one, step in fallen_silent(log):
        found.setdefault(step, []).append(one.column)
    return found


def _often_nothing(log: Log) -> dict[str, int]:
    """The columns in which numbers follow on NaN again and again, and how often."""
    found = {}
    for one in log.series:
        missing = np.isnan(one.values)
        often = int((missing[:-1] & np.isfinite(one.values[1:])).sum())
        if often >= OFTEN:
            found[one.column] = often
    return found


def _unpaired(log: Log) -> Iterator[str]:
    """Losses of a GAN that nothing was held against: only pairs tell who wins."""
    names = [one.name for one in log.series]
    paired = {name for one in pairs(names) for name in (one.generator, one.discriminator)}
    for one in log.series:
        role = next((role for role in ROLES if is_loss_of(one.name, role)), None)
        if role is None or one.name in paired:
            continue
        other = "discriminator" if role == "generator" else "generator"
        end = one.name.removeprefix(f"loss/{role}")
        yield (
            f"who wins, of {one.column}: the {other}'s loss that belongs to it was not found; "
            f"if there is one, name it: --columns {other}{end}=COLUMN"
        )


def _and(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _rows(rows: int) -> str:
    return "one row" if rows == 1 else f"{rows} rows"


def _never_below(series: LogSeries, least: float) -> bool:
    finite = series.values[np.isfinite(series.values)]
    return len(finite) > 0 and bool(finite.min() >= least)


def of_run(facts: RunFacts, standing: Container[str], *, alive: bool) -> Iterator[str]:
    """Of a run of ours: what was not judged while it trained, and what that takes.

    ``standing``: the names of the alarms at its end; one that it collapsed says whether it did.
    """
    if "collapsed" in standing:
        return
    if (samples := unjudged_samples(facts, alive=alive)) is not None:
        advice = f" · try: {samples.advice}" if samples.advice else ""
        yield f"whether it collapsed: {samples.why}{advice}"
    elif (whole := unjudged(facts, alive=alive)) is not None:
        yield f"whether it is healthy: {whole.why}"


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
