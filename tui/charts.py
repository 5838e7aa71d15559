"""The charts there are: which series go together, how they are called, and in which colours."""

from dataclasses import dataclass

from tui.state import State


@dataclass(frozen=True, slots=True)
class Series:
    """A series to draw: its name in the store, its name in the legend, its colour in the theme.

    Where it is a mean over several, ``sd`` names the series of their standard deviation, drawn as a band.
    """

    name: str
    label: str
    colour: str
    sd: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Series that are drawn together."""

    title: str
    series: tuple[Series, ...]

    def seen_in(self, state: State) -> bool:
        """Whether the run has values for it."""
        return any(series.name in state.series for series in self.series)


CUSTOM = "series"
"""The title of a chart that a person put together."""
INKS = ("primary", "accent", "success", "warning", "error", "secondary")
"""The colours of such a chart, one a series, then again from the first."""

LOSSES = Chart(
    "losses",
    (
        Series("loss/generator", "generator", "primary"),
        Series("loss/discriminator", "discriminator", "accent"),
    ),
)
SCORES = Chart(
    "scores",
    (Series("score/real", "D(real)", "success"), Series("score/fake", "D(fake)", "warning")),
)
GRADIENTS = Chart(
    "gradient norms",
    (
        Series("grad/generator", "generator", "primary"),
        Series("grad/discriminator", "discriminator", "accent"),
        Series("grad/autoencoder", "autoencoder", "primary"),
        Series("grad/classifier", "classifier", "success"),
    ),
)
DIVERSITY = Chart(
    "diversity, 1 = like real data",
    (
        Series("diversity/coverage", "coverage", "primary"),
        Series("diversity/density", "density", "accent"),
        Series("diversity/duplicates", "distinct", "success"),
    ),
)
UPDATES = Chart(
    "updates, as a share of the weights",
    (
        Series("update/generator", "generator", "primary"),
        Series("update/discriminator", "discriminator", "accent"),
        Series("update/autoencoder", "autoencoder", "primary"),
        Series("update/classifier", "classifier", "success"),
    ),
)
RECONSTRUCTION = Chart(
    "reconstruction error",
    (
        Series("loss/reconstruction", "training", "primary"),
        Series("valid/reconstruction", "validation", "accent"),
    ),
)
CODINGS = Chart(
    "codings",
    (
        Series("loss/kl", "KL", "primary"),
        Series("kl/nats", "nats", "primary"),
        Series("codings/active-units", "varying", "accent"),
        Series("kl/active-units", "informed", "accent"),
    ),
)
ACCURACY = Chart(
    "accuracy with few labels, mean and sd",
    (
        Series("accuracy/fine-tuned", "fine-tuned", "primary", "accuracy/fine-tuned-sd"),
        Series("accuracy/frozen", "frozen", "success", "accuracy/frozen-sd"),
        Series("accuracy/scratch", "scratch", "accent", "accuracy/scratch-sd"),
    ),
)
SPEED = Chart("speed, steps a second", (Series("speed/steps", "steps", "primary"),))
