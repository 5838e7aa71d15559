"""Start the script of a run again, in a session of its own, to go on in that run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from latentop.engine.run.commands import refuse_unable
from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.facts import RunFacts, told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness, worker_log
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.store.writer import say, write

RESUME = "LATENTOP_RESUME"
"""Of a script's environment: the folder of the run that it goes on in."""
STARTING = "the script is starting"
_TAKE_A_VALUE = ("-W", "-X", "--check-hash-based-pycs")
"""Options of Python whose value is the next word."""
_NOTEBOOK = "ipykernel_launcher"


def start(run: RunFolder, facts: RunFacts) -> "subprocess.Popen[bytes]":
    """Start the recorded command in its folder and environment; what it prints goes to ``worker.log``.

    The run is ``starting`` until the script has opened it. Raises UsageError as ``check`` does, and for a
    run that is not one's own; LatentopError where no process can be started, with the run as it was.
    """
    check(run, facts)
    command = started(facts)
    environment = {**facts.environment, RESUME: str(run.path.absolute())}
    detail = "" if facts.watches else STARTING
    beginning = told(state="starting", detail=detail, heartbeat=time.time(), pid=None, ended=None, died="")
    say(run.database, beginning)
    try:
        with launch.append_private(run.log) as log:
            log.write(f"{worker_log.BEGINS}: {shlex.join(command)}\n".encode())
            log.flush()
            process = launch.spawn(
                [*command], subprocess.DEVNULL, log, environment, directory=facts.directory
            )
    except (LatentopError, OSError):
        before = told(state=facts.state, detail=facts.detail, heartbeat=facts.heartbeat, pid=facts.pid)
        write(run.database, before | told(ended=facts.ended, died=facts.died))
        raise
    write(run.database, liveness.identity(process.pid))
    return process


def check(run: RunFolder, facts: RunFacts) -> None:
    """Raise UsageError where it is seen at once that the script can't be started again here."""
    refuse_foreign(run.path)
    refuse_unable(run, facts, "resume")
    by_hand = f"{RESUME}={shlex.quote(str(run.path.absolute()))} {shlex.join(startable(facts))}"
    folder, (python, *words) = Path(facts.directory), started(facts)
    if _NOTEBOOK in words:
        raise UsageError(
            f"{run.id} was trained in a notebook",
            f"run it again there: latentop.init(resume={str(run.path)!r})",
        )
    if not folder.is_dir():
        raise UsageError(
            f"{folder}, where the script of {run.id} was started, isn't there any more",
            f"start it from where it is now: {by_hand}",
        )
    path = facts.environment.get("PATH", os.environ.get("PATH"))
    if not shutil.which(str(folder / python) if os.sep in python else python, path=path):
        raise UsageError(
            f"{python}, which ran the script of {run.id}, isn't there any more",
            f"start it with any Python that has what it imports: {by_hand}",
        )
    script = _script(words)
    if script is None:
        raise UsageError(
            f"the script of {run.id} was typed, or came through a pipe: it is no file",
            f"start it by hand: {by_hand}",
        )
    if script and not (folder / script).exists():
        raise UsageError(
            f"{folder / script}, the script of {run.id}, isn't there any more",
            f"put it there, or start it from where it is now: {by_hand}",
        )


def gone(facts: RunFacts) -> str:
    """The Python that ran the script, where that is a path at which there is none any more; else empty.

    Where the folder of the script is gone, nobody knows of a Python that lay below it.
    """
    python, folder = facts.command[0], Path(facts.directory)
    unknown = os.sep not in python or not (Path(python).is_absolute() or folder.is_dir())
    there = unknown or shutil.which(str(folder / python))
    return "" if there else python


def startable(facts: RunFacts) -> tuple[str, ...]:
    """The recorded command, with ``python`` in the place of one that isn't there any more."""
    return ("python", *facts.command[1:]) if gone(facts) else facts.command


def started(facts: RunFacts) -> tuple[str, ...]:
    """What is started: the recorded command; where its Python is gone, a log is read by that of who asks."""
    return (sys.executable, *facts.command[1:]) if facts.watches and gone(facts) else facts.command


def _script(words: list[str]) -> str | None:
    """The file that Python was told to run; empty for a module or a text, None where it read its input."""
    rest = iter(words)
    for word in rest:
        if word in _TAKE_A_VALUE:
            next(rest, None)
        elif word.startswith(_TAKE_A_VALUE):
            continue
        elif re.match("-[A-Za-z]*[mc]", word):
            return ""
        elif word == "-":
            return None
        elif not word.startswith("-"):
            return word
    return None
