"""Watching what another program writes: from the command to the full chart, memory, a new line to the screen.

Two logs of a million rows: a CSV, and the lines that the DCGAN of PyTorch's examples prints. Who follows the
log is a process of its own, whose largest memory counts.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from benchmarks.speed.lag import shown_steps
from benchmarks.speed.processes import dashboard, somewhere
from benchmarks.speed.pty_recording import PLOTTED, Recording
from benchmarks.speed.rows import Budget, Row, at_most, percentile, said
from latentop.engine.run import folder as runs_folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import end, facts, wait_until

CHART, MEGABYTES, LINE_P50, LINE_P99 = 1.5, 200.0, 0.4, 0.6
EPOCH = 10_000
"""Batches of an epoch."""
BLOCK = 100_000
"""Rows that are made at once."""
PAUSE_SECONDS = 0.37
"""Between two lines; an odd time, so that they fall anywhere."""


def measure(budget: Budget) -> list[Row]:
    """Two rows a kind of log, and two for lines."""
    rows = [
        row
        for what, header, line in (("CSV", "step,G_loss,D_loss\n", _csv), ("text", "", _text))
        for row in _open(what, header, line, budget)
    ]
    return [*rows, *_lines(budget)]


def _csv(step: int) -> str:
    return f"{step},{1.5 + step % 7 / 10:.4f},{0.7 - step % 5 / 100:.4f}\n"


def _text(step: int) -> str:
    epoch, batch = divmod(step, EPOCH)
    losses = f"Loss_D: {0.7 - step % 5 / 100:.4f}\tLoss_G: {1.5 + step % 7 / 10:.4f}"
    return f"[{epoch}/200][{batch}/{EPOCH}]\t{losses}\tD(x): 0.8012\tD(G(z)): 0.2101 / 0.1034\n"


def _written(path: Path, header: str, line: Callable[[int], str], steps: range) -> None:
    with path.open("a") as file:
        file.write(header)
        for begin in range(steps.start, steps.stop, BLOCK):
            file.write("".join(map(line, range(begin, min(begin + BLOCK, steps.stop)))))


def _open(what: str, header: str, line: Callable[[int], str], budget: Budget) -> list[Row]:
    steps = min(1_000_000, budget.lengths[-1])
    opening, resident = [], []
    with somewhere() as folder:
        log = folder / "train.log"
        _written(log, header, line, range(1, steps + 1))
        for number in range(budget.rounds):
            runs = folder / f"runs-{number}"
            with dashboard(folder, "--runs", runs, "watch", log) as screen:
                run = _run_in(runs)
                try:
                    wait_until(lambda run=run: facts(run).step == steps)  # type: ignore[misc]
                    time.sleep(budget.settle)
                    opening.append(_full(screen, steps) - screen.began)
                    resident.append(_peak(run))
                finally:
                    end(run)
        size = log.stat().st_size / 1e6
    name = f"{said(steps)} rows of {what}"
    return [
        at_most(f"{name}: the command to the full chart", opening, CHART, "s", note=f"{size:.0f} MB"),
        at_most(f"{name}: largest memory of who reads them", resident, MEGABYTES, "MB"),
    ]


def _lines(budget: Budget) -> list[Row]:
    count = 2 * budget.keys
    with somewhere() as folder:
        log, runs = folder / "train.log", folder / "runs"
        _written(log, "", _text, range(1, 1001))
        with dashboard(folder, "--runs", runs, "watch", log) as screen:
            run = _run_in(runs)
            try:
                wait_until(lambda: facts(run).step == 1000)
                time.sleep(budget.settle)
                written = []
                for step in range(1001, 1001 + count):
                    _written(log, "", _text, range(step, step + 1))
                    written.append((time.time(), step))
                    time.sleep(PAUSE_SECONDS)
                time.sleep(2.0)
                shown = shown_steps(screen.screens())
            finally:
                end(run)
    behind = [min(when for when, at in shown if at >= step) - wrote for wrote, step in written]
    note = f"{count} lines"
    p50, p99 = percentile(behind, 50), percentile(behind, 99)
    row = partial(Row, note=note)
    return [
        row(
            what=f"a line written to the header, {name}",
            ours=f"{said(figure)} s",
            target=f"≤ {most} s",
            met=figure <= most,
        )
        for name, figure, most in (("p50", p50, LINE_P50), ("p99", p99, LINE_P99))
    ]


def _run_in(runs: Path) -> RunFolder:
    """The run that the command has made, once it says what it is."""

    def made() -> bool:
        with suppress(LatentopError, IndexError):
            return facts(runs_folder.every(runs)[0]).pid is not None
        return False

    wait_until(made)
    return runs_folder.every(runs)[0]


def _full(screen: Recording, steps: int) -> float:
    """When a chart was drawn and the header told the last step."""
    for when, text in screen.screens():
        if PLOTTED.search(text) and shown_steps([(when, text)])[-1:] == [(when, steps)]:
            return when
    raise ValueError(f"the chart of {steps} steps was never on the screen:\n{screen.screen()}")


def _peak(run: RunFolder) -> float:
    """The most memory that the process has had which writes the run, in megabytes."""
    status = Path(f"/proc/{facts(run).pid}/status").read_text()
    (peak,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    return peak * 1024 / 1e6
