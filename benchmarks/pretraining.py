"""Does pretraining help a classifier that has few labels? Several autoencoders, several classifiers on each.

    python -m benchmarks.pretraining [--seeds N…] [--steps N] [--pretrain N]

The ten classifiers of one run share its pretrained autoencoder, so their spread knows nothing of how much
one autoencoder differs from the next. Here each seed trains an autoencoder of its own, and the standard
error is that of the mean lead over seeds. The leads are in points of accuracy on the test images.
"""

import argparse
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

import torch

from latentop.engine.data import load
from latentop.engine.run.events import Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue

PRESET = "pretrain-classifier"
SEEDS = (42, 7, 1, 2, 3)
ARMS = ("frozen", "fine-tuned", "scratch")


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainingRun:
    """One autoencoder and its classifiers: ``last`` has the series after the last step, shares in [0, 1]."""

    seed: int
    last: dict[str, float]
    seconds: float


def main(words: Sequence[str] | None = None) -> int:
    """Train the preset once a seed and print its table."""
    options = _parser().parse_args(words)
    changes = [f"{name}={value}" for name in ("steps", "pretrain") if (value := getattr(options, name))]
    said = f"torch {torch.__version__} · Python {platform.python_version()}"
    print(f"{time.strftime('%Y-%m-%d')} · CPU, {torch.get_num_threads()} threads · {said}\n")
    print("| seed | frozen | fine-tuned | from scratch | lead of fine-tuned | lead of frozen | seconds |")
    print("|---|---|---|---|---|---|---|", flush=True)
    runs = []
    for seed in options.seeds:
        runs.append(train(seed, changes))
        print(_row(runs[-1]), flush=True)
    print(f"| **mean** {_means(runs)}")
    return 0


def train(seed: int, changes: Sequence[str]) -> PretrainingRun:
    """One run of the preset on the CPU, from one seed."""
    began = time.monotonic()
    preset = catalogue.load(catalogue.find(PRESET), [f"seed={seed}", "keep.frames=86400", *changes])
    device = torch.device("cpu")
    trainer = Trainer(preset, load(preset.data, device), device, wall=time.time, clock=time.monotonic)
    last: dict[str, float] = {}
    for event in trainer.run():
        if isinstance(event, Scalars) and event.step == preset.steps:
            last |= {name: float(value) for name, value in event.values.items()}
    return PretrainingRun(seed=seed, last=last, seconds=time.monotonic() - began)


def _row(run: PretrainingRun) -> str:
    """Accuracies ± standard deviation, leads ± paired standard error over the classifiers of this run."""
    shares = [_points(run, f"accuracy/{arm}", "sd", 1) for arm in ARMS]
    leads = [_points(run, f"lead/{arm}", "se", 2) for arm in ("fine-tuned", "frozen")]
    return f"| {run.seed} | {' | '.join(shares + leads)} | {run.seconds:.0f} |"


def _points(run: PretrainingRun, name: str, spread: str, digits: int) -> str:
    return f"{100 * run.last[name]:.{digits}f} ± {100 * run.last[f'{name}-{spread}']:.{digits}f}"


def _means(runs: Sequence[PretrainingRun]) -> str:
    """Of each column the mean over seeds; of the leads, with its standard error."""
    shares = [f"{100 * mean(run.last[f'accuracy/{arm}'] for run in runs):.1f}" for arm in ARMS]
    leads = []
    for arm in ("fine-tuned", "frozen"):
        values = [100 * run.last[f"lead/{arm}"] for run in runs]
        error = f" ± {stdev(values) / len(values) ** 0.5:.2f}" if len(values) > 1 else ""
        leads.append(f"{mean(values):.2f}{error}")
    return f"| {' | '.join(shares + leads)} | {sum(run.seconds for run in runs):.0f} |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pretraining", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, metavar="N", help="one run each")
    parser.add_argument("--steps", type=int, metavar="N", help="in all, in place of the preset's")
    parser.add_argument("--pretrain", type=int, metavar="N", help="of them, without labels")
    return parser


if __name__ == "__main__":
    sys.exit(main())
