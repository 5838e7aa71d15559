"""``fork``: go on from a checkpoint of a run in a run of its own, with other settings."""

from argparse import Namespace

from engine.run import folder
from tui import forking
from tui.commands.output import Output
from tui.commands.parser import Commands
from tui.commands.training import add_attending, as_written, attend


def add(table: Commands) -> None:
    """The command of this family."""
    about = "a new run from a checkpoint of another one, with other settings; the parent goes on as it is"
    words = table.add("fork", _fork, about, run="newest")
    words.add_argument(
        "--at", metavar="STEP", type=int, help="from the newest checkpoint up to this step (the newest one)"
    )
    add_attending(words)


def _fork(options: Namespace, output: Output) -> int:
    runs = folder.runs_folder(options.runs)
    parent = folder.find(runs, options.run)
    if options.at is None:
        forking.freshen(parent)
    fork = forking.begun(parent, options.at)
    with as_written(options) as words:
        fork = forking.with_words(fork, words)
    return attend(forking.launch(runs, fork), options, output)
