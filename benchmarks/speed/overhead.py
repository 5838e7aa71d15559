"""What recording and watching cost the training: the bare loop, a worker alone, one with a live dashboard.

The three train the same preset and take turns on the whole machine; each figure is the median of the ratios
of turns that followed one another.
"""

from contextlib import ExitStack
from functools import partial

from benchmarks.speed.rows import Budget, Row, at_least
from benchmarks.speed.stamps import of_log, of_run
from benchmarks.speed.starting import dashboard, family, loop, process_of, somewhere, worker
from benchmarks.speed.turns import Racer, ratios, take_turns

ALONE, WATCHED = 0.99, 0.96


def measure(budget: Budget) -> list[Row]:
    """Two rows a preset."""
    return [row for preset in budget.presets for row in _race(preset, budget)]


def _race(preset: str, budget: Budget) -> list[Row]:
    with somewhere() as folder, ExitStack() as stack:
        start = stack.enter_context
        log = folder / "bare"
        alone = start(worker(folder, preset, budget.overrides))
        bare = start(loop("bare", log, preset, *budget.overrides))
        watched = start(worker(folder / "watched", preset, budget.overrides))
        screen = start(dashboard(folder, "attach", watched.path))
        screen.wait_for("losses")
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
