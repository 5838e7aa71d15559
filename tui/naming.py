"""Which run a person means, and how a person names a run: one place for the command line and the dashboard.

Looking takes ``folder.find``. Who asks something of a worker means a run that lives; who wants to train on
means one that can.
"""

import re
import shlex
from pathlib import Path

from engine.run import folder
from engine.run.errors import UsageError
from engine.run.folder import RunFolder
from tui.living import liveness_of, resumable, trains


def called(run: RunFolder) -> str:
    """What a person types to name the run: its name, or its path where its folder is not the usual one."""
    return run.id if run.path.parent == folder.runs_folder(None) else shlex.quote(str(run.path))


def undated(run_id: str) -> str:
    """A run's name without day and time, for where only one can be meant: ``dcgan-s42``."""
    return re.sub(r"^\d{8}-\d{4}-", "", run_id)


def to_ask(runs: Path, name: str | None) -> RunFolder:
    """The only living run of that name, in training before queued; the newest one where none is named.

    Where none lives it is the run that the name means, ended as it is. Raises UsageError where several live.
    """
    found = folder.matching(runs, name)
    states = {run: liveness_of(run) for run in found}
    if training := [run for run in found if trains(states[run])]:
        return _only(training, name, " in training")
    if queued := [run for run in found if states[run].alive]:
        return _only(queued, name, " in line")
    if name:
        return folder.newest(found, name)
    raise UsageError(f"no run in {runs} is being trained", f"name one: the newest is {found[0].id}")


def to_train_on(runs: Path, name: str | None) -> RunFolder:
    """The run of that name, or of all, that can train on: a paused one, else the newest that ended early.

    Where none can it is the run that the name means. Raises UsageError where several are paused.
    """
    found = [(run, liveness_of(run)) for run in folder.matching(runs, name)]
    paused = [run for run, state in found if state.name == "paused"]
    if paused:
        return _only(paused, name, " that are paused")
    ended = [run for run, state in found if resumable(run, state) is not None]
    return folder.newest(ended or [run for run, _ in found], name)


def _only(found: list[RunFolder], name: str | None, are: str) -> RunFolder:
    if len(found) > 1 and name:
        raise folder.ambiguous(found, name, are)
    return found[0]
