"""How few images are enough to tell a failure? Real images, failures put in by hand, at several sizes.

    python -m benchmarks.few_images [--folder FOLDER] [--seeds N]

Fashion-MNIST, and a folder of class folders where one is named. For each size a set of so many images is
drawn, a tenth of it held out, and the meter built as in a run. Samples are images that are not in the set:
of all kinds (``sound``), of half of the kinds, or twenty prototypes with a little noise. What counts is
whether the watch, once armed, says so at each of the last of CHECKS checks of such samples.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from latentop.engine.data import load
from latentop.engine.run.chance import raised_below
from latentop.engine.watch.samples import diversity
from latentop.engine.watch.samples.diversity import DiversityMeter
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.presets.data import FashionMNIST, Folder
from latentop.presets.watch import DEFAULTS

SIZES = (200, 500, 2000, 10_000)
PROTOTYPES, NOISE = 20, 0.02
CHECKS = 72
"""More than the watch waits for copies of training images, which would be another failure."""
CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Images:
    """Real images ``(n, c, h, w)`` with labels ``(n,)`` of ``classes``."""

    name: str
    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionRow:
    """Of one set at one size: the chance in coverage, and of each failure how often it was told."""

    name: str
    size: int
    labelled: bool
    samples: int
    sigma: float
    alarm: float
    told: dict[str, float]
    coverage: dict[str, float]


def main(words: Sequence[str] | None = None) -> int:
    """Print the table."""
    options = _parser().parse_args(words)
    sets = [fashion()]
    if options.folder:
        sets.append(folder(options.folder))
    print(
        "| images | labels | set | a reading | σ of coverage | alarm below | " + " | ".join(FAILURES) + " |"
    )
    print("|---" * (6 + len(FAILURES)) + "|")
    for one in sets:
        for size in SIZES:
            if size > len(one.images) * 0.85:
                continue
            for labelled in (True, False):
                print(_line(measured(one, size, labelled=labelled, seeds=options.seeds)), flush=True)
    return 0


def measured(one: Images, size: int, *, labelled: bool, seeds: int) -> DetectionRow:
    """Build the meter of that many images from several seeds, and read each failure."""
    told: dict[str, list[bool]] = {name: [] for name in FAILURES}
    reached: dict[str, list[float]] = {name: [] for name in FAILURES}
    sigmas = []
    for seed in range(seeds):
        order = torch.randperm(len(one.images), generator=torch.Generator().manual_seed(seed))
        chosen, rest = order[:size], order[size:]
        meter = meter_of(one, chosen, labelled=labelled)
        sigmas.append(meter.chance["coverage"])
        for name, fail in FAILURES.items():
            readings = [meter.read(fail(one, rest, meter.samples, 100 * seed + draw)) for draw in range(6)]
            told[name].append(_told(readings))
            reached[name] += [reading.coverage.relative for reading in readings]
    sigma = sum(sigmas) / len(sigmas)
    return DetectionRow(
        name=one.name,
        size=size,
        labelled=labelled,
        samples=meter.samples,
        sigma=sigma,
        alarm=raised_below(DEFAULTS.diversity_alarm, sigma),
        told={name: sum(values) / len(values) for name, values in told.items()},
        coverage={name: sum(values) / len(values) for name, values in reached.items()},
    )


def _told(readings: Sequence[Reading]) -> bool:
    """Whether the watch says of such samples, once they were good, that they collapsed or lost modes."""
    collapse = Collapse(DEFAULTS)
    collapse._arming.armed = True
    collapse._lost._shown |= set(readings[0].presence)
    said = []
    for check in range(CHECKS):
        found = collapse.judge(readings[check % len(readings)], 10_000 + check)
        said.append({one.name for one in found if one.bad})
    return all(said[-len(readings) :])


def meter_of(one: Images, chosen: Tensor, *, labelled: bool) -> DiversityMeter:
    """As a run has it on the images in these places."""
    held_out, training = chosen[: len(chosen) // 10], chosen[len(chosen) // 10 :]
    return diversity.build(
        real=one.images[held_out],
        real_labels=one.labels[held_out],
        training=one.images[training],
        training_labels=one.labels[training],
        classes=one.classes if labelled else (),
    )


def _sound(one: Images, rest: Tensor, count: int, seed: int) -> Tensor:
    return one.images[some(rest, count, seed)]


def _half(one: Images, rest: Tensor, count: int, seed: int) -> Tensor:
    """Only the smallest classes, as long as they have half of the images together."""
    sizes = torch.bincount(one.labels, minlength=len(one.classes))
    order = sizes.argsort()
    kept = order[sizes[order].cumsum(0) <= 0.55 * len(one.labels)]
    return one.images[some(rest[torch.isin(one.labels[rest], kept)], count, seed)]


def _prototypes(one: Images, rest: Tensor, count: int, seed: int) -> Tensor:
    few = one.images[some(rest, PROTOTYPES, seed)]
    noise = torch.randn(count, *few.shape[1:], generator=torch.Generator().manual_seed(seed))
    return (few[torch.arange(count) % PROTOTYPES] + NOISE * noise).clamp(0, 1)


FAILURES: dict[str, Callable[[Images, Tensor, int, int], Tensor]] = {
    "sound": _sound,
    "half of the kinds gone": _half,
    "prototypes": _prototypes,
}


def some(places: Tensor, count: int, seed: int) -> Tensor:
    """So many of the places, drawn without repetition as far as there are enough."""
    order = torch.randperm(len(places), generator=torch.Generator().manual_seed(seed))
    return places[order[torch.arange(count) % len(order)]]


def fashion() -> Images:
    """Fashion-MNIST, all of it."""
    data = load(FashionMNIST(), CPU)
    images, labels = torch.cat([data.train, data.test]), torch.cat([data.train_labels, data.test_labels])
    return Images(name="Fashion-MNIST", images=images, labels=labels, classes=data.classes)


def folder(path: Path) -> Images:
    """The images of a folder of class folders."""
    data = load(Folder(path=str(path)), CPU)
    images, labels = torch.cat([data.train, data.test]), torch.cat([data.train_labels, data.test_labels])
    return Images(name=path.name, images=images, labels=labels, classes=data.classes)


def _line(row: DetectionRow) -> str:
    failures = [f"{row.told[name]:.0%} ({row.coverage[name]:.2f})" for name in FAILURES]
    labels = "yes" if row.labelled else "no"
    first = f"| {row.size} | {labels} | {row.name} | {row.samples} | {row.sigma:.3f} | {row.alarm:.2f} | "
    return first + " | ".join(failures) + " |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.few_images", description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder of class folders to try as well")
    parser.add_argument("--seeds", type=int, default=5, help="sets of each size")
    return parser


if __name__ == "__main__":
    sys.exit(main())
