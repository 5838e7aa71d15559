"""The command line: ``python -m benchmarks.promises``; see the package."""

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from benchmarks.__main__ import machine
from benchmarks.promises.claims import Promise, worst
from benchmarks.promises.measure import measure
from benchmarks.promises.table import PROMISES, UNMEASURED

SEEDS = (42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
"""The preset's own first."""


def main(words: Sequence[str] | None = None) -> int:
    """Train what was asked for and print the table; 1 where a promise is broken."""
    words = sys.argv[1:] if words is None else words
    options = _parser().parse_args(words)
    known = {promise.preset: promise for promise in PROMISES}
    if unknown := [name for name in options.only if name not in known]:
        why = f": {UNMEASURED[unknown[0]]}" if unknown[0] in UNMEASURED else ""
        print(f"{unknown[0]} has no measured promise{why}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    wanted = [
        promise
        for promise in PROMISES
        if promise.preset in options.only or (not options.only and (options.slow or not promise.slow))
    ]
    seeds = SEEDS[: options.seeds]
    print(f"`{' '.join(['python -m benchmarks.promises', *words])}`, {machine()}\n")
    print(
        "| preset | promise | held | bound | worst | margin |",
        "|---|---|---|---|---|---|",
        sep="\n",
        flush=True,
    )
    broken = False
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        asked = [
            (
                promise,
                [
                    pool.submit(measure, promise.preset, place, seed, options.moved)
                    for place, seed in enumerate(seeds)
                ],
            )
            for promise in wanted
        ]
        for promise, runs in asked:
            rows, kept = table(promise, [run.result() for run in runs])
            print("\n".join(rows), flush=True)
            broken = broken or not kept
    if not options.only:
        print(
            "\n".join(f"| {name} | not measured: {why} | – | – | – | – |" for name, why in UNMEASURED.items())
        )
    return 1 if broken else 0


def table(promise: Promise, measured: Sequence[Sequence[float]]) -> tuple[list[str], bool]:
    """A row for each claim, of what every run measured; and whether all runs kept all of them."""
    rows, kept = [], True
    for claim, found in zip(promise.claims, zip(*measured, strict=True), strict=True):
        held = sum(claim.margin(one) > 1 for one in found)
        least = worst(claim, found)
        kept = kept and held == len(found)
        count = f"{held} of {len(found)}" if held == len(found) else f"**{held} of {len(found)}**"
        rows.append(
            f"| {promise.preset} | {claim.says} | {count} | {claim.bound:g} | {least:.3g} "
            f"| {claim.margin(least):.3g} |"
        )
    return rows, kept


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promises", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this preset only")
    parser.add_argument("--seeds", type=int, default=3, choices=range(1, len(SEEDS) + 1), metavar="N")
    parser.add_argument(
        "--moved", type=float, default=0.0, metavar="SIZE", help="noise in the initial weights"
    )
    parser.add_argument("--slow", action="store_true", help="also what takes more than five minutes a seed")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="trainings at once")
    return parser


if __name__ == "__main__":
    sys.exit(main())
