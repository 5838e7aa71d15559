"""How many modes GANs of points reach.

    python -m benchmarks.modes [--only NAME] [--trials N] [--quick] [--steps N] [--workers N] [--device NAME]

Trains the presets ring, grid, ring-packed, grid-packed from several seeds and prints modes, high-quality
share and reverse KL, mean ± standard error over trials, beside what PacGAN (Lin et al. 2018, arXiv
1712.04086, tables 1 and 2) reports. Counted as there: of 2 500 samples after the last step.
"""

import argparse
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import mean, stdev

import torch

from latentop.engine.data import load
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.train.trainer import Trainer
from latentop.engine.watch.samples.mixture import COUNTED, count
from latentop.presets import catalogue

PUBLISHED = {
    "ring": ("GAN", "6.3 ± .5", "98.2", ".45"),
    "ring-packed": ("PacGAN 2", "7.9 ± .1", "95.6", ".07"),
    "grid": ("GAN", "17.3 ± .8", "94.8", ".70"),
    "grid-packed": ("PacGAN 4", "24.8 ± .2", "93.6", ".04"),
}
"""Of each preset the row of the paper's tables that it answers."""
QUICK = 20
"""With ``--quick``, one step of so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One training: ``quality`` is a share, ``reverse_kl`` is in nats, ``seconds`` are of training."""

    preset: str
    seed: int
    modes: int
    quality: float
    reverse_kl: float
    seconds: float


def train(preset: str, seed: int, steps: int, device: str) -> Trial:
    """Train one preset from one seed, as the trainer does, and count its samples."""
    torch.set_num_threads(1)  # trials run side by side
    # Neither pictures nor checks on the way: only what the last samples are is asked.
    quiet = ["keep.frames=86400", "watch.every=86400"]
    settings = catalogue.load(catalogue.find(preset), [f"seed={seed}", f"steps={steps}", *quiet])
    place = torch.device(device)
    dataset = load(settings.data, place)
    assert dataset.mixture is not None
    trainer = Trainer(settings, dataset, place, wall=time.time, clock=time.monotonic)
    objective = trainer.objective
    assert isinstance(objective, Adversarial)
    began = time.perf_counter()
    for _ in trainer.run():
        pass
    samples = objective.draw(COUNTED, seed)
    seconds = time.perf_counter() - began
    counted = count(samples, dataset.mixture.centres, dataset.mixture.sd)
    return Trial(
        preset=preset,
        seed=seed,
        modes=counted.modes,
        quality=counted.quality,
        reverse_kl=counted.reverse_kl,
        seconds=seconds,
    )


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    options = _options(words)
    presets = [options.only] if options.only else list(PUBLISHED)
    steps = {name: _steps(name, quick=options.quick, most=options.steps) for name in presets}
    jobs = [
        (name, seed, steps[name], options.device) for name in presets for seed in range(1, options.trials + 1)
    ]
    print(f"{time.strftime('%Y-%m-%d')} · {_hardware(options.device)} · torch {torch.__version__}")
    print(f"python -m benchmarks.modes {' '.join(sys.argv[1:] if words is None else words)}", flush=True)
    trials: dict[str, list[Trial]] = {name: [] for name in presets}
    for trial in _run(jobs, options.workers):
        trials[trial.preset].append(trial)
        print(
            f"  {trial.preset} seed {trial.seed}: {trial.modes} modes, {100 * trial.quality:.1f} %, "
            f"reverse KL {trial.reverse_kl:.3f}, {trial.seconds:.0f} s",
            flush=True,
        )
    print()
    print(f"{'':<12} {'steps':>7}  {'modes':>12}  {'high quality %':>14}  {'reverse KL':>14}")
    for name in presets:
        print(_ours(name, trials[name], steps[name]))
        who, modes, quality, divergence = PUBLISHED[name]
        print(f"{'  ' + who:<12} {'400 000':>7}  {modes:>12}  {quality:>14}  {divergence:>14}")
    return 0


def _run(jobs: list[tuple[str, int, int, str]], workers: int) -> Iterator[Trial]:
    """The trials in the order of the jobs, so many at once; a result depends on its job alone."""
    if workers == 1:
        yield from (train(*job) for job in jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(train, *zip(*jobs, strict=True))


def _ours(name: str, trials: list[Trial], steps: int) -> str:
    modes = _spread([trial.modes for trial in trials], 2)
    quality = _spread([100 * trial.quality for trial in trials], 1)
    divergence = _spread([trial.reverse_kl for trial in trials], 3)
    return f"{name:<12} {steps:>7}  {modes:>12}  {quality:>14}  {divergence:>14}"


def _spread(values: Sequence[float], digits: int) -> str:
    """Mean ± standard error of the mean."""
    error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return f"{mean(values):.{digits}f} ± {error:.{digits}f}"


def _steps(name: str, *, quick: bool, most: int | None) -> int:
    steps = catalogue.load(catalogue.find(name)).steps
    steps = max(1, steps // QUICK) if quick else steps
    return min(steps, most or steps)


def _hardware(device: str) -> str:
    if device == "cuda":
        return torch.cuda.get_device_name()
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.modes", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--trials", type=int, default=10, help="trainings of each preset, from seed 1 on")
    parser.add_argument("--quick", action="store_true", help=f"1/{QUICK} of the steps: shows that it runs")
    parser.add_argument("--steps", type=int, metavar="N", help="at most so many steps of each training")
    parser.add_argument("--only", choices=PUBLISHED, help="this preset alone")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="trainings side by side")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
