"""Train on a folder of one's own images with ``latentop train PRESET --data FOLDER``, and tell how it goes.

    python -m benchmarks.own_images [--folder FOLDER] [--steps N] [--write]

Without ``--folder`` the images are emoji in colour, in class folders, from the npm package PACKAGE. Each row
begins with an empty cache: images are read and what is fastest is tried as on the first day.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import torch

from benchmarks.__main__ import RESULTS, machine
from benchmarks.emoji import PACKAGE, emoji, some, turned
from benchmarks.linear import pca_errors
from benchmarks.speed.processes import LATENTOP, somewhere
from latentop.engine.data import load
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from latentop.engine.run.store.reader import Batch, Reader
from latentop.presets import catalogue
from latentop.presets.data import Folder
from latentop.presets.wording import spaced
from tests.support.real_runs import end

QUARTER = ("generator.channels=16", "discriminator.channels=16")
LONGER = 4
"""Times as many steps for the autoencoder: each takes a fraction of a GAN's."""
COMPONENTS = 30
STEPPED = ("loss/", "score/", "accuracy/", "grad/", "update/", "singular/", "lr/")
"""What begins the names of series that every step has."""
CLOSE = 0.05
"""Seconds before the end of a step in which a mark may be dated that is told after it."""
LOSSES = ("loss/generator", "loss/reconstruction")
BEGIN, END = "<!-- own images: written by `python -m benchmarks.own_images --write` -->", "<!-- end -->"
HEAD = (
    "what",
    "created to step 1",
    "started to step 1",
    "longest gap between steps",
    "start to coverage",
    "memory beside the data",
    "verdicts",
    "healthy before coverage",
    "error (PCA-30)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A row: a preset with settings, on a folder, for so many steps."""

    preset: str
    folder: Path
    steps: int
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """What a run recorded, the most memory that its worker took, and what its data take, both in bytes."""

    batch: Batch
    memory: int
    data: int


def main(words: Sequence[str] | None = None) -> int:
    """Print the table, and write it where that is asked for; 2 where there are no images."""
    options = _parser().parse_args(words)
    with TemporaryDirectory(prefix="latentop-own-") as place:
        folder = options.folder or emoji(Path(place))
        if folder is None:
            print(f"npm can't fetch {PACKAGE}: name a folder of images with --folder", file=sys.stderr)
            return 2
        images = sorted(path for path in folder.rglob("*.*") if path.is_file())
        few = some(images, folder, Path(place) / "few")
        many = turned(images, folder, Path(place) / "many")
        rows = [
            Asked(preset="dcgan-64", folder=folder, steps=options.steps, settings=QUARTER),
            Asked(preset="dcgan-64", folder=few, steps=options.steps, settings=QUARTER),
            Asked(preset="convolutional", folder=folder, steps=LONGER * options.steps),
            Asked(preset="dcgan-64", folder=many, steps=options.steps, settings=QUARTER),
        ]
        lines = ["| " + " | ".join(HEAD) + " |", "|---" * len(HEAD) + "|"]
        print("\n".join(lines), flush=True)
        for row in rows:
            lines.append(_line(row))
            print(lines[-1], flush=True)
    if options.write:
        command = f"python -m benchmarks.own_images --steps {options.steps}"
        section = "\n".join([f"`{command}`, {machine()}", "", *lines])
        RESULTS.write_text(written(RESULTS.read_text(encoding="utf-8"), section), encoding="utf-8")
    return 0


def written(document: str, section: str) -> str:
    """The document with that between its two markers. Raises ValueError where they are missing."""
    before, begin, rest = document.partition(BEGIN)
    _, finish, after = rest.partition(END)
    if not (begin and finish):
        raise ValueError(f"{RESULTS} has no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{section}\n\n{END}{after}"


def _line(row: Asked) -> str:
    """Train, and say in a line of the table what came of it."""
    with somewhere(new=True) as place:
        trained = _trained(row, place / "runs")
        batch, facts = trained.batch, trained.batch.facts
        error = _error(row, batch)
    walls = _walls(batch)
    first = next(iter(walls.values()))
    coverage = batch.bins.get("diversity/coverage")
    started = facts.started or facts.created
    measured = float(coverage.wall[0]) if coverage is not None else None
    verdicts = [mark for mark in batch.marks if mark.kind == "verdict"]
    early = any(mark.text == "healthy" and mark.wall < (measured or mark.wall + 1) for mark in verdicts)
    said = ["unknown", *(mark.text for mark in verdicts)]
    count = sum(one.found for one in facts.data_counts)
    return (
        " | ".join(
            [
                f"| {row.preset}, {spaced(count)} images, {spaced(row.steps)} steps",
                f"{first - facts.created:.1f} s",
                f"{first - started:.1f} s",
                _gap(batch, walls, measured),
                f"{measured - started:.1f} s" if measured else "–",
                f"{max(0, trained.memory - trained.data) / 1e9:.2f} GB",
                f"{said[0]} … {said[-1]}",
                "–" if coverage is None else "**yes**" if early else "no",
                error,
            ]
        )
        + " |"
    )


def _trained(row: Asked, runs: Path) -> Trained:
    """Train to the end by the command line; look at the worker's memory all the while."""
    words = [word for setting in row.settings for word in ("--set", setting)]
    command = [str(LATENTOP), "--runs", str(runs), "train", row.preset, "--data", str(row.folder), *words]
    command += ["--steps", str(row.steps), "--detach", "--json"]
    starting = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert starting.stdout is not None
    told = json.loads(starting.stdout.readline())  # which comes at once: its start is looked at, too
    run, most = RunFolder(Path(told["path"])), 0
    try:
        with closing(Reader(run.database)) as reader:
            while liveness.judge(now := reader.facts(), time.time()).alive:
                with suppress(psutil.Error):
                    most = max(most, psutil.Process(now.pid).memory_info().rss) if now.pid else most
                time.sleep(0.05)
            if now.state != "finished":
                raise RuntimeError(f"{row.preset} on {row.folder}: {now.state}: {now.error}")
    finally:
        end(run)
        starting.wait()
    with closing(Reader(run.database)) as reader:
        batch = reader.poll()
    assert batch is not None
    data = catalogue.load(catalogue.find(str(run.preset))).data
    assert isinstance(data, Folder)
    values = data.channels * data.pixels**2 * sum(one.found for one in now.data_counts)
    return Trained(batch=batch, memory=most, data=4 * values)


def _walls(batch: Batch) -> dict[int, float]:
    """When each step was done."""
    bins = next(batch.bins[name] for name in LOSSES if name in batch.bins)
    return dict(zip(bins.step.tolist(), bins.wall.tolist(), strict=True))


def _gap(batch: Batch, walls: Mapping[int, float], measured: float | None) -> str:
    """The longest time from one step to the next, beside the usual one, and what was recorded in it."""
    gaps = [(after[1] - before[1], before[0], before[1]) for before, after in pairwise(walls.items())]
    if not gaps:
        return "–"
    longest, step, wall = max(gaps)
    usual = sorted(gap for gap, _, _ in gaps)[len(gaps) // 2]
    ran = [kind for kind, frame in batch.frames.items() if frame.step == step]
    ran += sorted(
        {
            name.partition("/")[0]
            for name, bins in batch.bins.items()
            if not name.startswith(STEPPED) and step in bins.step
        }
    )
    ran += [mark.kind for mark in batch.marks if wall - CLOSE <= mark.wall <= wall + longest]
    if measured is not None and wall < measured:
        ran.append("the meter's construction")
    return f"{longest:.2f} s at step {step} (usual {usual:.2f} s): {', '.join(ran) or 'nothing of ours'}"


def _error(row: Asked, batch: Batch) -> str:
    """What the autoencoder reached on held-out images, and what PCA reaches; – for a GAN."""
    reached = batch.bins.get("valid/reconstruction")
    if reached is None:
        return "–"
    preset = catalogue.load(catalogue.find(row.preset))
    preset = catalogue.load(catalogue.find(row.preset), catalogue.on_folder(preset, str(row.folder)))
    linear = pca_errors(load(preset.data, torch.device("cpu")), [COMPONENTS])[COMPONENTS]
    return f"{reached.last[-1]:.4f} ({linear:.4f})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.own_images", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--folder", type=Path, help=f"images in class folders, in place of {PACKAGE}")
    parser.add_argument(
        "--steps",
        type=int,
        default=100,
        metavar="N",
        help="of a GAN; an autoencoder takes four times as many",
    )
    parser.add_argument("--write", action="store_true", help=f"write the table into {RESULTS.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
