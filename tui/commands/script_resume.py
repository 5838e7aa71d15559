"""``resume`` of a run that a script trains: the script is started again, once that is agreed to."""

from collections.abc import Sequence

from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import script_start
from latentop.engine.run.process.liveness import Liveness
from latentop.tui.commands.agreement import agreed
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.commands.status import advice
from latentop.tui.commands.worker_answer import await_worker
from latentop.tui.runs import script_resumption
from latentop.tui.runs.current_preset import start_again
from latentop.tui.runs.names import called
from latentop.tui.runs.run_liveness import resumable


def resume_script(
    run: RunFolder, facts: RunFacts, state: Liveness, words: Sequence[str], *, yes: bool, output: Output
) -> int:
    """Start the script of a run that ended early. Raises UsageError where it can't go on in that run."""
    if words:
        raise UsageError(
            f"resume --set {words[0]}: {run.id} gets its settings from its script",
            f"change it once it trains: latentop set {called(run)} {words[0]}",
        )
    if state.name == "finished" and facts.watches:
        raise UsageError(f"{run.id} was imported, once and for all", advice(run, facts, state))
    if state.name == "finished":
        raise UsageError(f"{run.id} is finished: its script came to its end", start_again(facts))
    step = resumable(run, state)
    if step is None:
        raise UsageError(f"{run.id} left no checkpoint to go on from", start_again(facts))
    script_start.check(run, facts)
    asked = [
        f"{run.id}: {script_resumption.question(facts, step)}",
        *(f"  {line}" for line in script_resumption.details(facts)),
    ]
    sure = yes or bool(facts.watches)  # to read a log is nothing to be agreed to
    if not sure and not agreed(f"resume {run.id}, which starts a script", asked):
        aside("nothing is started")
        return 1
    script_start.start(run, facts)
    return await_worker(run, facts, output)
