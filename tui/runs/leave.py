"""What is asked and said when somebody leaves while runs are in training, or wait for it."""

from collections.abc import Mapping, Sequence

from latentop.engine.run.folder import RunFolder
from latentop.tui.model import run_state
from latentop.tui.model.plain_text import clean
from latentop.tui.runs.names import called
from latentop.tui.runs.run_liveness import liveness_of
from latentop.tui.screens.choice import Choice

STOP = "stop"
MOST_TOLD = 8
"""Runs that are told one by one; of more, how many there are."""


def question(runs: Sequence[RunFolder]) -> str:
    """What shall become of the runs, which are alive?"""
    if len(runs) == 1:
        state = liveness_of(runs[0])
        is_in = "is watched" if state.watched else f"is {run_state.state(state)}"
        return f"{runs[0].names[-1]} {is_in}. What shall become of it?"
    line, watched = len(_found(runs, "queued")), len(_watched(runs))
    counts = ((len(runs) - line - watched, "in training"), (line, "queued"), (watched, "watched"))
    told = ", ".join(f"{count} {state}" for count, state in counts if count)
    return f"{len(runs)} runs: {told}. What shall become of them?"


def answers(runs: Sequence[RunFolder]) -> tuple[Choice, Choice]:
    """To leave them be, and to end them: what that does to runs in training, paused ones and queued ones."""
    queued, watched = len(_found(runs, "queued")), len(_watched(runs))
    ends = "it ends after a checkpoint; latentop resume trains on"
    if watched == len(runs):
        goes_on, ends = "it is watched on", "it is watched no more; the program that trains is left alone"
        if watched > 1:
            goes_on, ends = "they are watched on", "none is watched any more; what trains them is left alone"
    elif queued == len(runs):
        goes_on, ends = "they begin when their turn comes", "they leave the queue and never begin"
        if queued == 1:
            goes_on, ends = "it begins when its turn comes", "it leaves the queue and never begins"
    elif queued:
        goes_on, ends = "all train on in their turn", "checkpoints are written; queued ones never begin"
    elif len(_found(runs, "paused")) == len(runs):
        goes_on = "it stays paused" if len(runs) == 1 else "they stay paused"
    else:
        goes_on = "training goes on"
    if 0 < watched < len(runs):
        ends += "; other programs' runs are watched no more"
    return (
        Choice(key="d", word="detach", does=f"{goes_on}; the way back is printed"),
        Choice(key="s", word=STOP, does=ends),
    )


def detached(runs: Sequence[RunFolder]) -> str:
    """For the terminal that is left: how to come back to each run, and how to end it."""
    ways = "Back to it: latentop attach {name}. End it: latentop stop {name}"
    others = {"queued": f"{{id}} waits its turn. {ways}", "paused": f"{{id}} stays paused. {ways}"}
    watched = "{id} is watched on. Back to it: latentop attach {name}. Watch it no more: latentop stop {name}"
    return _told(runs, f"{{id}} trains on. {ways}", others, watched)


def stopped(runs: Sequence[RunFolder]) -> str:
    """For the terminal that is left: how to train each run on."""
    others = {"queued": "{id} left the queue. Train it: latentop resume {name}"}
    watched = "{id} is watched no more. Watch it again: latentop resume {name}"
    return _told(runs, "{id} stops after a checkpoint. Train it on: latentop resume {name}", others, watched)


def _told(runs: Sequence[RunFolder], training: str, others: Mapping[str, str], watched: str) -> str:
    """A line for each run: as in training, as its state has it among the others, or as only watched."""
    states = [(run, liveness_of(run)) for run in runs[:MOST_TOLD]]
    told = [
        (watched if state.watched else others.get(state.name, training)).format(id=run.id, name=called(run))
        for run, state in states
    ]
    if len(runs) > MOST_TOLD:
        told.append(f"and {len(runs) - MOST_TOLD} more: latentop ls")
    return "\n".join(map(clean, told))


def _found(runs: Sequence[RunFolder], state: str) -> list[RunFolder]:
    return [run for run in runs if liveness_of(run).name == state]


def _watched(runs: Sequence[RunFolder]) -> list[RunFolder]:
    """Those that another program trains."""
    return [run for run in runs if liveness_of(run).watched]
