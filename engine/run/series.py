"""The registry of series: what each is called, its unit, which way is better; and what its value is now."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite
from typing import Literal

import numpy as np

from latentop.engine.run.store.bins import Floats

Better = Literal["smaller", "larger", "real", "neither"]
"""Which values are better: ``real``, those near what real data reach. Noise is more distinct than these."""

PRESENCE = "presence/"
"""Before the number of a mode, from 1: its share of the samples, relative to real data (0 is absent)."""
QUALITY = "quality/"
"""Before a measure of how good samples are as a whole, such as a distance from real data."""
SPREADS = ("-sd", "-se")
"""What ends the name of a series that is another's standard deviation, or standard error."""
PRESENT, BACK = 0.25, 0.4
"""A mode is lost below the first share of what real data gives, the classifier's mistakes taken off; above
the second it was there, or is there again."""
NOISY = ("loss/", "score/", "accuracy/discriminator", "accuracy/critic", "grad/", "update/", "singular/")
"""What begins the names of series that are measured on single batches, so that one value says little."""
CRITIC = "accuracy/critic"
"""A series that a critic has: neither its losses nor its scores are probabilities, nor in nats."""
UNITLESS = ("loss/generator", "loss/discriminator", "score/real", "score/fake")
"""The series that have no unit beside a critic's."""
RECENT_ROWS = 16
"""So many rows say what such a series is about now."""
RELATIVE = ("share", "of real")
"""The units of shares, 0 to 1 and above: of a whole, or of what real data reach. They are told in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A named scalar of a run, with its unit and what people call it.

    A name such as ``grad/…`` is that of a family: ``…`` stands for whatever follows, in its label too.
    """

    name: str
    unit: str = ""
    better: Better = "neither"
    label: str = ""

    @property
    def relative(self) -> bool:
        """Whether its values are shares, which are told in percent."""
        return self.unit in RELATIVE

    @property
    def noisy(self) -> bool:
        """Whether it jumps from batch to batch."""
        return self.name.startswith(NOISY)


REGISTRY: Mapping[str, Series] = {
    one.name: one
    for one in (
        Series(name="loss/generator", unit="nats"),
        Series(name="loss/discriminator", unit="nats"),
        Series(name="diversity/coverage", unit="of real", better="larger"),
        Series(name="loss/total", unit="mse", better="smaller"),
        Series(name="loss/reconstruction", unit="mse", better="smaller", label="training error"),
        Series(name="valid/reconstruction", unit="mse", better="smaller", label="validation error"),
        Series(name="valid/loss", unit="mse", better="smaller"),
        Series(name="loss/kl", unit="mse", label="KL loss"),
        Series(name="diversity/density", unit="of real", better="real"),
        Series(name="diversity/modes", unit="modes", better="larger"),
        Series(name="score/real", unit="probability", label="D(real)"),
        Series(name="score/fake", unit="probability", label="D(fake)"),
        Series(name="accuracy/fine-tuned", unit="share", better="larger"),
        Series(name="accuracy/frozen", unit="share", better="larger"),
        Series(name="accuracy/scratch", unit="share", better="larger"),
        Series(name="lead/fine-tuned", unit="share", better="larger"),
        Series(name="lead/frozen", unit="share", better="larger"),
        Series(name="loss/fine-tuned", unit="nats", better="smaller"),
        Series(name="loss/frozen", unit="nats", better="smaller"),
        Series(name="loss/scratch", unit="nats", better="smaller"),
        Series(name="loss/sparsity", unit="mse", better="smaller"),
        Series(name="valid/given-clean", unit="mse", better="smaller", label="error on clean input"),
        Series(name="valid/noisy-input", unit="mse", label="error on noisy input"),
        Series(name="valid/mean-image", unit="mse", label="error of the mean image"),
        Series(name="diversity/duplicates", unit="of real", better="real", label="distinct"),
        Series(name="diversity/effective", unit="of real", better="real"),
        Series(name="diversity/precision", unit="of real", better="real"),
        Series(name="diversity/detail", unit="of real", better="real"),
        Series(name="diversity/quality", unit="share", better="larger"),
        Series(name="diversity/reverse-kl", unit="nats", better="smaller", label="reverse KL"),
        Series(name="diversity/copied", unit="share", better="smaller", label="copies"),
        Series(name="diversity/turnover", unit="share", better="smaller"),
        Series(name="quality/frechet", better="smaller", label="Fréchet distance"),
        Series(name="quality/fid", better="smaller", label="FID"),
        Series(name="quality/kid", better="smaller", label="KID"),
        Series(name="quality/inception-score", better="larger", label="inception score"),
        Series(name="presence/…", unit="of real", label="presence of mode …"),
        Series(name="codings/active-units", unit="units", better="larger", label="active codings"),
        Series(name="codings/rank", unit="units", better="larger", label="rank of the codings"),
        Series(name="codings/units", unit="units", label="codings"),
        Series(name="codings/activation", unit="mean", label="activation"),
        Series(name="kl/nats", unit="nats", label="KL"),
        Series(name="kl/active-units", unit="units", better="larger", label="informed codings"),
        Series(name="kl/…", label="KL of …"),
        Series(name="pca/angle", unit="degrees", better="smaller", label="angle to PCA's plane"),
        Series(name="pca/relative-error", unit="of optimum", better="smaller", label="error over PCA's"),
        Series(name="accuracy/discriminator", unit="share", label="D accuracy"),
        Series(name="accuracy/critic", unit="share"),
        Series(name="grad/generator", unit="norm"),
        Series(name="grad/discriminator", unit="norm"),
        Series(name="grad/autoencoder", unit="norm", label="gradient"),
        Series(name="grad/classifier", unit="norm"),
        Series(name="grad/…", unit="norm", label="…'s gradient"),
        Series(name="update/…", label="…'s step"),
        Series(name="singular/…", label="…'s strongest layer"),
        Series(name="loss/…", label="… loss"),
        Series(name="valid/…", label="validation …"),
        Series(name="accuracy/…", label="… accuracy"),
        Series(name="lead/…", label="lead of …"),
        Series(name="diversity/…", label="…"),
        Series(name="quality/…", label="…"),
        Series(name="lr/…", unit="rate", label="…'s learning rate"),
        Series(name="speed/steps", unit="steps/s", better="larger", label="speed"),
    )
}
"""What is asked for first comes first."""
_PLACES = {name: place for place, name in enumerate(REGISTRY)}


@lru_cache(maxsize=4096)
def of(name: str) -> Series:
    """The series of that name. A stranger has no unit and no better way, and is called by its name.

    A spread has the unit of its mean, and no better way.
    """
    if name.endswith(SPREADS):
        return replace(of(name[:-3]), name=name, better="neither")
    family, _, rest = name.partition("/")
    found = REGISTRY.get(name) or REGISTRY.get(f"{family}/…") or Series(name=name, label=name)
    label = found.label or REGISTRY.get(f"{family}/…", found).label
    return replace(found, name=name, label=label.replace("…", rest))


def unit(name: str, among: Container[str]) -> str:
    """The unit of a series in a run that has those of the names ``among``."""
    return "" if CRITIC in among and name in UNITLESS else of(name).unit


def place(name: str) -> int:
    """Where a series stands in the registry; those that it does not know by their own names come last."""
    return _PLACES.get(name, len(REGISTRY))


def behind(name: str, value: float) -> float:
    """Values of a series in order: the less, the better; of one without a better way, the smaller."""
    better = of(name).better
    return abs(value - 1) if better == "real" else -value if better == "larger" else value


def typical(name: str, mean: Floats, last: float) -> float:
    """What a series is about now: the last value, of a noisy one the mean of its newest finite rows.

    ``mean`` (rows,) are its newest rows, ascending in step. A last value that is NaN or infinite is told
    as it is.
    """
    finite = mean[np.isfinite(mean)][-RECENT_ROWS:]
    return float(finite.mean()) if of(name).noisy and isfinite(last) and len(finite) else last
