"""``import``: keep somebody's log as a run; once, with no process left behind."""

import os
import shutil
import subprocess
from argparse import Namespace

from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.script_start import RESUME
from latentop.tui.commands import foreign_logs
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.commands.status import brief
from latentop.tui.model import judgement
from latentop.tui.model.number_text import spaced
from latentop.tui.runs.glance import Look, glance, look
from latentop.tui.runs.names import called


def add(table: Commands) -> None:
    """The command of this family."""
    about = "keep another program's log as a run: read once, judged, listed with the others"
    words = table.add("import", _import, about)
    foreign_logs.add_reading(words, "a log: a file, or a folder of one or several")


def _import(options: Namespace, output: Output) -> int:
    """The exit code is that of the first log that can't be read: the others are kept all the same."""
    logs, code = foreign_logs.found(options, there=True), 0
    for log in logs:
        try:
            run = _kept(*foreign_logs.made(options, log, once=True))
        except UsageError as error:
            if len(logs) == 1:
                raise
            aside(f"latentop: {error.message}", "critical")
            aside(f"  try: {error.hint}")
            code = code or error.exit_code
            continue
        _tell(run, output)
    return code


def _kept(run: RunFolder, facts: RunFacts) -> RunFolder:
    """The run with the log in it. Raises UsageError, with no run, where that can't be."""
    try:
        done = subprocess.run(
            facts.command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd="/",
            env={**os.environ, RESUME: str(run.path.absolute())},
            check=False,
        )
        if done.returncode:
            raise _trouble(run, facts, done.stderr.decode("utf-8", "replace").splitlines())
    except BaseException:
        shutil.rmtree(run.path, ignore_errors=True)
        raise
    return run


def _trouble(run: RunFolder, facts: RunFacts, printed: list[str]) -> UsageError:
    """Why the log can't be read: what was recorded, else the last line that was printed."""
    try:
        told, _ = glance(run)
    except LatentopError as error:
        return UsageError(error.message, error.hint)
    why = told.error or (printed[-1] if printed else "its reader ended")
    hint = told.hint if told.error and not told.traceback else ""
    return UsageError(
        why if hint else f"{facts.watches} can't be read: {why}",
        hint or "look: latentop diagnose PATH --debug",
    )


def _tell(run: RunFolder, output: Output) -> None:
    seen = look(run)
    if output.as_json:
        output.json(brief(run, seen.facts, seen.state))
        return
    output.line(run.id)
    read = f"read to step {spaced(seen.facts.step)}"
    aside(f"{_judged(seen)} · {read} · see it: latentop attach {called(run)}", "faint")
    foreign_logs.tell_missing_losses(run)


def _judged(seen: Look) -> str:
    """The verdict in words; of alarms since when, of a warning which."""
    said, verdict = judgement.verdict(seen.facts, alive=False), seen.facts.verdict
    standing = [one for one in seen.alarms if one.cleared_step is None]
    names = [one for one in standing if verdict in (one.name, "warning")]
    if not names:
        return said
    since = f"{said} since step {spaced(names[0].began)}"
    return f"{since}: {names[0].name.replace('-', ' ')}" if verdict == "warning" else since
