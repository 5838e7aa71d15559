"""The command line: ``python -m benchmarks.alarms collect``, ``measure`` and ``replay``; see the package."""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import get_args

from benchmarks.alarms.collect import keep
from benchmarks.alarms.label import label
from benchmarks.alarms.measure import measure
from benchmarks.alarms.recipe import SEEDS, Kind, Recipe
from benchmarks.alarms.recipes import RECIPES
from benchmarks.alarms.replay import replay
from benchmarks.alarms.report import print_cases, print_kinds, print_tables
from benchmarks.alarms.run_trace import read
from benchmarks.alarms.score import Case
from latentop.presets.watch import MOVED

KINDS = get_args(Kind)
TRACES = Path(__file__).parent / "traces"


def main() -> None:
    """Collect traces, or replay them."""
    options = _parser().parse_args()
    match options.command:
        case "collect":
            _collect(options)
        case "measure":
            _measure(options)
        case _:
            _report(options)


def _collect(options: argparse.Namespace) -> None:
    if options.set and options.folder == TRACES:
        sys.exit("--set needs a --folder of its own: traces are named by recipe and seed alone")
    wanted = [recipe for recipe in _of_kinds(options.data) if not options.only or recipe.name in options.only]
    seeds = [int(seed) for seed in options.seeds.split(",")]
    missing = [
        (recipe, seed)
        for seed in seeds
        for recipe in wanted
        if not (options.folder / f"{recipe.name}-s{seed}.npz").exists()
    ]
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        waiting = [
            (recipe, seed, pool.submit(keep, recipe, seed, options.folder, options.set))
            for recipe, seed in missing
        ]
        for recipe, seed, done in waiting:
            print(f"{recipe.name} seed {seed}: {done.result()}", flush=True)


def _measure(options: argparse.Namespace) -> None:
    paths = sorted(options.folder.glob("*.npz"))
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        for path, said in zip(paths, pool.map(measure, paths), strict=True):
            print(f"{path.stem}: {said}", flush=True)


def _report(options: argparse.Namespace) -> None:
    recipes = {recipe.name: recipe for recipe in _of_kinds(options.data)}
    traces = [read(path) for path in sorted(options.folder.glob("*.npz"))]
    traces = [one for one in traces if one.recipe in recipes]
    traces = [one for one in traces if options.half in ("both", recipes[one.recipe].half(one.seed))]
    if not traces:
        sys.exit(f"no traces in {options.folder}: collect them first")
    words = [f"watch.sensitivity={options.sensitivity}"]
    cases = [Case(trace, label(trace), replay(trace, words)) for trace in traces]
    if options.cases:
        print_cases(cases)
    print(f"{len(cases)} runs, half: {options.half}\n")
    print_tables(cases)
    print_kinds({kind: [one for one in cases if recipes[one.trace.recipe].kind == kind] for kind in KINDS})


def _of_kinds(kinds: Sequence[str]) -> list[Recipe]:
    """Recipes on data of these kinds, or all."""
    return [recipe for recipe in RECIPES if not kinds or recipe.kind in kinds]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alarms", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    gather = commands.add_parser("collect", help="train every recipe from every seed")
    gather.add_argument("--only", action="append", default=[], metavar="NAME", help="this recipe only")
    gather.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    gather.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="in all of them")
    reread = commands.add_parser("measure", help="read the samples again, by the meter as it is now")
    for one in (gather, reread):
        one.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    again = commands.add_parser("replay", help="run the detectors over the traces")
    again.add_argument("--half", choices=("tune", "report", "both"), default="tune")
    again.add_argument("--sensitivity", choices=MOVED, default="normal")
    again.add_argument("--cases", action="store_true", help="what was said of every run")
    for one in (gather, again):
        one.add_argument(
            "--data", action="append", default=[], choices=KINDS, help="on this kind of data only"
        )
    for one in (gather, reread, again):
        one.add_argument("--folder", type=Path, default=TRACES)
    return parser


if __name__ == "__main__":
    main()
