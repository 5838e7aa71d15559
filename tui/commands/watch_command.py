"""``watch``: mirror what another program writes, and show it like a run of ours."""

import argparse
import shutil
import subprocess
import time
from argparse import Namespace
from collections.abc import Sequence

from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import script_start
from latentop.tui.commands import foreign_logs
from latentop.tui.commands.follow_loop import add_manner
from latentop.tui.commands.parser import Commands, add_screen
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.commands.train_command import attend_started
from latentop.tui.runs.glance import glance
from latentop.tui.runs.names import called

_SECONDS = 30.0
_LOOK_SECONDS = 0.05


def add(table: Commands) -> None:
    """The command of this family."""
    about = "mirror what another program writes, live: its log, and the sheets of samples that it saves"
    words = table.add("watch", _watch, about)
    foreign_logs.add_reading(words, "a log: a file or a folder; even one that is not there yet")
    words.add_argument(
        "--detach", action="store_true", help="print the run's name, and watch in the background"
    )
    add_manner(words)
    add_screen(words, argparse.SUPPRESS, argparse.SUPPRESS)


def _watch(options: Namespace, output: Output) -> int:
    started = []
    for log in foreign_logs.found(options, there=False):
        run, facts = foreign_logs.made(options, log, once=False)
        started.append((run, script_start.start(run, facts)))
    if options.detach:
        return _leave(started, output)
    return attend_started([run for run, _ in started], options, output)


_Started = tuple[RunFolder, "subprocess.Popen[bytes]"]


def _leave(started: Sequence[_Started], output: Output) -> int:
    """Name the runs that watch; the exit code is that of the first log that can't be watched."""
    watching, code = [], 0
    for run, process in started:
        error = _refusal(run, process)
        if error is None:
            watching.append(run)
        elif len(started) == 1:
            raise error
        else:
            aside(f"latentop: {error.message}", "critical")
            aside(f"  try: {error.hint}")
            code = code or error.exit_code
    for run in watching:
        if output.as_json:
            output.json({"run": run.id, "path": str(run.path)})
        else:
            output.line(run.id)
        foreign_logs.tell_missing_losses(run)
    if watching:
        see = f"see it: latentop attach {called(watching[-1])}"
        aside(f"watched in the background · {see}", "faint")
    return code


def _refusal(run: RunFolder, process: "subprocess.Popen[bytes]") -> UsageError | None:
    """Why the log of a run that was just started can't be watched, with no run left; None where it is.

    One that takes long to be read is left to itself.
    """
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        facts, state = glance(run)
        if state.name == "failed":
            process.wait()
            shutil.rmtree(run.path, ignore_errors=True)
            return UsageError(facts.error or "it can't be watched", facts.hint or "name another log")
        if state.name != "starting" or not state.alive:
            return None
        time.sleep(_LOOK_SECONDS)
    return None
