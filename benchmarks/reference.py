"""Train autoencoders under a published notebook's conditions and set our validation losses beside its own.

    python -m benchmarks.reference [--only NAME]… [--quick] [--device auto] [--jobs N] [--seed N]

The reference: Géron, handson-ml3, chapter 17, as recorded in its notebook: Fashion-MNIST, pixels in [0, 1],
55 000 training images, the last 5 000 to validate on, mean squared error, Nadam at its default rate. Ours are
the shipped presets, trained by the real trainer. ``--quick`` trains two epochs on the small, embedded data,
to see that everything works: its ratios mean nothing.
"""

import argparse
import json
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from engine.data import Dataset, load
from engine.run.events import Scalars
from engine.trainer import Trainer
from presets import catalogue

OUTPUT = Path(__file__).parent / "reference.jsonl"
COMPONENTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model of the notebook: which preset, how long, which of our series its recorded loss is."""

    name: str
    epochs: int
    reference: float
    series: str = "valid/reconstruction"
    batch: int = 32
    note: str = ""


ROWS = (
    Row(name="pca-30", epochs=0, reference=0.01570, note="computed, not trained"),
    Row(name="stacked", epochs=20, reference=0.0132),
    Row(name="convolutional", epochs=10, reference=0.0121),
    Row(name="recurrent", epochs=10, reference=0.0104),
    Row(name="denoising-dropout", epochs=10, reference=0.0166, series="valid/given-clean"),
    Row(name="sparse-l1", epochs=10, reference=0.0111, series="valid/loss", note="penalty included"),
    Row(name="sparse-kl", epochs=10, reference=0.0099, series="valid/loss", note="penalty included"),
    Row(name="vae", epochs=25, reference=0.0311, series="valid/loss", batch=128, note="KL / 784 included"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out of one row, and under which conditions."""

    name: str
    ours: float
    reference: float
    ratio: float
    epochs: int
    steps: int
    batch: int
    seed: int
    trained_on: int
    validated_on: int
    series: dict[str, float]
    """Every series that was measured after the last step."""
    seconds: float
    quick: bool
    device: str
    torch: str
    python: str
    date: str
    command: str


def main() -> None:
    """Train the rows that were asked for, print the table, append every result to the output."""
    arguments = _parser().parse_args()
    names = [row.name for row in ROWS]
    if unknown := set(arguments.only) - set(names):
        sys.exit(f"no row {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
    rows = [row for row in ROWS if not arguments.only or row.name in arguments.only]
    device = _device(arguments.device)
    results = []
    # Spawned, since a forked process can't use a CUDA device.
    with ProcessPoolExecutor(arguments.jobs, multiprocessing.get_context("spawn")) as pool:
        threads = max(1, (os.cpu_count() or 1) // arguments.jobs)
        asked = [
            pool.submit(measure, row, device, arguments.seed, arguments.quick, threads)
            for row in sorted(rows, key=lambda row: _SLOWEST_FIRST.get(row.name, 9))
        ]
        for done in as_completed(asked):
            result = done.result()
            said = f"{result.name}: {result.ours:.5f} after {result.seconds:.0f} s"
            print(said, file=sys.stderr, flush=True)
            with arguments.output.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(result)) + "\n")
            results.append(result)
    print(table(sorted(results, key=lambda result: names.index(result.name))))


_SLOWEST_FIRST = {"recurrent": 0, "convolutional": 1, "stacked": 2}


def measure(row: Row, device: str, seed: int, quick: bool, threads: int) -> Result:
    """Train one row (or compute it) and return what it reached on the validation images."""
    torch.set_num_threads(threads)
    began = time.monotonic()
    epochs = min(row.epochs, 2) if quick else row.epochs
    words = [f"seed={seed}", f"batch={row.batch}", f"device={device}", "keep.frames=86400"]
    words += ["data.size=small"] if quick else ["data.size=full", "data.held_out=5000"]
    preset = catalogue.load(catalogue.find("stacked" if row.name == "pca-30" else row.name), words)
    dataset = load(preset.data, torch.device(device))
    if row.name == "pca-30":
        steps, series = 0, {row.series: pca_error(dataset, COMPONENTS)}
    else:
        # As many images as in the notebook, whose last batch of an epoch is smaller.
        steps = round(epochs * len(dataset.train) / row.batch)
        preset = catalogue.override(preset, [f"steps={steps}"])
        trainer = Trainer(preset, dataset, torch.device(device), wall=time.time, clock=time.monotonic)
        series = {}
        for event in trainer.run():
            if isinstance(event, Scalars) and event.step == steps:
                series |= {name: float(value) for name, value in event.values.items()}
    ours = series[row.series]
    return Result(
        name=row.name,
        ours=ours,
        reference=row.reference,
        ratio=ours / row.reference,
        epochs=epochs,
        steps=steps,
        batch=row.batch,
        seed=seed,
        trained_on=len(dataset.train),
        validated_on=len(dataset.test),
        series=series,
        seconds=time.monotonic() - began,
        quick=quick,
        device=torch.cuda.get_device_name() if device == "cuda" else f"{device}, {threads} threads",
        torch=torch.__version__,
        python=platform.python_version(),
        date=time.strftime("%Y-%m-%d"),
        command=" ".join(["python -m benchmarks.reference", *sys.argv[1:]]),
    )


def pca_error(dataset: Dataset, components: int) -> float:
    """Mean squared error per pixel of the best linear codings of that size, on the held-out images."""
    train, test = (images.flatten(1).double().cpu() for images in (dataset.train, dataset.test))
    mean = train.mean(0)
    _, vectors = torch.linalg.eigh((train - mean).T @ (train - mean))
    basis = vectors[:, -components:]
    centred = test - mean
    return float((centred - centred @ basis @ basis.T).square().mean())


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    notes = {row.name: row.note for row in ROWS}
    lines = [
        "| model | epochs | ours | reference | ratio | seconds | |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in results:
        seconds = f"{one.seconds:.0f}"
        note = "quick: no comparison" if one.quick else notes[one.name]
        lines.append(
            f"| {one.name} | {one.epochs} | {one.ours:.5f} | {one.reference:.4f} | {one.ratio:.3f} "
            f"| {seconds} | {note} |"
        )
    if results:
        one = results[0]
        software = f"torch {one.torch} · Python {one.python}"
        lines += ["", f"{one.date} · {one.device} · {software} · `{one.command}`"]
    return "\n".join(lines)


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reference", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this row only")
    parser.add_argument("--quick", action="store_true", help="two epochs on the embedded data")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="rows at once, each in a process")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--output", type=Path, default=OUTPUT, help="JSON lines are appended to this file")
    return parser


if __name__ == "__main__":
    main()
