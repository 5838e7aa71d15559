"""What does differentiable augmentation do for few images? A preset of a GAN of images, with and without it.

    python -m benchmarks.augmentation [--preset NAME] [--seconds N] [--every N] [--speed N] [--set KEY=VALUE]

Both train from the same seed, one after the other, so many seconds each. The watch looks at samples as in any
run, by a clock that counts steps, ``--speed`` of them a second. A row tells the means of the checks since the
row before: coverage, density and near copies, and the discriminator's accuracy. Alarms are told at the end.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean

import torch

from latentop.engine.data import load
from latentop.engine.linear_algebra import repeatable
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue

COLUMNS = ("diversity/coverage", "diversity/density", "diversity/copied", "accuracy/discriminator")
"""All are shares."""
CPU = torch.device("cpu")


@dataclass(slots=True, kw_only=True)
class Stretch:
    """What was read since the row before, and the alarms of the whole training."""

    values: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    alarms: list[str] = field(default_factory=list)

    def row(self, augment: str, step: int) -> str:
        """The means as a row, and begin anew."""
        told = [f"{mean(found):.0%}" if found else "–" for found in self.values.values()]
        for found in self.values.values():
            found.clear()
        return f"| {augment} | {step} | {' | '.join(told)} |"


def main(words: Sequence[str] | None = None) -> int:
    """Train both, and print rows as they come."""
    options = _parser().parse_args(words)
    print("| augment | step | coverage | density | copies | D accuracy |")
    print("|---" * 6 + "|", flush=True)
    told = [f"{augment}: {train(augment, options)}" for augment in ("diff", "none")]
    print("\n" + "\n".join(told))
    return 0


def train(augment: str, options: argparse.Namespace) -> str:
    """Train one of the two; return its alarms in words."""
    changes = [f"objective.augment={augment}", "keep.frames=86400", "device=cpu", *options.set]
    preset = catalogue.load(catalogue.find(options.preset), changes)
    dataset = load(preset.data, CPU)
    now, found = 0.0, Stretch()
    trainer = Trainer(preset, dataset, CPU, wall=lambda: now, clock=lambda: now)
    until, rows = time.monotonic() + options.seconds, 0
    with repeatable():
        for event in trainer.run():
            now = trainer.step / options.speed
            match event:
                case Scalars():
                    for name in found.values.keys() & event.values.keys():
                        found.values[name].append(float(event.values[name]))
                case AlarmRaised():
                    found.alarms.append(f"{event.name} at {event.step} ({event.severity})")
                case AlarmCleared():
                    found.alarms.append(f"{event.name} over at {event.step}")
            over = time.monotonic() > until
            if trainer.step // options.every > rows or (over and found.values[COLUMNS[0]]):
                rows = trainer.step // options.every
                print(found.row(augment, trainer.step), flush=True)
            if over:
                break
    return ", ".join(found.alarms) or "no alarm"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.augmentation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--preset", default="dcgan-few", help="which GAN of images (dcgan-few)")
    parser.add_argument("--seconds", type=float, default=660.0, help="that each of the two trains")
    parser.add_argument("--every", type=int, default=500, help="steps from row to row")
    parser.add_argument("--speed", type=float, default=10.0, help="steps that count as a second")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting")
    return parser


if __name__ == "__main__":
    sys.exit(main())
