"""The command line: ``python -m benchmarks.logs [collect]``; see the package."""

import argparse
from pathlib import Path

import torch

from benchmarks.logs.judge import judged
from benchmarks.logs.loops import LOOPS
from benchmarks.logs.report import print_cases, print_tables
from benchmarks.logs.score import Case
from benchmarks.logs.shown import shown
from benchmarks.logs.trace import read, save
from benchmarks.logs.train import train
from benchmarks.logs.truth import truths

TRACES = Path(__file__).parent / "traces"


def main() -> None:
    """Train what was not trained yet, and judge all of it."""
    options = _parser().parse_args()
    torch.set_num_threads(options.threads)
    for loop in LOOPS:
        path = options.folder / f"{loop.name}.npz"
        if not path.exists() and (not options.only or loop.name in options.only):
            traces = train(loop)
            save(traces, path)
            print(f"{loop.name}: {sum(one.seconds for one in traces):.0f} s", flush=True)
    if options.command == "collect":
        return
    cases: list[Case] = []
    for place, loop in enumerate(LOOPS):
        path = options.folder / f"{loop.name}.npz"
        if path.exists():
            traces = read(path)
            true = truths(traces)
            plain = shown(traces, critic=loop.family == "wasserstein")
            cases += [
                Case(one, loop.family, true[trace.name], trace.name in plain)
                for trace in traces
                if options.half in ("both", half(trace.member))
                for one in judged(trace, place + trace.member)
            ]
    if options.cases:
        print_cases(cases)
    print(f"{len(cases)} logs, half: {options.half}\n")
    print_tables(cases)


def half(member: int) -> str:
    """Which half a member is of: each has as many tame ones as wild ones."""
    return "tune" if member // 2 % 2 == 0 else "report"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.logs", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("collect", "judge"), default="judge")
    parser.add_argument("--half", choices=("tune", "report", "both"), default="report")
    parser.add_argument("--only", action="append", default=[], metavar="LOOP", help="train this loop only")
    parser.add_argument("--cases", action="store_true", help="what was said of every log")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=TRACES)
    return parser


if __name__ == "__main__":
    main()
