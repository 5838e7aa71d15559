"""Does a GAN of images keep every class? Its curve over epochs of the full set, judged from outside.

    python -m benchmarks.gans [--preset NAME] [--epochs N] [--lessons N] [--quick] [--steps N] [--threads N]
                               [--set KEY=VALUE]

A convolutional classifier, trained here on the real training images alone, counts the classes among 1 000
samples; coverage and density are relative to held-out real images, measured the same way at the same number.
``--quick`` takes the small, embedded data and one epoch, to see that all works; ``--steps`` ends sooner.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from latentop.engine.data import Dataset, Sampler, load
from latentop.engine.objectives import Generative
from latentop.engine.run.events import Scalars
from latentop.engine.train.trainer import Trainer
from latentop.engine.watch.samples import diversity
from latentop.presets import catalogue

PRESETS = ("gan", "dcgan", "pacgan", "r1", "sn-hinge", "wgan-gp")
"""Those that learn Fashion-MNIST without labels."""
SAMPLES = 1000
PRESENT = 0.01
"""A class is present with one sample in a hundred, a tenth of its fair share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The state of the generator after so many epochs."""

    epoch: float
    step: int
    coverage: float
    density: float
    present: int
    rarest: float
    """Share of the rarest class among the samples; 0.1 would be fair."""


def main(words: Sequence[str] | None = None) -> int:
    """Train the classifier, then the GAN; print a row for each epoch read."""
    words = sys.argv[1:] if words is None else words
    arguments = _parser().parse_args(words)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    epochs = 1 if arguments.quick else arguments.epochs
    size = "small" if arguments.quick else "full"
    changes = [f"data.size={size}", f"seed={arguments.seed}", *arguments.set, "keep.frames=86400"]
    preset = catalogue.load(catalogue.find(arguments.preset), changes)
    dataset = load(preset.data, device)
    per_epoch = len(dataset.train) // preset.per_step
    steps = min(epochs * per_epoch, arguments.steps or epochs * per_epoch)
    preset = catalogue.override(preset, [f"steps={steps}"])

    classifier = Classifier(len(dataset.classes)).to(device)
    lessons = 2 if arguments.quick else arguments.lessons
    accuracy = teach(classifier, dataset, epochs=lessons, seed=arguments.seed, steps=arguments.steps)
    threads = f"{torch.get_num_threads()} threads"
    where = torch.cuda.get_device_name() if device.type == "cuda" else f"{device.type}, {threads}"
    software = f"torch {torch.__version__} · Python {platform.python_version()}"
    print(
        f"{time.strftime('%Y-%m-%d')} · {where} · {software} · `python -m benchmarks.gans {' '.join(words)}`"
    )
    print(f"the classifier is right about {accuracy:.1%} of {len(dataset.test)} test images\n")
    print("| epoch | step | coverage of real | density of real | classes present | rarest class |")
    print("|---|---|---|---|---|---|")
    meter = diversity.build(
        real=dataset.test,
        real_labels=dataset.test_labels,
        training=dataset.train,
        training_labels=dataset.train_labels,
        classes=dataset.classes,
        samples=SAMPLES,
        seed=arguments.seed,
    )
    trainer = Trainer(preset, dataset, device, wall=time.time, clock=time.monotonic)
    for event in trainer.run():
        if not (isinstance(event, Scalars) and "loss/generator" in event.values):
            continue
        epoch, rest = divmod(event.step, per_epoch)
        if event.step == steps or (rest == 0 and (epoch <= 5 or epoch % 5 == 0)):
            reading = read(trainer, meter, classifier, event.step / per_epoch)
            print(
                f"| {reading.epoch:.3g} | {reading.step} | {reading.coverage:.1%} | {reading.density:.1%} "
                f"| {reading.present}/{len(dataset.classes)} | {reading.rarest:.1%} |",
                flush=True,
            )
            if arguments.output:
                with arguments.output.open("a", encoding="utf-8") as file:
                    file.write(
                        json.dumps(asdict(reading) | {"classifier": accuracy, "set": arguments.set}) + "\n"
                    )
    return 0


def read(
    trainer: Trainer, meter: diversity.DiversityMeter, classifier: "Classifier", epoch: float
) -> Reading:
    """Judge fresh samples of the generator as it stands."""
    assert isinstance(trainer.objective, Generative)
    samples = trainer.objective.draw(SAMPLES, trainer.step)
    diversity = meter.read(samples[: meter.samples])
    shares = torch.bincount(predict(classifier, samples), minlength=classifier.classes) / SAMPLES
    return Reading(
        epoch=epoch,
        step=trainer.step,
        coverage=diversity.coverage.relative,
        density=diversity.density.relative,
        present=int((shares >= PRESENT).sum()),
        rarest=float(shares.min()),
    )


class Classifier(nn.Module):
    """A plain convolutional network, images ``(batch, channels, 28, 28)`` to logits ``(batch, classes)``."""

    def __init__(self, classes: int, channels: int = 1) -> None:
        super().__init__()
        self.classes = classes
        self.layers = nn.Sequential(
            *(nn.Conv2d(channels, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(64 * 49, 256), nn.ReLU(), nn.Dropout(0.4), nn.Linear(256, classes)),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Logits of each class."""
        logits: Tensor = self.layers(images)
        return logits


def teach(
    classifier: Classifier, dataset: Dataset, *, epochs: int, seed: int, steps: int | None = None
) -> float:
    """Train on the real training images, so many steps at most; return the accuracy on the test images."""
    optimiser = torch.optim.Adam(classifier.parameters(), 1e-3)
    sampler = Sampler(len(dataset.train), 128, seed, dataset.train.device)
    whole = epochs * sampler.batches_per_epoch
    for _ in range(min(whole, steps or whole)):
        chosen = next(sampler)
        loss = cross_entropy(classifier(dataset.train[chosen]), dataset.train_labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    classifier.eval()
    return float((predict(classifier, dataset.test) == dataset.test_labels).float().mean())


@torch.no_grad()
def predict(classifier: Classifier, images: Tensor) -> Tensor:
    """The class of each image."""
    return torch.cat([classifier(part).argmax(1) for part in images.split(1000)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gans", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--preset", choices=PRESETS, default="dcgan", help="which GAN (dcgan)")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lessons", type=int, default=12, metavar="N", help="epochs of the classifier (12)")
    parser.add_argument("--quick", action="store_true", help="one epoch on the embedded data")
    parser.add_argument("--steps", type=int, metavar="N", help="at most so many, of the classifier too")
    parser.add_argument("--threads", type=int, metavar="N", help="of the CPU; else as many as torch takes")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"))
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting")
    parser.add_argument("--output", type=Path, help="JSON lines are appended to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
