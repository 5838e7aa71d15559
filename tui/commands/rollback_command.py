"""``rollback``: go back to a good state of a run in training, or list those that there are."""

import time
from argparse import ArgumentTypeError, Namespace
from contextlib import closing

from latentop.engine.run import commands, folder
from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.good_states import is_after
from latentop.engine.run.store.reader import Reader
from latentop.tui.commands import worker_answer
from latentop.tui.commands.parser import LAST_STEP, Commands, whole
from latentop.tui.commands.standard_output import Output
from latentop.tui.model import remedies
from latentop.tui.model.number_text import age, spaced
from latentop.tui.model.plain_text import table
from latentop.tui.runs import rollback_suggestion
from latentop.tui.runs.glance import glance
from latentop.tui.runs.names import to_ask
from latentop.tui.runs.rollback_suggestion import FACTOR, HIGHEST_FACTOR, HIGHEST_SEED, judged


def add(table: Commands) -> None:
    """The command of this family."""
    about = "go back to the last good state of a run in training"
    words = table.add("rollback", _rollback, about, run="newest alive")
    known = "the newest good state up to that step (else the newest of before any standing alarm began)"
    words.add_argument("--to", metavar="STEP", type=whole(LAST_STEP), help=known)
    factor = f"times the learning rates of then, or of now where they are lower ({FACTOR:g})"
    words.add_argument("--lr-factor", metavar="F", type=_factor, help=factor)
    seed = "of other random numbers than followed then (another one than before)"
    words.add_argument("--seed", metavar="N", type=whole(HIGHEST_SEED), help=seed)
    same = "with the learning rates and the random numbers of then, but for what is named"
    words.add_argument("--as-then", action="store_true", help=same)
    words.add_argument("--list", action="store_true", help="only list what there is to go back to")


def _rollback(options: Namespace, output: Output) -> int:
    run = to_ask(folder.runs_folder(options.runs), options.run)
    if options.list:
        return _list(run, output)
    suggested = (
        {} if options.as_then else {"factor": FACTOR, "seed": rollback_suggestion.seed(glance(run)[0])}
    )
    wanted = {"step": options.to, "factor": options.lr_factor, "seed": options.seed}
    said = suggested | {name: value for name, value in wanted.items() if value is not None}
    return worker_answer.ask(run, "rollback", said, output)


def _list(run: RunFolder, output: Output) -> int:
    """A line for each good state, oldest first."""
    facts, state = glance(run)
    if not state.alive:
        raise worker_answer.nobody(run, "rollback", facts, state)
    commands.refuse_unable(run, facts, "rollback")
    with closing(Reader(run.database)) as reader:
        since = remedies.trouble_since(reader.alarms())
    if output.as_json:
        output.json([{**one._asdict(), "after_alarm": is_after(one, since)} for one in facts.snapshots])
        return 0
    if not facts.snapshots:
        raise UsageError(f"{run.id} has no good state to go back to", "they come while training goes well")
    now = time.time()
    rows = [("STEP", "AGE", "VERDICT")]
    rows += [(spaced(one.step), age(one.wall, now), judged(one, since)) for one in facts.snapshots]
    for line in table(rows, right=(0,)):
        output.line(line)
    return 0


def _factor(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= HIGHEST_FACTOR:
        raise ArgumentTypeError(f"{text!r} is not accepted: a number above 0 up to {HIGHEST_FACTOR:g}")
    return value
