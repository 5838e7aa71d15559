"""The command line: ``python -m benchmarks.features``; see the package."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path
from statistics import median

import torch

from benchmarks.__main__ import machine
from benchmarks.alarms.__main__ import TRACES
from benchmarks.alarms.collect import DATA
from benchmarks.alarms.image_sets import CPU, ImageSource, known
from benchmarks.features.failures import FAILURES
from benchmarks.features.maps import MAPS
from benchmarks.features.sensitivity import LETTERS, Sensitivity, sensitivity
from latentop.engine.data import Dataset, load
from latentop.presets.data import FashionMNIST

TRAINING = 0.4
"""Share of a set that features are taught on; samples come from the rest."""
SOURCES = {
    "digits": ImageSource(name="digits"),
    "made-30": ImageSource(name="made", modes=30),
    "made-200-tail": ImageSource(name="made", modes=200, tail=True),
    "emoji": ImageSource(name="emoji"),
}
NAMES = ("Fashion-MNIST", *SOURCES)
SEED = 5


def main(words: Sequence[str] | None = None) -> int:
    """Print a table for each set of images."""
    options = _parser().parse_args(words)
    print(f"`python -m benchmarks.features --seeds {options.seeds}`, {machine()}, one thread\n")
    print("Measures: " + ", ".join(f"{letter} {name}" for name, letter in LETTERS.items()))
    for name in options.only or NAMES:
        data = _data(name, options.place)
        size = "×".join(map(str, data.shape))
        print(f"\n{name}, {size}: taught on {len(data.train)}, {len(data.test)} others\n")
        print("| features | " + " | ".join(FAILURES) + " | gone class named | build | points | check |")
        print("|---" * (len(FAILURES) + 5) + "|")
        for features, build in MAPS.items():
            found = [sensitivity(data, build, seed) for seed in range(options.seeds)]
            print(f"| {features} | {_line(found)} |", flush=True)
    return 0


def _line(found: Sequence[Sensitivity]) -> str:
    """The middle one of the seeds in each cell."""
    cells = []
    for failure in FAILURES:
        ranked = sorted((one.moved[failure] for one in found), key=lambda moved: abs(moved[1]))
        measure, moved = ranked[len(ranked) // 2]
        cells.append(f"{moved:+.1f} {LETTERS[measure]}")
    named = median(one.named for one in found)
    counted = median(one.counted for one in found)
    return " | ".join(
        [
            *cells,
            "–" if isnan(named) else f"{named:.0%} of {counted:.0f}",
            f"{median(one.build for one in found):.2f} s",
            f"{median(one.mapping for one in found):.1f} ms",
            f"{median(one.check for one in found):.1f} ms for {found[0].samples}",
        ]
    )


def _data(name: str, place: Path) -> Dataset:
    """All images of a set in an order drawn by chance: the first teach features, the others are held out."""
    whole = load(FashionMNIST(), CPU) if name == NAMES[0] else known(SOURCES[name], place).dataset
    images, labels = torch.cat([whole.train, whole.test]), torch.cat([whole.train_labels, whole.test_labels])
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SEED))
    count = int(TRAINING * len(images))
    return replace(
        whole,
        train=images[order[:count]],
        train_labels=labels[order[:count]],
        test=images[order[count:]],
        test_labels=labels[order[count:]],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.features", description=__doc__)
    parser.add_argument("--only", action="append", default=[], choices=NAMES, help="these images only")
    parser.add_argument("--seeds", type=int, default=3, help="of what is taught and drawn")
    parser.add_argument("--place", type=Path, default=TRACES / DATA, help="where emoji are kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
