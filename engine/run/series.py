"""The names of series, their units, and which way is better."""

from typing import Literal

Better = Literal["smaller", "larger", "neither"]

_KNOWN: dict[str, tuple[str, Better]] = {
    "loss/generator": ("nats", "neither"),
    "loss/discriminator": ("nats", "neither"),
    "loss/reconstruction": ("mse", "smaller"),
    "valid/reconstruction": ("mse", "smaller"),
    "score/real": ("probability", "neither"),
    "score/fake": ("probability", "neither"),
    "accuracy/discriminator": ("share", "neither"),
    "grad/generator": ("norm", "neither"),
    "grad/discriminator": ("norm", "neither"),
    "grad/autoencoder": ("norm", "neither"),
    "diversity/coverage": ("of real", "larger"),
    "diversity/density": ("of real", "larger"),
    "diversity/duplicates": ("of real", "larger"),
    "diversity/modes": ("modes", "larger"),
    "speed/steps": ("steps/s", "larger"),
}


def describe(name: str) -> tuple[str, Better]:
    """Unit of a series and which way is better; unknown names have no unit and no better way."""
    return _KNOWN.get(name, ("", "neither"))
