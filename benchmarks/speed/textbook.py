"""How fast training is beside the loop of every tutorial and beside Lightning: the same networks and batches.

The worker records, watches and draws meanwhile, with nobody looking. The peers have their progress bars in a
terminal, and threads that sleep while they wait, as the worker's do: by default they would be slower still.
"""

from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from statistics import median

from benchmarks.speed.processes import family, loop, process_of, somewhere, worker
from benchmarks.speed.rows import NONE, Budget, Row, at_least, said
from benchmarks.speed.step_times import of_log, of_run
from benchmarks.speed.turns import Racer, ratios, take_turns

PRESETS = ("dcgan", "stacked")
TARGET = 1.5
PEERS = (
    ("tutorial", "tqdm", "the tutorial's loop"),
    ("lightning_fit", "lightning", "Lightning"),
)


def measure(budget: Budget) -> list[Row]:
    """A row for each preset and peer."""
    return [row for preset in budget.presets if preset in PRESETS for row in _race(preset, budget)]


def _race(preset: str, budget: Budget) -> list[Row]:
    there = [peer for peer in PEERS if find_spec(peer[1])]
    rows = [
        Row(what=f"{preset}: worker : {name}", ours=NONE, note=f"{module} is not installed")
        for _, module, name in PEERS
        if not find_spec(module)
    ]
    with somewhere() as folder, ExitStack() as stack:
        run = stack.enter_context(worker(folder, preset, budget.overrides))
        ours = Racer("the worker", partial(process_of, run), partial(of_run, run))
        racers = []
        for module, _, name in there:
            log = folder / module
            started = loop(module, log, preset, *budget.overrides, shown=True)
            process = stack.enter_context(started)
            racers.append(Racer(name, partial(family, process), partial(of_log, log)))
        take_turns([ours, *racers], budget.rounds, budget.slice)
        for racer in racers:
            peer = f"{said(median(racer.speeds()))} steps/s"
            what = f"{preset}: worker : {racer.name}"
            rows.append(at_least(what, ratios(ours, racer), TARGET, "×", peer=peer))
    return rows
