"""``fork``: go on from a checkpoint of a run in a run of its own, with other settings."""

from argparse import Namespace

from latentop.engine.run import folder
from latentop.tui.commands.parser import LAST_STEP, Commands, whole
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.commands.train_command import add_attending, as_written, attend
from latentop.tui.model.number_text import spaced
from latentop.tui.runs import forks
from latentop.tui.runs.run_liveness import liveness_of, trains


def add(table: Commands) -> None:
    """The command of this family."""
    about = "a new run from a checkpoint of another one, with other settings; the parent goes on as it is"
    words = table.add("fork", _fork, about, run="newest")
    words.add_argument(
        "--at",
        metavar="STEP",
        type=whole(LAST_STEP),
        help="from the newest checkpoint up to this step (the newest one)",
    )
    add_attending(words)


def _fork(options: Namespace, output: Output) -> int:
    runs = folder.runs_folder(options.runs)
    parent = folder.find(runs, options.run)
    if options.at is None:
        forks.freshen(parent)
    fork = forks.begun(parent, options.at)
    with as_written(options, lambda: fork.preset) as words:
        fork = forks.with_words(fork, words)
    if options.at is None and fork.step < fork.facts.step:
        now = "is" if trains(liveness_of(parent)) else "was"
        was = f"{parent.id} {now} at step {spaced(fork.facts.step)}"
        aside(f"it begins at the last checkpoint, step {spaced(fork.step)}; {was}", "faint")
    return attend(forks.launch(runs, fork), options, output)
