"""The names of series, their units, which way is better, and what their value is now."""

from math import isfinite
from typing import Literal

import numpy as np

from engine.run.bins import Floats

Better = Literal["smaller", "larger", "neither"]

PRESENCE = "presence/"
"""Before the number of a mode, from 1: its share of the samples, relative to real data (0 is absent)."""
SPREADS = ("-sd", "-se")
"""What ends the name of a series that is another's standard deviation, or standard error."""
PRESENT = 0.25
"""A mode is lost below this share of what real data gives, the classifier's mistakes taken off."""
NOISY = ("loss/", "score/", "accuracy/discriminator", "accuracy/critic", "grad/", "update/", "singular/")
"""What begins the names of series that are measured on single batches, so that one value says little."""
RECENT_ROWS = 16
"""So many rows say what such a series is about now."""

_KNOWN: dict[str, tuple[str, Better]] = {
    "loss/generator": ("nats", "neither"),
    "loss/discriminator": ("nats", "neither"),
    "loss/reconstruction": ("mse", "smaller"),
    "valid/reconstruction": ("mse", "smaller"),
    "loss/sparsity": ("mse", "smaller"),
    "loss/kl": ("mse", "neither"),
    "loss/total": ("mse", "smaller"),
    "valid/loss": ("mse", "smaller"),
    "valid/given-clean": ("mse", "smaller"),
    "valid/noisy-input": ("mse", "neither"),
    "valid/mean-image": ("mse", "neither"),
    "codings/active-units": ("units", "larger"),
    "codings/rank": ("units", "larger"),
    "codings/units": ("units", "neither"),
    "codings/activation": ("mean", "neither"),
    "kl/nats": ("nats", "neither"),
    "kl/active-units": ("units", "larger"),
    "pca/angle": ("degrees", "smaller"),
    "pca/relative-error": ("of optimum", "smaller"),
    "score/real": ("probability", "neither"),
    "score/fake": ("probability", "neither"),
    "accuracy/discriminator": ("share", "neither"),
    "grad/generator": ("norm", "neither"),
    "grad/discriminator": ("norm", "neither"),
    "grad/autoencoder": ("norm", "neither"),
    "grad/classifier": ("norm", "neither"),
    "loss/frozen": ("nats", "smaller"),
    "loss/fine-tuned": ("nats", "smaller"),
    "loss/scratch": ("nats", "smaller"),
    "accuracy/frozen": ("share", "larger"),
    "accuracy/frozen-sd": ("share", "neither"),
    "accuracy/fine-tuned": ("share", "larger"),
    "accuracy/fine-tuned-sd": ("share", "neither"),
    "accuracy/scratch": ("share", "larger"),
    "accuracy/scratch-sd": ("share", "neither"),
    "lead/fine-tuned": ("share", "larger"),
    "lead/fine-tuned-se": ("share", "neither"),
    "lead/frozen": ("share", "larger"),
    "lead/frozen-se": ("share", "neither"),
    "diversity/coverage": ("of real", "larger"),
    "diversity/density": ("of real", "larger"),
    "diversity/duplicates": ("of real", "larger"),
    "diversity/modes": ("modes", "larger"),
    "diversity/copied": ("share", "smaller"),
    "diversity/turnover": ("share", "smaller"),
    "lr/generator": ("rate", "neither"),
    "lr/discriminator": ("rate", "neither"),
    "lr/autoencoder": ("rate", "neither"),
    "lr/classifier": ("rate", "neither"),
    "speed/steps": ("steps/s", "larger"),
}


def describe(name: str) -> tuple[str, Better]:
    """Unit of a series and which way is better; unknown names have no unit and no better way."""
    if name.startswith(PRESENCE):
        return "of real", "neither"
    return _KNOWN.get(name, ("", "neither"))


def noisy(name: str) -> bool:
    """Whether a series jumps from batch to batch."""
    return name.startswith(NOISY)


def typical(name: str, mean: Floats, last: float) -> float:
    """What a series is about now: the last value, of a noisy one the mean of its newest finite rows.

    ``mean`` (rows,) are its newest rows, ascending in step. A last value that is NaN or infinite is told
    as it is.
    """
    finite = mean[np.isfinite(mean)][-RECENT_ROWS:]
    return float(finite.mean()) if noisy(name) and isfinite(last) and len(finite) else last
