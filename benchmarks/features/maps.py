"""What turns images into points: principal components, and networks that were taught in different ways.

What a network says of an image, averaged over the quarters of its last map, is scaled to the spread that real
images show, and reduced to as many principal components as those of pixels: then the watch's measures apply.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample, normalize

from benchmarks.alarms.mode_counts import resized
from benchmarks.gans import Classifier, teach
from latentop.engine.data import Dataset, Sampler
from latentop.engine.linear_algebra import principal_components
from latentop.engine.watch.samples.features import COMPONENTS, pieces

Map = Callable[[Tensor], Tensor]
"""Images ``(n, c, h, w)`` in [0, 1] to points ``(n, d)``."""

STEPS, BATCH, RATE = 150, 64, 2e-3
"""Of what is taught in the first seconds of a run."""
SIDE = 32
"""Larger images are averaged down to so many pixels before an encoder sees them."""
FITTED_ON = 2000
"""Real images that scales and components are taken from."""
TURNS = 4
SCALED, MOVED, TINTED, TEMPERATURE = 0.25, 0.2, 0.3, 0.2
"""Contrast: by how much two views of an image differ in size, place and colour; of the softmax."""
EPOCHS = 5
"""What a network that somebody brings was taught."""


class Encoder(nn.Module):
    """Images ``(n, c, h, w)`` to ``(n, 128)``: three convolutions, each of which halves the image."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        widths = (channels, 8, 16, 32)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten())

    def forward(self, images: Tensor) -> Tensor:
        """What the last map says of each quarter of an image."""
        factor = max(1, images.shape[-1] // SIDE)
        found: Tensor = self.layers(nn.functional.avg_pool2d(images, factor) if factor > 1 else images)
        return found


WIDTH = 128


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reduced:
    """A network's answers, scaled and projected: ``mean`` ``(f,)``, ``components`` ``(f, d)``."""

    network: Callable[[Tensor], Tensor]
    mean: Tensor
    components: Tensor

    @classmethod
    @torch.no_grad()
    def of(cls, network: Callable[[Tensor], Tensor], real: Tensor) -> "Reduced":
        """Scales and components from what the network says of real images ``(n, c, h, w)``."""
        said = torch.cat([network(part) for part in real[:FITTED_ON].split(500)]).flatten(1)
        scale = said.std(0).clamp(min=1e-6)
        mean, components = principal_components(said / scale, min(COMPONENTS, said.shape[1]))
        return cls(
            network=network, mean=mean.float() * scale, components=components.float() / scale.unsqueeze(1)
        )

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """Points ``(n, d)``."""
        return (self.network(images).flatten(1) - self.mean) @ self.components


def pixels(data: Dataset) -> Map:
    """Principal components of the pixels: what the watch takes."""
    *_, found = pieces(data.train)
    assert found is not None
    return found


def random_convolutions(data: Dataset) -> Map:
    """An encoder that nobody taught."""
    return Reduced.of(Encoder(data.shape[0]), data.train)


def rotation(data: Dataset) -> Map:
    """An encoder that learned to tell by which quarter turn an image was turned (Gidaris et al. 2018)."""
    encoder = Encoder(data.shape[0])
    head = nn.Linear(WIDTH, TURNS)
    turned = torch.arange(TURNS).repeat_interleave(BATCH)

    def loss(images: Tensor, _: Tensor) -> Tensor:
        views = torch.cat([images.rot90(quarter, (2, 3)) for quarter in range(TURNS)])
        return cross_entropy(head(encoder(views)), turned)

    return _taught(encoder, [*encoder.parameters(), *head.parameters()], data, loss)


def contrast(data: Dataset) -> Map:
    """An encoder that learned which two views are of the same image (SimCLR, Chen et al. 2020)."""
    encoder = Encoder(data.shape[0])
    head = nn.Sequential(nn.Linear(WIDTH, 64), nn.ReLU(), nn.Linear(64, 32))
    source = torch.Generator().manual_seed(0)
    partner = torch.arange(2 * BATCH).roll(BATCH)

    def loss(images: Tensor, _: Tensor) -> Tensor:
        views = torch.cat([_view(images, source), _view(images, source)])
        said = normalize(head(encoder(views)))
        return cross_entropy((said @ said.T).fill_diagonal_(-1) / TEMPERATURE, partner)

    return _taught(encoder, [*encoder.parameters(), *head.parameters()], data, loss)


def labels(data: Dataset) -> Map:
    """An encoder that learned the classes: what a class counter sees before it decides."""
    encoder = Encoder(data.shape[0])
    head = nn.Linear(WIDTH, len(data.classes))

    def loss(images: Tensor, classes: Tensor) -> Tensor:
        return cross_entropy(head(encoder(images)), classes)

    return _taught(encoder, [*encoder.parameters(), *head.parameters()], data, loss)


def script(data: Dataset) -> Map:
    """A TorchScript module from a file, as somebody brings it: a classifier that was taught for epochs."""
    classifier = _classifier(data)
    with TemporaryDirectory() as place:
        path = Path(place) / "module.pt"
        torch.jit.script(classifier.layers[:-1]).save(path)
        module = torch.jit.load(path).eval()
    return Reduced.of(lambda images: module(resized(images)), data.train)


MAPS: dict[str, Callable[[Dataset], Map]] = {
    "PCA of pixels": pixels,
    "random convolutions": random_convolutions,
    "taught by rotation": rotation,
    "taught by contrast": contrast,
    "taught by labels": labels,
    "TorchScript": script,
}


def _taught(
    encoder: nn.Module, weights: list[nn.Parameter], data: Dataset, loss: Callable[[Tensor, Tensor], Tensor]
) -> Map:
    """The encoder after STEPS steps of that loss of images and labels."""
    sampler = Sampler(len(data.train), BATCH, 0, data.train.device)
    optimiser = torch.optim.Adam(weights, RATE)
    with torch.enable_grad():
        for _ in range(STEPS):
            chosen = next(sampler)
            optimiser.zero_grad()
            loss(data.train[chosen], data.train_labels[chosen]).backward()
            optimiser.step()
    return Reduced.of(encoder.eval(), data.train)


def _view(images: Tensor, source: torch.Generator) -> Tensor:
    """The same images, each a little larger or smaller, moved, and of another tint."""
    count, channels = images.shape[:2]
    drawn = torch.rand(count, 3 + channels, generator=source) * 2 - 1
    size = 1 + SCALED * drawn[:, 0]
    matrices = torch.zeros(count, 2, 3)
    matrices[:, 0, 0] = matrices[:, 1, 1] = size
    matrices[:, :, 2] = MOVED * drawn[:, 1:3]
    moved = grid_sample(
        images, affine_grid(matrices, list(images.shape), align_corners=False), "bilinear", "border", False
    )
    return moved * (1 + TINTED * drawn[:, 3:, None, None])


_classifiers: dict[str, Classifier] = {}


def _classifier(data: Dataset) -> Classifier:
    """One for all seeds, for somebody else has paid for it."""
    if data.name not in _classifiers:
        seen = Dataset(
            name=data.name,
            source=data.source,
            classes=data.classes,
            train=resized(data.train),
            train_labels=data.train_labels,
            test=resized(data.test[:500]),
            test_labels=data.test_labels[:500],
        )
        with torch.enable_grad():
            classifier = Classifier(len(data.classes), channels=data.shape[0])
            teach(classifier, seen, epochs=EPOCHS, seed=0)
        _classifiers[data.name] = classifier
    return _classifiers[data.name]
