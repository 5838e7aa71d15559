"""Train presets for a while, and keep what the presets screen shows of each before it is trained here.

python docs/previews.py [--only NAME]… [--seconds 60] [--missing]
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from latentop.engine.data import load
from latentop.engine.run.events import Frame, Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue, preview
from latentop.presets.catalogue import Entry
from latentop.presets.data import Folder
from latentop.presets.preview import Preview

IMAGES, POINTS = 4, 96
"""Images of a step, and points of a curve."""
KINDS = (("samples", "real"), ("reconstruction", "input"))
"""What is shown, and what it should look like."""
FIRST = ("valid/reconstruction", "loss/generator", "loss/reconstruction")
SECOND = (
    "accuracy/fine-tuned",
    "diversity/coverage",
    "pca/angle",
    "kl/active-units",
    "codings/active-units",
    "loss/discriminator",
)
"""The series of the curves, the best to look at first."""
EARLY, MIDDLE = 0.02, 0.2
"""Of the steps trained: which pictures are shown beside the last."""
COLLAPSED = 0.7
"""Of the best coverage: where less is left, the best step is shown before the last."""
FEWEST, WARM_UP = 200, 20
"""Steps that are trained, however long they take; and those whose time says nothing of the others'."""
EVERY, PACE = 100, 100.0
"""Steps between two pictures; and steps to a second of the training's clock."""


@dataclass(kw_only=True)
class Course:
    """What a training said: every value by series, and some images of every frame by kind."""

    values: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    frames: dict[str, list[tuple[int, NDArray[np.uint8]]]] = field(default_factory=dict)
    real: NDArray[np.uint8] | None = None
    step: int = 0
    speed: float = 0.0
    """Steps a second, what it shows of itself left out."""


def train(entry: Entry, seconds: float) -> Course:
    """The preset's first steps, as many as take so many seconds of one core.

    The training's own clock is the number of its steps: how often it shows itself depends on no machine.
    """
    cpu = torch.device("cpu")
    preset = catalogue.load(entry, ["device=cpu", f"keep.frames={EVERY / PACE:g}"])
    trainer: Trainer | None = None

    def clock() -> float:
        return trainer.step / PACE if trainer is not None else 0.0

    trainer = Trainer(preset, load(preset.data, cpu), cpu, wall=clock, clock=clock)
    course, began = Course(), time.process_time()
    stepped, shown, each = began, True, list[float]()
    for event in trainer.run():
        if isinstance(event, Frame):
            course.frames.setdefault(event.kind, []).append((event.step, event.images[:IMAGES]))
        if not isinstance(event, Scalars):
            shown = True
            continue
        for name, value in event.values.items():
            course.values.setdefault(name, []).append((event.step, float(value)))
        if trainer.step == course.step:  # of what it shows, not of a step
            continue
        now = time.process_time()
        if not shown and trainer.step > WARM_UP:
            each.append(now - stepped)
        course.step, stepped, shown = trainer.step, now, False
        if now - began > seconds and trainer.step >= FEWEST:
            break
    course.speed = 1 / float(np.median(each))
    return course


def made(course: Course) -> Preview:
    """The preview of what was trained."""
    kind, real = next((kind, real) for kind, real in KINDS if kind in course.frames)
    frames, looked = course.frames[kind], course.frames.get(real, [])
    chosen = [min(frames, key=lambda one: abs(one[0] - step)) for step in stages(course)]
    chosen = list({step: (step, images) for step, images in chosen}.values())
    series = [next((name for name in names if name in course.values), "") for names in (FIRST, SECOND)]
    series = [name for name in series if name]
    return Preview(
        kind=kind,
        steps=tuple(step for step, _ in chosen),
        pictures=np.stack([images for _, images in chosen]),
        real=looked[0][1] if looked else chosen[0][1][:0],
        series=tuple(series),
        curves=np.stack([curve(course.values[name], course.step) for name in series]),
        trained=course.step,
        speed=course.speed,
    )


def stages(course: Course) -> Iterator[float]:
    """The steps to show: an early one, one between, the last; of what collapsed, the best before the last."""
    coverage = [(value, step) for step, value in course.values.get("diversity/coverage", [])]
    best = max(coverage, default=(0.0, 0))
    fallen = coverage and coverage[-1][0] < COLLAPSED * best[0]
    yield max(1.0, (EARLY if not fallen else EARLY / 2) * course.step)
    yield best[1] if fallen else MIDDLE * course.step
    yield course.step


def curve(values: list[tuple[int, float]], last: int) -> NDArray[np.float32]:
    """Means over equal spans of the steps; of a span without a value that before it, NaN at first."""
    means: list[float] = []
    at = np.array([step for step, _ in values])
    told = np.array([value for _, value in values])
    for number in range(POINTS):
        within = told[(at > last * number / POINTS) & (at <= last * (number + 1) / POINTS)]
        means.append(float(within.mean()) if within.size else means[-1] if means else np.nan)
    return np.array(means, dtype=np.float32)


def wanted(only: list[str], *, missing: bool) -> Iterator[Entry]:
    """The shipped presets to be trained."""
    for entry in catalogue.entries():
        own_images = (
            isinstance(catalogue.load(entry).data, Folder) if entry.group != catalogue.YOURS else True
        )
        named = entry.name in only if only else not (missing and preview.of(entry.name))
        if named and not own_images:
            yield entry


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--seconds", type=float, default=60.0, help="of one core, for each preset (60)")
    parser.add_argument("--missing", action="store_true", help="only those that have none")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for entry in wanted(options.only, missing=options.missing):
        course = train(entry, options.seconds)
        path = preview.write(entry.name, made(course))
        size = path.stat().st_size / 1000
        sys.stdout.write(f"{entry.name}: {course.step} steps, {course.speed:.1f} it/s, {size:.0f} kB\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
