"""How often real images themselves raise an alarm: what a perfect generator would be told by chance.

    python -m benchmarks.chance_alarms [--folder FOLDER] [--seeds N] [--checks N]

Fashion-MNIST, and a folder of class folders where one is named. For each size and seed a set of so many
images is drawn and the meter built as in a run. Then an armed watch reads as many checks of images that are
not in the set, at each sensitivity. Alarms that clear again count, too.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.few_images import SIZES, Images, fashion, folder, meter_of, some
from latentop.engine.run.events import AlarmRaised
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.verdict.alarms import Alarms
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.presets.watch import MOVED, Watch

EVERY = 50
"""Steps between checks."""


def main(words: Sequence[str] | None = None) -> int:
    """Print the table."""
    options = _parser().parse_args(words)
    sets = [fashion(), *([folder(options.folder)] if options.folder else [])]
    print(f"| set | images | checks | {' | '.join(MOVED)} |\n|---|---|---|{'---|' * len(MOVED)}")
    for one in sets:
        for size in SIZES:
            if size > len(one.images) * 0.85:
                continue
            told = {name: Counter[str]() for name in MOVED}
            for seed in range(options.seeds):
                readings = read(one, size, seed, options.checks)
                for name, found in told.items():
                    found.update(raised(readings, Watch(sensitivity=name)))  # type: ignore[arg-type]
            cells = [_cell(found) for found in told.values()]
            print(
                f"| {one.name} | {size} | {options.checks * options.seeds} | {' | '.join(cells)} |",
                flush=True,
            )
    return 0


def read(one: Images, size: int, seed: int, checks: int) -> list[Reading]:
    """So many readings of unseen images, by the meter of a set drawn by ``seed``."""
    order = torch.randperm(len(one.images), generator=torch.Generator().manual_seed(seed))
    meter = meter_of(one, order[:size], labelled=True)
    rest = order[size:]
    return [meter.read(one.images[some(rest, meter.samples, check)]) for check in range(checks)]


def raised(readings: Sequence[Reading], settings: Watch) -> list[str]:
    """The names of the alarms that an armed watch raises."""
    collapse, alarms = Collapse(settings.moved), Alarms(patience=settings.moved.patience)
    found = []
    for check, reading in enumerate(readings, start=1):
        events = alarms.update(collapse.judge(reading, EVERY * check), step=EVERY * check, wall=0.0)
        found += [event.name for event in events if isinstance(event, AlarmRaised)]
    return found


def _cell(found: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in found.items()) or "none"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chance_alarms", description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder of class folders to try as well")
    parser.add_argument("--seeds", type=int, default=4, help="sets of each size")
    parser.add_argument("--checks", type=int, default=500, help="of each set")
    return parser


if __name__ == "__main__":
    sys.exit(main())
