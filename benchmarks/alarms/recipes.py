"""What is trained: recipes that are known to fail in some way, and recipes that are known to work.

A recipe only provokes. What really happened in a run is said by ``truth``, from its samples and weights.
"""

from dataclasses import dataclass
from typing import Literal

Half = Literal["tune", "report"]

SEEDS = (1, 2, 3, 4, 5)
TUNED_ON = (1, 2)
"""Seeds of the first half; the others, and all of a recipe that is ``unseen``, are for the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A preset, changed by ``words``. ``speed`` is in steps per second of the watch's clock.

    ``check`` is how many steps lie between two checks of the samples: as many as the watch's budget of 1 %
    leaves. ``unseen`` recipes were never looked at while thresholds were chosen.
    """

    name: str
    preset: str
    words: tuple[str, ...] = ()
    steps: int
    speed: float
    check: int = 150
    unseen: bool = False

    def half(self, seed: int) -> Half:
        """Which half of the benchmark this case belongs to."""
        return "tune" if seed in TUNED_ON and not self.unseen else "report"


POINTS, CURVES, IMAGES = 150.0, 400.0, 12.0
"""Steps per second on two cores: of small networks on points, of dense autoencoders, of a DCGAN."""
SMALL = ("generator.channels=16", "discriminator.channels=16")


def _points(name: str, preset: str, *words: str, steps: int = 6000, unseen: bool = False) -> Recipe:
    return Recipe(name=name, preset=preset, words=words, steps=steps, speed=POINTS, unseen=unseen)


def _images(name: str, preset: str, *words: str, steps: int = 4000, unseen: bool = False) -> Recipe:
    return Recipe(name=name, preset=preset, words=(*SMALL, *words), steps=steps, speed=IMAGES, unseen=unseen)


def _coder(name: str, preset: str, *words: str, steps: int = 3000, unseen: bool = False) -> Recipe:
    return Recipe(name=name, preset=preset, words=words, steps=steps, speed=CURVES, unseen=unseen)


FAILING = (
    _points("ring-fast-generator", "mode-collapse"),
    _points("ring-momentum", "cycling"),
    _points("ring-weak-discriminator", "mode-collapse", "discriminator.hidden=[8]", "discriminator.lr=1e-4"),
    _points("grid-fast-generator", "mode-collapse", "data.name=grid", "data.sd=0.1", unseen=True),
    _points("ring-seldom-discriminator", "cycling", "generator.beta1=0.5", "generator.lr=4e-3", unseen=True),
    _points(
        "ring-no-penalty",
        "ring",
        "objective.name=wasserstein",
        "objective.penalty=0",
        "discriminator.lr=2e-2",
    ),
    _points("dirac", "oscillation", steps=8000),
    _points(
        "dirac-slow", "oscillation", "generator.lr=0.005", "discriminator.lr=0.005", steps=8000, unseen=True
    ),
    _images("mixed-batch", "discriminator-wins"),
    _images("no-penalty", "divergence", steps=1500),
    _images("high-rate", "dcgan", "generator.lr=0.02", "discriminator.lr=0.02"),
    _images("fast-generator", "dcgan", "generator.lr=4e-3", "discriminator.lr=1e-4"),
    _images("tiny-discriminator", "dcgan", "discriminator.channels=1", "discriminator.lr=5e-5", unseen=True),
    _images("one-coding", "dcgan", "generator.latent_dim=1"),
    _images("hundred-images", "memorising"),
    _coder("coder-rate", "stacked", "autoencoder.lr=0.5", steps=1500),
    _coder(
        "coder-explodes", "stacked", "autoencoder.optimizer=sgd", "autoencoder.lr=10", steps=1500, unseen=True
    ),
    _coder("too-powerful", "too-powerful", "keep.frames=0.5"),
    _coder("posterior-collapse", "posterior-collapse"),
)
HEALTHY = (
    _points("ring", "ring", steps=8000),
    _points("ring-packed", "ring-packed", steps=8000),
    _points("grid-packed", "grid-packed", steps=10_000),
    _images("dcgan", "dcgan"),
    _images("r1", "r1", steps=3000),
    _images("sn-hinge", "sn-hinge", steps=3000),
    _images("wgan-gp", "wgan-gp", steps=1500),
    _images("pacgan", "pacgan", steps=3000, unseen=True),
    Recipe(name="dense-gan", preset="gan", steps=3000, speed=100.0),
    _coder("stacked", "stacked"),
    _coder("vae", "vae"),
    _coder("denoising", "denoising-gaussian"),
    _coder("sparse", "sparse-l1", unseen=True),
)
RECIPES = (*FAILING, *HEALTHY)
