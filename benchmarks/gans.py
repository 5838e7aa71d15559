"""Does the DCGAN preset keep every class? Its curve over epochs of the full set, judged from outside.

    python -m benchmarks.dcgan [--epochs N] [--quick] [--device auto] [--seed N] [--output FILE]

A convolutional classifier, trained here on the real training images alone, counts the classes among 1 000
samples; coverage and density are relative to held-out real images, measured the same way at the same number.
``--quick`` takes the small, embedded data and one epoch, to see that everything works.
"""

import argparse
import json
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from engine.data import Dataset, Sampler, load
from engine.objectives import Generative
from engine.run.events import Scalars
from engine.trainer import Trainer
from engine.watch.diversity import DiversityMeter
from presets import catalogue

SAMPLES = 1000
PRESENT = 0.01
"""A class is present with one sample in a hundred, a tenth of its fair share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The state of the generator after an epoch."""

    epoch: int
    step: int
    coverage: float
    density: float
    present: int
    rarest: float
    """Share of the rarest class among the samples; 0.1 would be fair."""


def main() -> None:
    """Train the classifier, then the GAN; print a row for each epoch read."""
    arguments = _parser().parse_args()
    device = torch.device(arguments.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    epochs = 1 if arguments.quick else arguments.epochs
    size = "small" if arguments.quick else "full"
    words = [f"data.size={size}", f"seed={arguments.seed}", "keep.frames=86400"]
    preset = catalogue.load(catalogue.find("dcgan"), words)
    dataset = load(preset.data, device)
    per_epoch = len(dataset.train) // preset.batch
    preset = catalogue.override(preset, [f"steps={epochs * per_epoch}"])

    classifier = Classifier(len(dataset.classes)).to(device)
    accuracy = teach(classifier, dataset, epochs=2 if arguments.quick else 12, seed=arguments.seed)
    where = torch.cuda.get_device_name() if device.type == "cuda" else f"{device.type}"
    software = f"torch {torch.__version__} · Python {platform.python_version()}"
    print(f"{time.strftime('%Y-%m-%d')} · {where} · {software}")
    print(f"the classifier is right about {accuracy:.1%} of {len(dataset.test)} test images\n")
    print("| epoch | step | coverage of real | density of real | classes present | rarest class |")
    print("|---|---|---|---|---|---|")
    meter = DiversityMeter(
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
        if rest == 0 and (epoch <= 5 or epoch % 5 == 0 or epoch == epochs):
            reading = read(trainer, meter, classifier, epoch)
            print(
                f"| {reading.epoch} | {reading.step} | {reading.coverage:.1%} | {reading.density:.1%} "
                f"| {reading.present}/{len(dataset.classes)} | {reading.rarest:.1%} |",
                flush=True,
            )
            if arguments.output:
                with arguments.output.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(reading) | {"classifier": accuracy}) + "\n")


def read(trainer: Trainer, meter: DiversityMeter, classifier: "Classifier", epoch: int) -> Reading:
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
    """A plain convolutional network, images ``(batch, 1, 28, 28)`` to logits ``(batch, classes)``."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(64 * 49, 256), nn.ReLU(), nn.Dropout(0.4), nn.Linear(256, classes)),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Logits of each class."""
        logits: Tensor = self.layers(images)
        return logits


def teach(classifier: Classifier, dataset: Dataset, *, epochs: int, seed: int) -> float:
    """Train on the real training images; return the accuracy on the test images."""
    optimiser = torch.optim.Adam(classifier.parameters(), 1e-3)
    sampler = Sampler(len(dataset.train), 128, seed, dataset.train.device)
    for _ in range(epochs * sampler.batches_per_epoch):
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
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dcgan", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="one epoch on the embedded data")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"))
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--output", type=Path, help="JSON lines are appended to this file")
    return parser


if __name__ == "__main__":
    main()
