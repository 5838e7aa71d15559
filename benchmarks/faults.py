"""What runs live through: ``python -m benchmarks.faults [--faults N] [--seed N]``.

Strikes short real runs, one after another, with faults drawn at random (tests/training/faults.py), resumes
what is over, and looks after each one whether anything is missing (tests/training/ordeal.py). Prints a table
of them by kind. Exit code 1 where anything was lost, broken, left running or left unsaid.

Runs lie on a small disk mounted for the purpose, which faults fill; where none may be mounted, a limit on the
size of the worker's files stands for it.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random

import torch

from latentop.engine.run.folder import RunFolder
from tests.support.forkserver import ForkServer
from tests.support.real_runs import facts
from tests.terminal.full_disk import NAMESPACE, may_mount
from tests.training.faults import FAULTS, Fault, deal, kill
from tests.training.ordeal import STEADY, Outcome, begin, finish, suffer

A_RUN = 14
"""Faults that hit one run before it is let go to its end."""
DISK = "192m"


@dataclass(slots=True, kw_only=True)
class Story:
    """What has happened so far.

    ``broken`` are the last words of runs that could not be told to their end; ``left`` counts the processes
    of runs that finished.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    finished: int = 0
    left: int = 0

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.broken and not self.left and all(one.well for one in self.outcomes)


def strike(story: Story, runs: Path, number: int, seed: int) -> None:
    """Deal out so many faults, and note what becomes of the runs."""
    chance = Random(seed)
    faults, presets = deal(number, chance), cycle(STEADY)
    with closing(ForkServer()) as server:
        for first in range(0, number, A_RUN):
            run = begin(runs, next(presets))
            try:
                for fault in faults[first : first + A_RUN]:
                    _suffer(story, run, fault, chance, server)
                story.left += finish(run, server)
                story.finished += 1
            except Exception:
                story.broken.append(_last_words(run))
            finally:
                kill(run)


def _suffer(story: Story, run: RunFolder, fault: Fault, chance: Random, server: ForkServer) -> None:
    place, began = len(story.outcomes) + 1, time.monotonic()
    print(f"{place:4} {fault.name}", end="", file=sys.stderr, flush=True)
    outcome = suffer(run, fault, chance, server)
    story.outcomes.append(outcome)
    took = time.monotonic() - began
    print(f": {outcome.ended}, step {facts(run).step}, {took:.1f} s", file=sys.stderr)
    if not outcome.well:
        print(outcome, file=sys.stderr)


def _last_words(run: RunFolder) -> str:
    log = run.log.read_text(encoding="utf-8", errors="replace")[-2000:]
    return f"{traceback.format_exc()}\n{facts(run)}\n{log}"


def print_table(story: Story) -> None:
    """A row a kind, and what holds for all."""
    print(
        "| fault | struck | trains on | stopped | crashed | resumed | steps missing | integrity | orphans |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for fault in FAULTS:
        print(_row(fault.name, [one for one in story.outcomes if one.fault == fault.name]))
    print(_row("**all**", story.outcomes))
    lost = sorted(one.lost for one in story.outcomes if one.lost is not None)
    if lost:
        print(f"\nFrom the newest point to a worker's death: median {lost[len(lost) // 2]:.2f} s,", end=" ")
        print(f"at most {lost[-1]:.2f} s.")
    unsaid = sum(one.unsaid for one in story.outcomes)
    print(f"{story.finished} runs finished, {len(story.broken)} did not; {story.left} workers left; ", end="")
    print(f"{unsaid} resumptions did not say what they passed over.")


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    ended = Counter(one.ended for one in outcomes)
    unsound = sum(one.integrity != "ok" for one in outcomes)
    figures = (
        *(len(outcomes), ended["running"], ended["stopped"], ended["crashed"]),
        sum(one.resumed for one in outcomes),
        sum(one.missing for one in outcomes),
        f"{unsound} broken" if unsound else "ok",
        sum(one.orphans for one in outcomes),
    )
    return f"| {name} | " + " | ".join(map(str, figures)) + " |"


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--faults", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn (default: 1)")
    parser.add_argument("--disk", type=Path, help="where to mount a small disk (chosen by itself)")
    given = list(sys.argv[1:] if words is None else words)
    options = parser.parse_args(given)
    if options.disk is None:
        with tempfile.TemporaryDirectory() as folder:
            if may_mount():  # in a namespace of its own: the disk goes when that does
                command = [sys.executable, "-m", "benchmarks.faults", *given, "--disk", folder]
                return subprocess.run([*NAMESPACE, *command], check=False).returncode
            return report(Path(folder), options.faults, options.seed)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(options.disk)]
    subprocess.run(mount, check=True)
    return report(options.disk, options.faults, options.seed)


def report(runs: Path, faults: int, seed: int) -> int:
    """Strike, and print what became of it; 1 where anything is wrong."""
    began = time.monotonic()
    story = Story()
    try:
        strike(story, runs, faults, seed)
    except KeyboardInterrupt:
        story.broken.append("interrupted")
    print_table(story)
    print("\n".join(story.broken))
    machine = f"{platform.machine()}, {os.cpu_count()} processors, torch {torch.__version__}"
    print(f"{faults} faults, seed {seed}, {time.monotonic() - began:.0f} s, {machine}")
    return 0 if story.well and len(story.outcomes) == faults else 1


if __name__ == "__main__":
    sys.exit(main())
