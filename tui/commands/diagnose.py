"""``diagnose``: what went wrong when, in a run that has ended or in somebody else's log of losses.

The detectors are the training's, which nothing here imports: another process asks them, this one tells.
"""

import json
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile

from latentop.engine.run import diagnosis, folder
from latentop.engine.run.diagnosis import Diagnosis, Finding, Refusal, Source
from latentop.engine.run.errors import LatentopError, UsageError
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.model.emphasis import Tone, of_verdict
from latentop.tui.model.number_text import spaced
from latentop.tui.model.plain_text import table

# -P: the folder a person starts from may hold an engine.py of their own.
_DOCTOR = (sys.executable, "-P", "-m", "latentop.engine.external.logs")
_SOURCES: dict[Source, str] = {
    "run": "a run of latentop",
    "mirror": "a log that was kept as a run",
    "csv": "a CSV file",
    "table": "a table in text",
    "text": "text",
    "json": "JSON",
    "tensorboard": "TensorBoard's events",
    "trackio": "trackio's database",
    "wandb": "wandb's file",
    "mlflow": "MLflow's files",
}
_ACCEPTED = "name a run (see: latentop ls), or a log: text, a CSV file, JSON, TensorBoard's event files"


class DiagnosisError(LatentopError):
    """There is no diagnosis; its exit code is that of what stood in the way."""

    def __init__(self, message: str, hint: str, exit_code: int = 1) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


def add(commands: Commands) -> None:
    """The command of this family."""
    about = "what went wrong when: in a run, or in another program's log of losses"
    words = commands.add("diagnose", _diagnose, about)
    words.add_argument(
        "path",
        metavar="PATH",
        help="a run (its name or folder), or a log: text, CSV, JSON, event files, a folder that holds one",
    )
    for role in ("generator", "discriminator"):
        words.add_argument(
            f"--{role}",
            metavar="COLUMN",
            help=f"the column or tag of the {role}'s loss (guessed if not named)",
        )
    words.add_argument(
        "--columns",
        metavar="SERIES=COLUMN,…",
        help="columns of any series, sums among them: discriminator=D_real+D_fake,step=iters",
    )


def _diagnose(options: Namespace, output: Output) -> int:
    path = _place(folder.runs_folder(options.runs), options.path)
    aside(f"reading {path}", "faint")
    with _copied(path) as copy:
        named = {
            f"--{option}": getattr(options, option) for option in ("generator", "discriminator", "columns")
        }
        found = _ask(path, copy, named, debug=options.debug)
    if output.as_json:
        output.json(asdict(found), indent=2)
    else:
        _tell(found, output)
    return found.exit_code


def _place(runs: Path, name: str) -> Path:
    """The file or folder that is meant; of a run and a folder of the same name, the run.

    Raises UsageError where there is none, or where part of a name means several runs.
    """
    path = folder.place(name)
    try:
        if path.is_file() or path.is_fifo() or (folder.is_path(name) and path.is_dir()):
            return path
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}", _ACCEPTED) from error
    if folder.is_path(name):
        raise UsageError(f"{path} does not exist", _ACCEPTED)
    try:
        found = folder.matching(runs, name)
    except UsageError as error:
        if path.is_dir():
            return path
        what = f"{name!r} is neither a file or folder here nor a run in {runs}"
        raise UsageError(what, _ACCEPTED) from error
    run = folder.newest(found, name).path
    if path.is_dir():
        aside(f"{name} is a run, and a folder here: this is the run (the folder: ./{name})", "warning")
    return run


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """What a pipe holds, as a file, for the process that diagnoses can't read it; anything else as it is."""
    if not path.is_fifo():
        yield path
        return
    with NamedTemporaryFile(suffix=".csv") as copy:
        with path.open("rb") as pipe:
            shutil.copyfileobj(pipe, copy)
        copy.flush()
        yield Path(copy.name)


def _ask(path: Path, copy: Path, named: Mapping[str, str | None], *, debug: bool) -> Diagnosis:
    """The diagnosis of a log, from a process of its own. Raises DiagnosisError where there is none.

    ``copy`` is where that process reads it.
    """
    words = [f"{option}={column}" for option, column in named.items() if column is not None]
    done = subprocess.run(
        [*_DOCTOR, *words, "--", str(copy)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd="/",
        check=False,
    )
    complaints = done.stderr.decode("utf-8", "replace").splitlines()
    for line in complaints if debug else ():
        aside(f"  | {line}", "faint")
    try:
        told = done.stdout.replace(json.dumps(str(copy))[1:-1].encode(), json.dumps(str(path))[1:-1].encode())
        answer = diagnosis.from_json(told)
    except ValueError as error:
        why = complaints[-1] if complaints else f"it ended with exit code {done.returncode}"
        raise DiagnosisError(f"the diagnosis failed: {why}", "report it with what --debug shows") from error
    if isinstance(answer, Refusal):
        raise DiagnosisError(answer.error, answer.hint, answer.exit_code)
    return answer


def _tell(found: Diagnosis, output: Output) -> None:
    output.line(f"{Path(found.path).name} · {_SOURCES[found.source]}", "heading")
    span = (
        ""
        if found.first_step is None
        else f", steps {spaced(found.first_step)} to {spaced(found.last_step or 0)}"
    )
    output.line(f"  {spaced(found.rows)} {'row' if found.rows == 1 else 'rows'}{span}")
    rows = [
        (one.name, f"{spaced(one.values)} values", "" if one.column == one.name else f"from {one.column}")
        for one in found.series
    ]
    for line in table(rows) if rows else ():
        output.line(f"  {line}")
    for note in found.notes:
        output.line(f"  note: {note}", "faint")
    output.line()
    for alarm in found.alarms:
        _tell_alarm(alarm, output)
    if found.alarms:
        output.line()
    tone = of_verdict(found.verdict)
    output.line(f"verdict: {_verdict(found)}", tone)
    for words in found.unknown:
        output.line(f"unknown: {words}")


def _tell_alarm(alarm: Finding, output: Output) -> None:
    """An alarm with what to try; that it is over, or was raised live, stands behind its severity."""
    remarks = []
    if alarm.recorded:
        remarks.append("recorded live")
    if alarm.cleared_step is not None:
        remarks.append(f"cleared at step {spaced(alarm.cleared_step)}")
    tone: Tone = "faint" if alarm.cleared_step is not None else alarm.severity
    told = f" ({', '.join(remarks)})" if remarks else ""
    output.line(f"step {spaced(alarm.raised_step)}  {alarm.severity.upper()}{told}  {alarm.sentence}", tone)
    if alarm.advice:
        output.line(f"  try: {alarm.advice}")


def _verdict(found: Diagnosis) -> str:
    """The verdict in words: of an alarm, since when; of warnings, which. Of a run that lives, as of now."""
    good = f"nothing bad stands {'now' if found.alive else 'at its end'}"
    if found.verdict == "healthy":
        return f"healthy: {good}"
    if found.verdict == "unknown" and not found.rows:
        return f"unknown: no step {'is recorded yet' if found.alive else 'was recorded'}"
    if found.verdict == "unknown" and found.alarms:
        return f"unknown: what was raised is over, and {good}"
    if found.verdict == "unknown":
        return f"unknown: nothing bad {'is' if found.alive else 'was'} found in these numbers"
    from_step, until = ("since step", "") if found.alive else ("from step", " to its end")
    standing = [one for one in found.alarms if one.cleared_step is None]
    if found.verdict == "warning":
        told = [f"{one.name}, {from_step} {spaced(one.raised_step)}" for one in standing]
        return f"warning: {'; '.join(told)}{until}"
    since = [one for one in standing if one.name == found.verdict]
    return f"{found.verdict}, {from_step} {spaced(since[-1].raised_step)}{until}" if since else found.verdict
