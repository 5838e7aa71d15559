"""Train autoencoders under a published notebook's conditions and set our validation losses beside its own.

    python -m benchmarks.reference [--only NAME]… [--quick] [--steps N] [--device auto] [--jobs N] [--seed N]

The reference: Géron, handson-ml3, chapter 17, as recorded in its notebook: Fashion-MNIST, pixels in [0, 1],
55 000 training images, the last 5 000 to validate on, mean squared error, Nadam at its default rate. Ours are
the shipped presets, trained by the real trainer; three of them let the rate fall to zero at the end.
``--quick`` trains two epochs on the small, embedded data, to see that everything works: its ratios mean
nothing.
"""

import argparse
import json
import multiprocessing
import platform
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from benchmarks.linear import pca_errors, pca_of_noisy
from benchmarks.notebook import COMPONENTS, NAMES, NOISY_PCA, ROWS, Model, Result, tables
from latentop.engine.data import load
from latentop.engine.objectives.denoising import Denoising
from latentop.engine.run.events import Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue
from latentop.presets.schema import Preset

_SLOWEST_FIRST = {"recurrent": 0, "convolutional": 1, "stacked": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds for every row of a table. ``steps`` is the most that a row trains; None: its epochs."""

    device: str
    seed: int
    quick: bool
    steps: int | None
    threads: int
    command: str


def main(words: Sequence[str] | None = None) -> int:
    """Train the rows that were asked for, print the tables, append every result to the output, if any."""
    words = sys.argv[1:] if words is None else words
    options = _parser().parse_args(words)
    if unknown := set(options.only) - set(NAMES):
        sys.exit(f"no row {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    conditions = Conditions(
        device=_device(options.device),
        seed=options.seed,
        quick=options.quick,
        steps=options.steps,
        threads=max(1, torch.get_num_threads() // options.jobs),
        command=" ".join(["python -m benchmarks.reference", *words]),
    )
    results = []
    # Spawned, since a forked process can't use a CUDA device.
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        asked = [pool.submit(measure, together, conditions) for together in _tasks(rows)]
        for done in as_completed(asked):
            for result in done.result():
                said = f"{result.name}: {result.ours:.5g} after {result.seconds:.0f} s"
                print(said, file=sys.stderr, flush=True)
                if options.output:
                    with options.output.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(asdict(result)) + "\n")
                results.append(result)
    print(tables(results))
    return 0


def _tasks(rows: Sequence[Model]) -> list[list[Model]]:
    """The rows of PCA together, since they share one decomposition; each of the others alone."""
    computed = [row for row in rows if row.components is not None]
    trained = [row for row in rows if row.components is None]
    trained.sort(key=lambda row: _SLOWEST_FIRST.get(row.name, 9))
    return [*([row] for row in trained), *([computed] if computed else [])]


def measure(rows: Sequence[Model], conditions: Conditions) -> list[Result]:
    """Train one row, or compute those of PCA, and return what they reached on the validation images."""
    torch.set_num_threads(conditions.threads)
    if rows[0].components is None:
        (row,) = rows
        return [_trained(row, conditions)]
    began = time.monotonic()
    dataset = load(_preset("stacked", rows[0].batch, conditions).data, torch.device(conditions.device))
    errors = pca_errors(dataset, [row.components or 0 for row in rows])
    sizes = (len(dataset.train), len(dataset.test))
    seconds = time.monotonic() - began
    return [
        _result(row, conditions, 0, {row.series: errors[row.components or 0]}, sizes, seconds) for row in rows
    ]


def _trained(row: Model, conditions: Conditions) -> Result:
    began = time.monotonic()
    preset = _preset(row.name, row.batch, conditions)
    device = torch.device(conditions.device)
    dataset = load(preset.data, device)
    # As many images as in the notebook, whose last batch of an epoch is smaller.
    steps = round(_epochs(row, conditions) * len(dataset.train) / row.batch)
    steps = min(steps, conditions.steps or steps)
    preset = catalogue.override(preset, [f"steps={steps}"])
    trainer = Trainer(preset, dataset, device, wall=time.time, clock=time.monotonic)
    series: dict[str, float] = {}
    for event in trainer.run():
        if isinstance(event, Scalars) and event.step == steps:
            series |= {name: float(value) for name, value in event.values.items()}
    if isinstance(trainer.objective, Denoising):
        series[NOISY_PCA] = pca_of_noisy(trainer.objective, dataset, COMPONENTS)
    sizes = (len(dataset.train), len(dataset.test))
    return _result(row, conditions, steps, series, sizes, time.monotonic() - began)


def _preset(name: str, batch: int, conditions: Conditions) -> Preset:
    words = [f"seed={conditions.seed}", f"batch={batch}", f"device={conditions.device}", "keep.frames=86400"]
    if name != "linear-pca":  # which has sixty points of its own
        words += ["data.size=small"] if conditions.quick else ["data.size=full", "data.held_out=5000"]
    return catalogue.load(catalogue.find(name), words)


def _epochs(row: Model, conditions: Conditions) -> int:
    return min(row.epochs, 2) if conditions.quick else row.epochs


def _result(
    row: Model,
    conditions: Conditions,
    steps: int,
    series: dict[str, float],
    sizes: tuple[int, int],
    seconds: float,
) -> Result:
    cuda = conditions.device == "cuda"
    where = torch.cuda.get_device_name() if cuda else f"{conditions.device}, {conditions.threads} threads"
    return Result(
        name=row.name,
        ours=series[row.series],
        reference=row.reference,
        epochs=_epochs(row, conditions),
        steps=steps,
        batch=row.batch,
        seed=conditions.seed,
        trained_on=sizes[0],
        validated_on=sizes[1],
        series=series,
        seconds=seconds,
        quick=conditions.quick,
        device=where,
        torch=torch.__version__,
        python=platform.python_version(),
        date=time.strftime("%Y-%m-%d"),
        command=conditions.command,
    )


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reference", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this row only")
    parser.add_argument("--quick", action="store_true", help="two epochs on the embedded data")
    parser.add_argument("--steps", type=int, metavar="N", help="at most so many steps a row")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="rows at once, each in a process")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--output", type=Path, metavar="FILE", help="JSON lines are appended to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
