"""What one has to know before the script of a run is started again: what is run, where, from which step."""

import os
import shlex

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process import script_start
from latentop.tui.model.number_text import spaced


def question(facts: RunFacts, step: int) -> str:
    """Whether it shall go on from its checkpoint of that step; 0: begin."""
    if facts.watches:
        return f"Watch {facts.watches} again?"
    if not step:
        return "Start its script again? It has recorded nothing yet."
    lost = f"; it was at step {spaced(facts.step)}" if facts.step > step else ""
    return f"Start its script again? It goes on from its checkpoint of step {spaced(step)}{lost}."


def details(facts: RunFacts) -> list[str]:
    """The command, its folder, and what of its environment is otherwise than here."""
    others = {name: value for name, value in facts.environment.items() if os.environ.get(name) != value}
    same = len(facts.environment) - len(others)
    lines = [shlex.join(script_start.started(facts)), f"in {facts.directory}"]
    lines += [f"with {name}={value}" for name, value in others.items()]
    return [*lines, f"with {same} more variables as they are here"] if same else lines
