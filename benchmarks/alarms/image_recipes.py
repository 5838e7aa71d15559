"""Recipes of convolutional GANs on made images, digits and emoji: some collapse, some are sound.

Their networks are so small that a run takes a minute or two on one core.
"""

from benchmarks.alarms.image_sets import ImageSource
from benchmarks.alarms.recipe import Recipe

WORDS = ("generator.latent_dim=32", "generator.channels=8", "discriminator.channels=8", "batch=16")
LOOKS = 30
"""Truth takes as long as fifteen steps."""
FAST = ("generator.lr=4e-3", "discriminator.lr=1e-4")
FASTER = ("generator.lr=1e-3",)
"""Without batch normalisation this is enough."""
HEAVY = ("generator.lr=2e-3", "generator.beta1=0.9", "discriminator.beta1=0.9")
QUICK = ("generator.lr=5e-4", "discriminator.lr=5e-4")
"""Rates at which networks this small learn in some thousand steps."""
PLAIN = ("generator.normalisation=none", "discriminator.normalisation=none")
"""Without batch normalisation."""
RATES_OF_SGD = ("generator.lr=2e-3", "discriminator.lr=2e-3")
WEAK = ("discriminator.channels=1", "discriminator.lr=5e-5")


def _made(
    name: str,
    preset: str,
    modes: int,
    *words: str,
    tail: bool = False,
    images: int = 0,
    labelled: bool = True,
    steps: int = 2400,
    unseen: bool = False,
) -> Recipe:
    """Made images, 32×32 in colour."""
    source = ImageSource(name="made", modes=modes, tail=tail, images=images, labelled=labelled)
    return Recipe(
        name=name,
        preset=preset,
        words=(*WORDS, *QUICK, *words),
        kind="made images",
        source=source,
        steps=steps,
        speed=50.0,
        check=100,
        looks=LOOKS,
        unseen=unseen,
    )


def _digits(
    name: str, preset: str, *words: str, images: int = 0, steps: int = 3000, unseen: bool = False
) -> Recipe:
    """Digits, 8×8 in grey: wider networks, for they have two layers each."""
    return Recipe(
        name=name,
        preset=preset,
        words=(*WORDS, "generator.channels=32", "discriminator.channels=32", *QUICK, *words),
        kind="digits",
        source=ImageSource(name="digits", images=images),
        steps=steps,
        speed=100.0,
        check=120,
        looks=LOOKS,
        unseen=unseen,
    )


def _emoji(
    name: str,
    preset: str,
    *words: str,
    images: int = 0,
    labelled: bool = True,
    steps: int = 2400,
    unseen: bool = False,
) -> Recipe:
    """Emoji, 64×64 in colour."""
    return Recipe(
        name=name,
        preset=preset,
        words=(*WORDS, *QUICK, *words),
        kind="emoji",
        source=ImageSource(name="emoji", images=images, labelled=labelled),
        steps=steps,
        speed=25.0,
        check=100,
        looks=LOOKS,
        unseen=unseen,
    )


COLLAPSING = (
    _made("made-8-fast-generator", "dcgan", 8, *FAST),
    _made("made-30-fast-generator", "dcgan", 30, *FAST),
    _made("made-8-plain-fast-generator", "dcgan", 8, *PLAIN, *FASTER),
    _made("made-30-plain-fast-generator", "dcgan", 30, *PLAIN, *FASTER),
    _made("made-200-plain-fast-generator", "dcgan", 200, *PLAIN, *FASTER, unseen=True),
    _made("made-30-tail-hinge", "dcgan", 30, *PLAIN, *FASTER, "objective.name=hinge", tail=True, unseen=True),
    _made("made-30-500-images-plain", "dcgan", 30, *PLAIN, *FASTER, images=500, labelled=False),
    _made("made-30-weak-discriminator", "dcgan", 30, *WEAK),
    _made("made-8-momentum", "dcgan", 8, *HEAVY),
    _made("made-30-one-coding", "dcgan", 30, "generator.latent_dim=1"),
    _made("made-8-no-penalty", "divergence", 8, *RATES_OF_SGD, steps=1200),
    _digits("digits-fast-generator", "dcgan", *FAST),
    _digits("digits-plain-fast-generator", "dcgan", *PLAIN, *FASTER),
    _digits("digits-weak-discriminator", "dcgan", *WEAK, unseen=True),
    _digits("digits-200-images", "dcgan", images=200),
    _emoji("emoji-fast-generator", "dcgan", *FAST),
    _emoji("emoji-mixed-batch", "discriminator-wins", "generator.lr=1e-4", "discriminator.lr=1e-3"),
    _emoji("emoji-unlabelled-plain", "dcgan", *PLAIN, *FASTER, labelled=False, unseen=True),
)
SOUND = (
    _made("made-8-dcgan", "dcgan", 8),
    _made("made-30-dcgan", "dcgan", 30),
    _made("made-30-tail-dcgan", "dcgan", 30, tail=True),
    _made("made-200-dcgan", "dcgan", 200),
    _made("made-200-tail-r1", "r1", 200, tail=True, unseen=True),
    _made("made-8-plain", "dcgan", 8, *PLAIN),
    _made("made-30-conditional", "conditional-dcgan", 30),
    _made("made-30-sn-hinge", "sn-hinge", 30),
    _made("made-8-wgan-gp", "wgan-gp", 8, "objective.discriminator_steps=2", steps=1200),
    _made("made-30-unlabelled", "dcgan", 30, labelled=False, unseen=True),
    _made("made-30-500-images", "dcgan", 30, images=500),
    _made("made-8-2000-images", "dcgan", 8, images=2000),
    _digits("digits-dcgan", "dcgan"),
    _digits("digits-conditional", "conditional-dcgan"),
    _digits("digits-500-images", "dcgan", images=500),
    _emoji("emoji-dcgan", "dcgan"),
    _emoji("emoji-sn-hinge", "sn-hinge"),
    _emoji("emoji-500-images", "dcgan", images=500, labelled=False),
)
