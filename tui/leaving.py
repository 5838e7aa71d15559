"""What is asked and said when somebody leaves while runs are in training, or wait for it."""

from collections.abc import Mapping, Sequence

from engine.run.folder import RunFolder
from tui import states
from tui.living import liveness_of
from tui.naming import called
from tui.screens.choice import Choice
from tui.wording import printable

STOP = "stop"
MOST_TOLD = 8
"""Runs that are told one by one; of more, how many there are."""


def question(runs: Sequence[RunFolder]) -> str:
    """What shall become of the runs, which are alive?"""
    if len(runs) == 1:
        return f"{runs[0].names[-1]} is {states.state(liveness_of(runs[0]))}. What shall become of it?"
    line = len(_found(runs, "queued"))
    counts = ((len(runs) - line, "in training"), (line, "queued"))
    told = ", ".join(f"{count} {state}" for count, state in counts if count)
    return f"{len(runs)} runs: {told}. What shall become of them?"


def answers(runs: Sequence[RunFolder]) -> tuple[Choice, Choice]:
    """To leave them be, and to end them: what that does to runs in training, paused ones and queued ones."""
    queued = len(_found(runs, "queued"))
    ends = "it ends after a checkpoint; latentop resume trains on"
    if queued == len(runs):
        goes_on, ends = "they begin when their turn comes", "they leave the queue and never begin"
        if queued == 1:
            goes_on, ends = "it begins when its turn comes", "it leaves the queue and never begins"
    elif queued:
        goes_on, ends = "all train on in their turn", "checkpoints are written; queued ones never begin"
    elif len(_found(runs, "paused")) == len(runs):
        goes_on = "it stays paused" if len(runs) == 1 else "they stay paused"
    else:
        goes_on = "training goes on"
    return (
        Choice(key="d", word="detach", does=f"{goes_on}; the way back is printed"),
        Choice(key="s", word=STOP, does=ends),
    )


def detached(runs: Sequence[RunFolder]) -> str:
    """For the terminal that is left: how to come back to each run, and how to end it."""
    ways = "Back to it: latentop attach {name}. End it: latentop stop {name}"
    others = {"queued": f"{{id}} waits its turn. {ways}", "paused": f"{{id}} stays paused. {ways}"}
    return _told(runs, f"{{id}} trains on. {ways}", others)


def stopped(runs: Sequence[RunFolder]) -> str:
    """For the terminal that is left: how to train each run on."""
    others = {"queued": "{id} left the queue. Train it: latentop resume {name}"}
    return _told(runs, "{id} stops after a checkpoint. Train it on: latentop resume {name}", others)


def _told(runs: Sequence[RunFolder], training: str, others: Mapping[str, str]) -> str:
    """A line for each run: as in training, or as its state has it among the others."""
    told = [
        others.get(liveness_of(run).name, training).format(id=run.id, name=called(run))
        for run in runs[:MOST_TOLD]
    ]
    if len(runs) > MOST_TOLD:
        told.append(f"and {len(runs) - MOST_TOLD} more: latentop ls")
    return "\n".join(map(printable, told))


def _found(runs: Sequence[RunFolder], state: str) -> list[RunFolder]:
    return [run for run in runs if liveness_of(run).name == state]
