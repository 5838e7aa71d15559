"""Which run a person means, and how a person names a run: one place for the command line and the dashboard.

Looking takes ``folder.find``. Who asks something of a worker means a run that lives; who wants to train on
means one that can.
"""

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from latentop.engine.run import folder
from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.tui.runs.run_liveness import liveness_of, resumable, trains


def called(run: RunFolder) -> str:
    """What a person types to name the run: its name, or its path where its folder is not the usual one."""
    return run.id if run.path.parent == folder.runs_folder(None) else shlex.quote(str(run.path))


def undated(run_id: str) -> str:
    """A run's name without day and time, for where only one can be meant: ``dcgan-s42``."""
    return re.sub(r"^\d{8}-\d{4}-", "", run_id)


def told_apart(names: Mapping[RunFolder, str]) -> dict[RunFolder, str]:
    """What to call each run where many are called: its name if it has one, else its id without the day.

    The time is left out, too, unless two would be called the same; the whole id is the last resort.
    """
    forms = {run: _forms(run, name) for run, name in names.items()}
    count = Counter(form for some in forms.values() for form in some)
    return {run: next((form for form in some if count[form] == 1), run.id) for run, some in forms.items()}


def _forms(run: RunFolder, name: str) -> list[str]:
    if name:
        return [name, f"{name} {undated(run.id)}", f"{name} {run.id}"]
    return [undated(run.id), run.id.partition("-")[2]] if len(run.names) > 1 else [run.id]


def to_ask(runs: Path, name: str | None) -> RunFolder:
    """The only living run of that name, in training before queued; the newest one where none is named.

    One that another program trains is meant only where it is named: it can't be asked. Where none lives it is
    the run that the name means, ended as it is. Raises UsageError where several live.
    """
    found = folder.matching(runs, name)
    states = {run: state for run in found if not (state := liveness_of(run)).watched or name}
    found = [*states] if states else found
    if training := [run for run in found if trains(states[run])]:
        return _only(training, name, " in training")
    if queued := [run for run in found if states[run].alive]:
        return _only(queued, name, " in line")
    if name:
        return folder.newest(found, name)
    raise UsageError(f"no run in {runs} is being trained", f"name one: the newest is {found[0].id}")


def to_train_on(runs: Path, name: str | None) -> RunFolder:
    """The run of that name, or of all, that can train on: a paused one, else the newest that ended early.

    One that failed would fail again: it is meant only where it is named. Where none can train on it is the
    run that the name means. Raises UsageError where several are paused.
    """
    found = [(run, liveness_of(run)) for run in folder.matching(runs, name)]
    paused = [run for run, state in found if state.name == "paused"]
    if paused:
        return _only(paused, name, " that are paused")
    ended = [
        run for run, state in found if resumable(run, state) is not None and (name or state.name != "failed")
    ]
    return folder.newest(ended or [run for run, _ in found], name)


def _only(found: list[RunFolder], name: str | None, are: str) -> RunFolder:
    if len(found) > 1 and name:
        raise folder.ambiguous(found, name, are)
    return found[0]


def all_named(names: Iterable[str], one: Callable[[str], RunFolder]) -> list[RunFolder]:
    """The runs that names mean, each once. Raises UsageError that tells of every name that means none."""
    found: dict[RunFolder, None] = {}
    wrong: dict[str, UsageError] = {}
    for name in names:
        try:
            found[one(name)] = None
        except UsageError as error:
            wrong[error.message] = error
    if wrong:
        raise UsageError("; ".join(wrong), next(iter(wrong.values())).hint)
    return list(found)
