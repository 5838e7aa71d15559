"""What is asked and said when somebody leaves while runs are in training."""

from collections.abc import Sequence

from engine.run.folder import RunFolder
from tui import states
from tui.living import liveness_of
from tui.naming import called
from tui.screens.choice import Choice
from tui.wording import printable

DETACH = Choice(key="d", word="detach", does="training goes on; the way back is printed")
STOP = Choice(key="s", word="stop", does="it ends after a checkpoint; latentop resume trains on")


def question(runs: Sequence[RunFolder]) -> str:
    """What shall become of the runs, which are alive?"""
    if len(runs) > 1:
        return f"{', '.join(run.id for run in runs)} are in training. What shall become of them?"
    return f"{runs[0].names[-1]} is {states.state(liveness_of(runs[0]))}. What shall become of it?"


def detached(runs: Sequence[RunFolder]) -> str:
    """For the terminal that is left: how to come back to each run, and how to end it."""
    return _told(runs, "{id} trains on. Back to it: latentop attach {name}. End it: latentop stop {name}")


def stopped(runs: Sequence[RunFolder]) -> str:
    """For the terminal that is left: how to train each run on."""
    return _told(runs, "{id} stops after a checkpoint. Train it on: latentop resume {name}")


def _told(runs: Sequence[RunFolder], words: str) -> str:
    return "\n".join(printable(words.format(id=run.id, name=called(run))) for run in runs)
