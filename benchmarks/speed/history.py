"""Opening long runs: seconds to the full chart, memory, size on disk; a spike and a NaN must be seen.

Nobody keeps 10⁷ steps for a benchmark: the runs are written through the store as fast training would. The
run is opened from the list of runs, by Enter: the start of the program is in ``start``, not here.
"""

from benchmarks.speed import leet, long_run
from benchmarks.speed.processes import dashboard, somewhere
from benchmarks.speed.pty_recording import PLOTTED
from benchmarks.speed.rows import NONE, Budget, Row, at_most, said

SECONDS, MEGABYTES, BYTES_A_BIN = 0.5, 150.0, 40.0
ABOVE, NOT_A_NUMBER = "▴", "▼"
"""How the chart marks a value above its axis, and one that is not finite."""


def measure(budget: Budget) -> list[Row]:
    """Four rows a length."""
    shortest = min(budget.lengths)
    peers = {shortest: _leet(shortest)} if leet.there() else {}  # it takes seconds there already
    return [row for steps in budget.lengths for row in _open(steps, budget, *peers.get(steps, (NONE, NONE)))]


def _open(steps: int, budget: Budget, seconds: str, memory: str) -> list[Row]:
    opening, resident, marked = [], [], True
    with somewhere() as folder:
        run = long_run.write(folder / "runs", steps)
        for _ in range(budget.rounds):
            with dashboard(folder, "--runs", folder / "runs") as screen:
                screen.settle()
                pressed = screen.press("\r")
                drawn = screen.settle(since=pressed)
                screen.first(PLOTTED, pressed)
                opening.append(drawn - pressed)
                resident.append(screen.process.memory_info().rss / 1e6)
                text = screen.screen()
                marked = marked and ABOVE in text and NOT_A_NUMBER in text
        size, bins = run.database.stat().st_size, long_run.bins_of(run)
    name = said(steps)
    return [
        at_most(f"{name} steps: Enter to full chart", opening, SECONDS, "s", peer=seconds),
        at_most(f"{name} steps: resident memory", resident, MEGABYTES, "MB", peer=memory),
        at_most(
            f"{name} steps: on disk", [size / bins], BYTES_A_BIN, "bytes a bin", note=f"{size / 1e6:.1f} MB"
        ),
        Row(
            what=f"{name} steps: a spike of one step and one NaN",
            ours="drawn" if marked else "missing",
            target="drawn",
            met=marked,
        ),
    ]


def _leet(steps: int) -> tuple[str, str]:
    """LEET's seconds from its start to the full chart, and its memory, as words."""
    with somewhere() as folder:
        run, _ = leet.finished(folder / "wandb", steps)
        with leet.opened(run, folder) as viewer:
            drawn = viewer.settle(3.0)
            viewer.first(PLOTTED)
            memory = sum(one.memory_info().rss for one in viewer.family()) / 1e6
            return f"LEET, from its start: {said(drawn - viewer.began)} s", f"LEET: {said(memory)} MB"
