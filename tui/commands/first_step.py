"""For who starts a run and leaves it: whether it takes its first step, within a short while."""

import time
from contextlib import closing

from latentop.engine.run.folder import RunFolder
from latentop.tui.commands.follow_loop import moments, report
from latentop.tui.commands.standard_output import aside
from latentop.tui.commands.status import ending
from latentop.tui.runs.names import called

SECONDS = 30.0
"""A run that takes longer to start, as with many images or a download, is left to itself."""
_LOOK_SECONDS = 0.1


def await_first_step(run: RunFolder) -> int:
    """Wait until the run trains, and return 0; where it fails before, tell why and return its exit code."""
    until = time.monotonic() + SECONDS
    with closing(moments(run)) as looks:
        for moment in looks:
            facts, state = moment.facts, moment.state
            if state.name in ("finished", "stopped") or (facts.step > facts.parent_step and state.alive):
                return 0
            if ended := ending(run, facts, state, moment.alarms):
                return report(ended)
            if time.monotonic() > until:
                break
            time.sleep(_LOOK_SECONDS)
    aside(f"no step within {SECONDS:.0f} s: it goes on starting; see latentop show {called(run)}", "faint")
    return 0
