"""``diagnose``: what went wrong when, in a run that has ended or in somebody else's log of losses.

The detectors are the training's, which nothing here imports: another process asks them, this one tells.
"""

import os
import subprocess
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from engine.run import diagnosis, folder
from engine.run.diagnosis import Diagnosis, Finding, Refusal
from engine.run.errors import LatentopError, UsageError
from tui.commands.output import Output, aside, table
from tui.commands.parser import Commands
from tui.tone import Tone, of_verdict
from tui.wording import spaced

# -P: the folder a person starts from may hold an engine.py of their own.
_DOCTOR = (sys.executable, "-P", "-m", "engine.diagnose")
_SOURCES = {"run": "a run of ours", "csv": "a CSV file", "tensorboard": "TensorBoard's events"}
_ACCEPTED = "name a run (see: latentop ls), a CSV file, or a folder of TensorBoard's event files"
_WORDS = {
    "healthy": "nothing bad stands at its end",
    "unknown": "nothing bad was found in these numbers",
    "warning": "a warning stands at its end",
}


class DiagnosisError(LatentopError):
    """There is no diagnosis; its exit code is that of what stood in the way."""

    def __init__(self, message: str, hint: str, exit_code: int = 1) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


def add(commands: Commands) -> None:
    """The command of this family."""
    about = "what went wrong when: in a run, a CSV file of losses, or TensorBoard's events"
    words = commands.add("diagnose", _diagnose, about)
    words.add_argument(
        "path",
        metavar="PATH",
        help="a run (its name or folder), a CSV file, an event file or a folder of them",
    )
    for role in ("generator", "discriminator"):
        words.add_argument(
            f"--{role}",
            metavar="COLUMN",
            help=f"the column or tag of the {role}'s loss (guessed if not named)",
        )


def _diagnose(options: Namespace, output: Output) -> int:
    path = _place(folder.runs_folder(options.runs), options.path)
    aside(f"reading {path}", "faint")
    found = _ask(path, options.generator, options.discriminator, debug=options.debug)
    if output.as_json:
        output.json(asdict(found), indent=2)
    else:
        _tell(found, output)
    return found.exit_code


def _place(runs: Path, name: str) -> Path:
    """The file or folder that is meant; of a run and a folder of the same name, the run.

    Raises UsageError where there is none, or where part of a name means several runs.
    """
    path = Path(name).expanduser().absolute()
    try:
        if path.is_file() or (os.sep in name and path.is_dir()):
            return path
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}", _ACCEPTED) from error
    if os.sep in name:
        raise UsageError(f"{path} does not exist", _ACCEPTED)
    try:
        found = folder.matching(runs, name)
    except UsageError as error:
        if path.is_dir():
            return path
        what = f"{name!r} is neither a file or folder here nor a run in {runs}"
        raise UsageError(what, _ACCEPTED) from error
    return folder.newest(found, name).path


def _ask(path: Path, generator: str | None, discriminator: str | None, *, debug: bool) -> Diagnosis:
    """The diagnosis, from a process of its own. Raises DiagnosisError where there is none."""
    named = {"--generator": generator, "--discriminator": discriminator}
    words = [f"{option}={column}" for option, column in named.items() if column is not None]
    done = subprocess.run(
        [*_DOCTOR, *words, "--", str(path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd="/",
        check=False,
    )
    complaints = done.stderr.decode("utf-8", "replace").splitlines()
    for line in complaints if debug else ():
        aside(f"  | {line}", "faint")
    try:
        answer = diagnosis.from_json(done.stdout)
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
    """The verdict in words: of a critical one, since when."""
    if found.verdict == "unknown" and not found.rows:
        return "unknown: no step was recorded"
    if found.verdict in _WORDS:
        return f"{found.verdict}: {_WORDS[found.verdict]}"
    since = [one for one in found.alarms if one.name == found.verdict and one.cleared_step is None]
    return (
        f"{found.verdict}, from step {spaced(since[-1].raised_step)} to its end" if since else found.verdict
    )
