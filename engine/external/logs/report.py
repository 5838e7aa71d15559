"""From what lies in a place to a diagnosis: read, judge, and say what can't be judged."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from latentop.engine.external.logs import detection, own_runs, unknown, whole_log
from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.content import ACCEPTED as READ
from latentop.engine.external.logs.log import Log, tidy
from latentop.engine.run.diagnosis import Diagnosis, Finding, ReadSeries
from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.reader import Alarm
from latentop.engine.run.verdicts import exit_code, verdict_of

_ACCEPTED = f"name a run (see: latentop ls), or a log: {READ}"


def diagnose(path: Path, wanted: ColumnsWanted) -> Diagnosis:
    """The diagnosis of a run's folder, or of somebody else's log, whichever lies there.

    Raises UsageError for what is none of them, StorageError for a run that can't be read.
    """
    try:
        return _of_what_lies_there(path, wanted)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror or error}", _ACCEPTED) from error


def _of_what_lies_there(path: Path, wanted: ColumnsWanted) -> Diagnosis:
    if path.name == "run.db" and path.is_file():
        path = path.parent
    if (path / "run.db").is_file():
        if wanted != ColumnsWanted():
            what = f"{path} is a run of latentop: its series have their names"
            raise UsageError(what, "leave --columns, --generator and --discriminator out")
        return _of_run(RunFolder(path))
    if not path.exists():
        raise UsageError(f"{path} does not exist", _ACCEPTED)
    return _of_log(path, whole_log.read(path, wanted))


def _of_log(path: Path, log: Log) -> Diagnosis:
    """Of somebody else's log."""
    log = unknown.shares_alone(tidy(log))
    if not any(len(one.steps) for one in log.series):
        columns = ", ".join(one.column for one in log.series)
        raise UsageError(f"{path} holds no value of {columns}", "log the losses as numbers")
    found, verdict = detection.of_log(log)
    return _told(path, log, found, unknown.of_log(log), verdict)


def _of_run(run: RunFolder) -> Diagnosis:
    """Of a run of ours: what was recorded live stands, and what the series give away beyond it is added.

    A log that was mirrored was judged by the rules for logs, row by row: nothing is to be added.
    """
    record = own_runs.read(run)
    log = tidy(record.log)
    if record.facts.watches:
        live = [_of_mirror(alarm) for alarm in record.alarms if not _grew(alarm, record.alarms)]
    else:
        live = [_recorded(alarm) for alarm in record.alarms]
    known = {alarm.name for alarm in live}
    found = [] if record.facts.watches else [one for one in detection.of_run(log) if one.name not in known]
    alarms = sorted([*live, *found], key=lambda one: one.raised_step)
    standing = [one for one in alarms if one.cleared_step is None]
    verdict = _verdict(standing, record.facts.verdict)
    names = {one.name for one in standing}
    unjudged = unknown.of_run(record.facts, names, alive=record.alive)
    return replace(_told(run.path, log, alarms, unjudged, verdict), alive=record.alive)


def _told(path: Path, log: Log, alarms: Iterable[Finding], unknown: Iterable[str], verdict: str) -> Diagnosis:
    return Diagnosis(
        path=str(path),
        source=log.source,
        rows=len(log.steps),
        first_step=int(log.steps[0]) if len(log.steps) else None,
        last_step=int(log.steps[-1]) if len(log.steps) else None,
        series=tuple(
            ReadSeries(name=one.name, column=one.column, values=len(one.values)) for one in log.series
        ),
        notes=log.notes,
        alarms=tuple(alarms),
        unknown=tuple(unknown),
        verdict=verdict,
        exit_code=exit_code(verdict),
    )


def _recorded(alarm: Alarm) -> Finding:
    return Finding(
        name=alarm.name,
        severity="critical" if alarm.severity == "critical" else "warning",
        raised_step=alarm.raised_step,
        cleared_step=alarm.cleared_step,
        sentence=alarm.sentence,
        advice=alarm.advice,
        evidence=alarm.evidence,
        recorded=True,
    )


def _of_mirror(alarm: Alarm) -> Finding:
    """An alarm about another program's log, which is where its rows say, whenever these were read."""
    since = int(alarm.evidence.get("since", alarm.raised_step))
    return replace(_recorded(alarm), raised_step=since, recorded=False)


def _grew(alarm: Alarm, alarms: Iterable[Alarm]) -> bool:
    """Whether an alarm became another one, which tells it all."""
    if alarm.cleared_step is None:
        return False
    cleared = alarm.cleared_step
    standing = {
        one.name: one.raised_step
        for one in alarms
        if one.raised_step <= cleared and (one.cleared_step is None or one.cleared_step > cleared)
    }
    worse = alarm.severity == "warning" and standing.get(alarm.name) == cleared
    return worse or detection.is_told_by(alarm.name, cleared, standing)


def _verdict(standing: list[Finding], known: str) -> str:
    """What stands at the end, the severest first; where nothing does, what the run says of itself."""
    return verdict_of({one.name: one.severity for one in standing}) or known
