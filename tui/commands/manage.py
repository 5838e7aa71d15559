"""``rename``, ``note`` and ``delete``: keep a folder of runs in order."""

from argparse import Namespace
from functools import partial
from pathlib import Path

from latentop.engine.run import deletion, folder, labels
from latentop.engine.run.folder import RunFolder
from latentop.tui.commands.agreement import agreed
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.model.number_text import megabytes
from latentop.tui.runs.names import all_named


def add(commands: Commands) -> None:
    """The commands of this family."""
    rename = commands.add(
        "rename", _rename, "give a run a name of your own; folder and id stay", run="needed"
    )
    rename.add_argument("name", metavar="NAME", help='what to call it; "" takes the name away')
    note = commands.add("note", _note, "write a line about a run, for the list of runs", run="needed")
    note.add_argument("text", metavar="TEXT", help='the note; "" takes it away')
    delete = commands.add("delete", _delete, "delete runs with all that they recorded")
    delete.add_argument("names", metavar="RUN", nargs="+", help="such as latentop ls lists them")
    delete.add_argument("--yes", action="store_true", help="don't ask")


def _rename(options: Namespace, output: Output) -> int:
    run = folder.find(folder.runs_folder(options.runs), options.run)
    name = labels.rename(run.database, options.name)
    return _told(output, run, "name", name, f"is called {name}" if name else "has no name of its own now")


def _note(options: Namespace, output: Output) -> int:
    run = folder.find(folder.runs_folder(options.runs), options.run)
    note = labels.annotate(run.database, options.text)
    return _told(output, run, "note", note, f"has the note: {note}" if note else "has no note now")


def _told(output: Output, run: RunFolder, key: str, value: str, words: str) -> int:
    if output.as_json:
        output.json({"run": run.id, key: value})
    else:
        output.line(f"{run.id} {words}")
    return 0


def _delete(options: Namespace, output: Output) -> int:
    runs = folder.runs_folder(options.runs)
    chosen = all_named(options.names, partial(_one, runs))
    for run in chosen:
        if wrong := deletion.refusal(runs, run):
            raise wrong
    sizes = {run: deletion.size(run) for run in chosen}
    if not options.yes and not _agreed(chosen, sum(sizes.values())):
        aside("nothing is deleted")
        return 1
    for run in chosen:
        deletion.delete(runs, run)
        if not output.as_json:
            output.line(f"{run.id} is deleted: {megabytes(sizes[run])}")
    if output.as_json:
        output.json([{"run": run.id, "bytes": sizes[run]} for run in chosen], indent=2)
    return 0


def _one(runs: Path, name: str) -> RunFolder:
    """The run that the name means, and no other: a guess is too vague for what can't be undone."""
    found = folder.meant(runs, name)
    if len(found) > 1:
        raise folder.ambiguous(found, name)
    return found[0]


def _agreed(chosen: list[RunFolder], size: int) -> bool:
    """Whether the person at the terminal agrees. Raises UsageError where there is none."""
    what = f"delete {', '.join(run.id for run in chosen)}"
    return agreed(what, [f"{what}: {megabytes(size)}, with checkpoints and images? It can't be undone."])
