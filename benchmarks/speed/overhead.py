"""What recording and watching cost the training: the bare loop, a worker alone, one with a live dashboard.

The three train the same preset and take turns on the whole machine; each figure is the median of the ratios
of turns that followed one another.
"""

from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec

from benchmarks.speed.processes import dashboard, family, loop, process_of, somewhere, worker
from benchmarks.speed.rows import Budget, Row, at_least
from benchmarks.speed.step_times import of_log, of_run
from benchmarks.speed.turns import Racer, ratios, take_turns

ALONE, WATCHED, SCRIPT = 0.99, 0.96, 0.98


def measure(budget: Budget) -> list[Row]:
    """Two rows a preset, and one for the loop of a tutorial that has become a run."""
    return [row for preset in budget.presets for row in _race(preset, budget)] + _scripts(budget)


def _scripts(budget: Budget) -> list[Row]:
    """The tutorial's DCGAN with the three lines of ``import latentop``, and without."""
    if find_spec("tqdm") is None:
        return []
    with somewhere() as folder, ExitStack() as stack:
        logs = folder / "without", folder / "with"
        without = stack.enter_context(loop("tutorial", logs[0], "dcgan", *budget.overrides))
        logged = stack.enter_context(loop("script", logs[1], folder / "runs", "dcgan", *budget.overrides))
        racers = [
            Racer("without", partial(family, without), partial(of_log, logs[0])),
            Racer("with", partial(family, logged), partial(of_log, logs[1])),
        ]
        take_turns(racers, budget.rounds, budget.slice)
        peer = f"without {sorted(racers[0].speeds())[len(racers[0].turns) // 2]:.1f} steps/s"
        what = "a script's own DCGAN: with latentop : without"
        return [at_least(what, ratios(racers[1], racers[0]), SCRIPT, peer=peer)]


def _race(preset: str, budget: Budget) -> list[Row]:
    with somewhere() as folder, ExitStack() as stack:
        start = stack.enter_context
        log = folder / "bare"
        alone = start(worker(folder, preset, budget.overrides))
        bare = start(loop("bare", log, preset, *budget.overrides))
        watched = start(worker(folder / "watched", preset, budget.overrides))
        screen = start(dashboard(folder, "attach", watched.path))
        screen.wait_for("recent means")  # of whichever chart is the first
        racers = [
            Racer("the bare loop", partial(family, bare), partial(of_log, log)),
            Racer("the worker", partial(process_of, alone), partial(of_run, alone)),
            Racer(
                "the watched worker",
                lambda: [*process_of(watched), *screen.family()],
                partial(of_run, watched),
            ),
        ]
        take_turns(racers, budget.rounds, budget.slice)
        one, other, third = racers
        peer = f"bare {sorted(one.speeds())[len(one.turns) // 2]:.1f} steps/s"
        return [
            at_least(f"{preset}: worker, nobody watching : bare loop", ratios(other, one), ALONE, peer=peer),
            at_least(f"{preset}: with a live dashboard : bare loop", ratios(third, one), WATCHED, peer=peer),
        ]
