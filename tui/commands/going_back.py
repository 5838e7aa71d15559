"""``rollback``: go back to a good state of a run in training, or list those that there are."""

import time
from argparse import ArgumentTypeError, Namespace
from dataclasses import asdict
from functools import partial

from engine.run import folder
from engine.run.errors import UsageError
from engine.run.folder import RunFolder
from tui import going_back
from tui.commands import asking
from tui.commands.output import Output, table
from tui.commands.parser import Commands
from tui.going_back import FACTOR, HIGHEST_FACTOR, HIGHEST_SEED
from tui.looking import glance
from tui.naming import to_ask
from tui.wording import age, spaced


def add(commands: Commands) -> None:
    """The command of this family."""
    about = "go back to the last good state of a run in training"
    words = commands.add("rollback", _rollback, about, run="newest alive")
    known = "the newest good state up to that step (else the last one of before the trouble began)"
    words.add_argument("--to", metavar="STEP", type=partial(_whole, highest=10**9), help=known)
    factor = f"times the learning rates of then, or of now where they are lower ({FACTOR:g})"
    words.add_argument("--lr-factor", metavar="F", type=_factor, help=factor)
    seed = "of other random numbers than followed then (another one than before)"
    words.add_argument("--seed", metavar="N", type=partial(_whole, highest=HIGHEST_SEED), help=seed)
    same = "with the learning rates and the random numbers of then, but for what is named"
    words.add_argument("--as-then", action="store_true", help=same)
    words.add_argument("--list", action="store_true", help="only list what there is to go back to")


def _rollback(options: Namespace, output: Output) -> int:
    run = to_ask(folder.runs_folder(options.runs), options.run)
    if options.list:
        return _list(run, output)
    suggested = {} if options.as_then else {"factor": FACTOR, "seed": going_back.seed(glance(run)[0])}
    wanted = {"step": options.to, "factor": options.lr_factor, "seed": options.seed}
    said = suggested | {name: value for name, value in wanted.items() if value is not None}
    return asking.ask(run, "rollback", said, output)


def _list(run: RunFolder, output: Output) -> int:
    """A line for each good state, oldest first."""
    facts, state = glance(run)
    if not state.alive:
        raise asking.nobody(run, "rollback", facts, state)
    if output.as_json:
        output.json([asdict(one) for one in facts.snapshots])
        return 0
    if not facts.snapshots:
        raise UsageError(f"{run.id} has no good state to go back to", "they come while training goes well")
    now = time.time()
    rows = [("STEP", "AGE", "VERDICT")]
    rows += [(spaced(one.step), age(one.wall, now), one.verdict) for one in facts.snapshots]
    for line in table(rows, right=frozenset({0})):
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


def _whole(text: str, *, highest: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= highest:
        raise ArgumentTypeError(f"{text!r} is not accepted: a whole number from 0 to {highest}")
    return value
