"""What is trained: recipes that are known to fail in some way, and recipes that are known to work.

A recipe only provokes. What really happened in a run is said by ``truth``, from its samples and weights.
"""

from benchmarks.alarms.image_recipes import COLLAPSING, SOUND
from benchmarks.alarms.recipe import Recipe

SMALL = ("generator.channels=16", "discriminator.channels=16")
ADAM = tuple(
    f"{network}.{word}"
    for network in ("generator", "discriminator")
    for word in ("optimizer=adam", "beta1=0.5", "beta2=0.999")
)

SLOW = (
    "batch=50",
    "generator.latent_dim=30",
    *(f"{network}.{word}" for network in ("generator", "discriminator") for word in ("lr=2e-4", "beta1=0.5")),
)
"""A GAN that takes its time to learn its images by heart."""

FOURFOLD = ("generator.lr=2e-3", "discriminator.lr=5e-4")
"""The rates that the preset cycling had when traces were collected."""


def _points(name: str, preset: str, *words: str, steps: int = 6000, unseen: bool = False) -> Recipe:
    """Small networks on points in the plane."""
    return Recipe(
        name=name,
        preset=preset,
        words=words,
        kind="points",
        steps=steps,
        speed=150.0,
        check=150,
        unseen=unseen,
    )


def _fashion(
    name: str, preset: str, words: tuple[str, ...], *, steps: int, speed: float, check: int, unseen: bool
) -> Recipe:
    """On Fashion-MNIST, as presets are."""
    return Recipe(
        name=name,
        preset=preset,
        words=words,
        kind="Fashion-MNIST",
        steps=steps,
        speed=speed,
        check=check,
        unseen=unseen,
    )


def _images(name: str, preset: str, *words: str, steps: int = 4000, unseen: bool = False) -> Recipe:
    """A DCGAN of a quarter of the channels."""
    words = (*SMALL, *words)
    return _fashion(name, preset, words, steps=steps, speed=50.0, check=200, unseen=unseen)


def _dense(name: str, preset: str, *words: str, steps: int = 6000, unseen: bool = False) -> Recipe:
    """Dense networks on images."""
    return _fashion(name, preset, words, steps=steps, speed=200.0, check=400, unseen=unseen)


def _coder(name: str, preset: str, *words: str, steps: int = 3000, unseen: bool = False) -> Recipe:
    """An autoencoder, whose samples nobody draws."""
    return _fashion(name, preset, words, steps=steps, speed=400.0, check=400, unseen=unseen)


FAILING = (
    _points("ring-fast-generator", "mode-collapse"),
    _points("ring-faster-generator", "mode-collapse", "generator.lr=2e-3"),
    _points("ring-momentum", "cycling", *FOURFOLD),
    _points("ring-seldom-discriminator", "cycling", *FOURFOLD, "generator.beta1=0.5", "generator.lr=4e-3"),
    _points("ring-weak-discriminator", "mode-collapse", "discriminator.hidden=[8]", "discriminator.lr=1e-4"),
    _points("grid-fast-generator", "mode-collapse", "data.name=grid", "data.sd=0.1"),
    _points(
        "grid-faster-generator",
        "mode-collapse",
        "data.name=grid",
        "data.sd=0.1",
        "generator.lr=2e-3",
        "discriminator.lr=1e-3",
    ),
    _points("ring-one-coding", "mode-collapse", "generator.latent_dim=1", unseen=True),
    _points("ring-fast-hinge", "mode-collapse", "objective.name=hinge", "generator.lr=2e-3", unseen=True),
    _points("grid-momentum", "cycling", *FOURFOLD, "data.name=grid", "data.sd=0.1", unseen=True),
    _points(
        "ring-no-penalty",
        "ring",
        "objective.name=wasserstein",
        "objective.penalty=0",
        "discriminator.lr=2e-2",
    ),
    _points("dirac", "oscillation", steps=8000),
    _points("dirac-slow", "oscillation", "generator.lr=0.005", "discriminator.lr=0.005", steps=8000),
    _images("mixed-batch", "discriminator-wins", steps=2400),
    _images("no-penalty", "divergence", steps=1200),
    _images("high-rate", "dcgan", "generator.lr=0.02", "discriminator.lr=0.02", steps=2400),
    _images("fast-generator", "dcgan", "generator.lr=4e-3", "discriminator.lr=1e-4", steps=2400),
    _images("tiny-discriminator", "dcgan", "discriminator.channels=1", "discriminator.lr=5e-5", steps=3000),
    _images("one-coding", "dcgan", "generator.latent_dim=1", steps=3000),
    _images("momentum", "dcgan", "generator.beta1=0.9", "discriminator.beta1=0.9", steps=3000, unseen=True),
    _dense("hundred-images", "memorising", *SLOW),
    _dense("fifty-images", "memorising", *SLOW, "data.train=50", unseen=True),
    _dense("dense-fast-generator", "gan", *ADAM, "generator.lr=4e-3", "discriminator.lr=4e-4"),
    _dense("dense-adam", "gan", *ADAM, "generator.lr=2e-4", "discriminator.lr=2e-4"),
    _dense("dense-weak-discriminator", "gan", *ADAM, "discriminator.hidden=[16]", unseen=True),
    _dense("dense-hinge", "gan", *ADAM, "objective.name=hinge", "generator.lr=2e-3", unseen=True),
    _coder("coder-rate", "stacked", "autoencoder.lr=0.5", steps=1500),
    _coder("coder-explodes", "stacked", "autoencoder.optimizer=sgd", "autoencoder.lr=10", steps=1500),
    _coder(
        "pca-explodes",
        "linear-pca",
        "autoencoder.optimizer=sgd",
        "autoencoder.lr=9",
        "autoencoder.schedule=constant",
        unseen=True,
    ),
    _coder("too-powerful", "too-powerful", "keep.frames=0.5"),
    _coder("posterior-collapse", "posterior-collapse"),
    _coder("vae-high-beta", "vae", "objective.beta=50", unseen=True),
)
HEALTHY = (
    _points("ring", "ring", steps=8000),
    _points("ring-packed", "ring-packed", steps=8000),
    _points("grid-packed", "grid-packed", steps=10_000),
    _images("dcgan", "dcgan"),
    _images("r1", "r1", steps=3000),
    _images("sn-hinge", "sn-hinge", steps=3000),
    _images("wgan-gp", "wgan-gp", steps=1600),
    _images("pacgan", "pacgan", steps=3000, unseen=True),
    _dense("dense-gan", "gan"),
    _coder("stacked", "stacked"),
    _coder("vae", "vae"),
    _coder("denoising", "denoising-gaussian"),
    _coder("convolutional", "convolutional", steps=1000, unseen=True),
    _coder("sparse", "sparse-l1", unseen=True),
)
RECIPES = (*FAILING, *HEALTHY, *COLLAPSING, *SOUND)
