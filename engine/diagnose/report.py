"""From what lies in a place to a diagnosis: read, judge, and say what can't be judged."""

from collections.abc import Iterable
from pathlib import Path

from engine.diagnose import csv_log, recorded, tensorboard_log, unknown
from engine.diagnose.columns import Wanted
from engine.diagnose.detect import detect
from engine.diagnose.log import Log, carried, tidy
from engine.run.diagnosis import Diagnosis, Finding, ReadSeries
from engine.run.errors import UsageError
from engine.run.folder import RunFolder
from engine.run.reader import Alarm
from engine.run.verdicts import exit_code
from engine.watch.alarms import SEVEREST

_ACCEPTED = "name a run (see: latentop ls), a CSV file, or a folder of TensorBoard's event files"


def diagnose(path: Path, wanted: Wanted) -> Diagnosis:
    """The diagnosis of a run's folder, a CSV file, or TensorBoard's events, whichever lies there.

    Raises UsageError for what is none of them, StorageError for a run that can't be read.
    """
    try:
        return _of_what_lies_there(path, wanted)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror or error}", _ACCEPTED) from error


def _of_what_lies_there(path: Path, wanted: Wanted) -> Diagnosis:
    if path.name == "run.db" and path.is_file():
        path = path.parent
    if (path / "run.db").is_file():
        if wanted != Wanted():
            what = f"{path} is a run of ours: its series have their names"
            raise UsageError(what, "leave --generator and --discriminator out")
        return _of_run(RunFolder(path))
    if not path.exists():
        raise UsageError(f"{path} does not exist", _ACCEPTED)
    events = path.is_dir() or tensorboard_log.MARK in path.name
    log = tensorboard_log.read(path, wanted) if events else csv_log.read(path, wanted)
    return _of_log(path, log)


def _of_log(path: Path, log: Log) -> Diagnosis:
    """Of somebody else's log."""
    log = unknown.shares_alone(tidy(log))
    if not any(len(one.steps) for one in log.series):
        columns = ", ".join(one.column for one in log.series)
        raise UsageError(f"{path} holds no value of {columns}", "log the losses as numbers")
    found, verdict = detect(carried(log))
    return _told(path, log, found, unknown.of_log(log), verdict)


def _of_run(run: RunFolder) -> Diagnosis:
    """Of a run of ours: what was recorded live stands, and what the series give away beyond it is added."""
    record = recorded.read(run)
    log = tidy(record.log)
    live = [_recorded(alarm) for alarm in record.alarms]
    known = {alarm.name for alarm in live}
    found = [one for one in detect(log)[0] if one.name not in known]
    alarms = sorted([*live, *found], key=lambda one: one.raised_step)
    verdict = _verdict([one for one in alarms if one.cleared_step is None], record.facts.verdict)
    return _told(run.path, log, alarms, unknown.of_run(record.facts), verdict)


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


def _verdict(standing: list[Finding], recorded: str) -> str:
    """What stands at the end, the severest first; where nothing does, what the run says of itself."""
    critical = [one.name for one in standing if one.severity == "critical"]
    for name in (*SEVEREST, *critical):
        if name in critical:
            return name
    return "warning" if standing else recorded
