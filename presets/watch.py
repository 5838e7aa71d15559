"""How closely a run is watched, and from where on something is said. Nobody needs to touch these."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from latentop.presets.records import Fraction, Record, Seconds, means

Times = Annotated[float, Meta(ge=1, le=1e9)]
Nats = Annotated[float, Meta(ge=0, le=1e6)]

MOVED = {"calm": (-0.5, 2), "normal": (0.0, 0), "early": (0.5, -1)}
"""By sensitivity: how far alarms move towards where they clear, and for how many checks more they wait."""

PATIENCE = 100
"""Checks in a row before an alarm, at most."""
NO_SHARES = frozenset({"winning", "logits", "explosion", "overfitting"})
"""Thresholds in nats, or so many times something."""

BELOW = frozenset({"diversity", "garbage", "winning", "stalled", "codings"})
"""What is bad where it is small: the alarm is raised below its threshold, not above."""

Diversity = Annotated[Fraction, means("Of what real data covers; the alarm is below: collapsed.")]
Turnover = Annotated[
    Fraction, means("How much the modes change from check to check, of the most they could: cycling.")
]
Copied = Annotated[
    Fraction, means("Share of samples that are near copies of training images, beyond chance: memorising.")
]
Garbage = Annotated[
    Fraction,
    means(
        "Share of samples like real data, relative to real data, where the"
        " discriminator is fooled; the alarm is below: generator-wins."
    ),
]
Winning = Annotated[Nats, means("The discriminator's loss; the alarm is below: discriminator-wins.")]
Logits = Annotated[Nats, means("The generator's loss, which is a logit where it is large: runaway-logits.")]
Explosion = Annotated[Times, means("Times the largest loss and gradient early in the run: exploding.")]
Oscillation = Annotated[Fraction, means("Correlation of a loss with itself one period on: oscillation.")]
Stalled = Annotated[Fraction, means("Gradient norm, of that at the beginning; the alarm is below: stalled.")]
Overfitting = Annotated[Times, means("Validation error, of the training error: over-fitting.")]
Codings = Annotated[
    Fraction, means("Share of an autoencoder's codings that vary; the alarm is below: dead-codings.")
]
Posterior = Annotated[
    Fraction, means("Error of a variational autoencoder, of that of the mean image: posterior-collapse.")
]


class Watch(Record, frozen=True, kw_only=True):
    """Checks of samples, and two thresholds for each alarm: where it is raised, and where it clears."""

    samples: Annotated[int, means("Per diversity check.", ge=64, le=8192)] = 512
    every: Annotated[
        Seconds, means("Seconds between diversity checks, at least; a quarter while an alarm is in doubt.")
    ] = 1.0
    budget: Annotated[float, means("Share of training time for checks.", gt=0, le=1)] = 0.01
    patience: Annotated[int, means("Checks in a row before an alarm.", ge=1, le=PATIENCE)] = 3
    features: Annotated[
        str,
        means(
            "In what the diversity of images is measured: pca, principal components of pixels; inception; or"
            " a file with a TorchScript module, images (n, channels, height, width) in [0, 1] to features"
            " (n, d): absolute, or as seen from where the run is started.",
            pattern=r"\S",
        ),
    ] = "pca"

    sensitivity: Annotated[
        Literal["calm", "normal", "early"],
        means(
            "How soon alarms are raised: early moves the thresholds below half of the way to where they"
            " clear and waits for a check less; calm moves them as far away and waits for two more."
        ),
    ] = "normal"

    guard: Annotated[
        Literal["warn", "rollback", "stop"],
        means(
            "Once a run diverges or collapses: say so, go back to the last good state and try again, or stop."
        ),
    ] = "warn"
    guard_tries: Annotated[
        int, means("How often the guard goes back before it stops the run.", ge=1, le=100)
    ] = 3
    guard_factor: Annotated[
        float, means("What the guard multiplies the learning rates by, each time.", gt=0, le=1)
    ] = 0.5

    diversity_alarm: Diversity = 0.6
    diversity_clear: Diversity = 0.75
    turnover_alarm: Turnover = 0.25
    turnover_clear: Turnover = 0.12
    copied_alarm: Copied = 0.2
    copied_clear: Copied = 0.1
    garbage_alarm: Garbage = 0.1
    garbage_clear: Garbage = 0.3
    winning_alarm: Winning = 0.05
    winning_clear: Winning = 0.1
    logits_alarm: Logits = 20.0
    logits_clear: Logits = 10.0
    explosion_alarm: Explosion = 30.0
    explosion_clear: Explosion = 10.0
    oscillation_alarm: Oscillation = 0.7
    oscillation_clear: Oscillation = 0.5
    stalled_alarm: Stalled = 1e-4
    stalled_clear: Stalled = 1e-3
    overfitting_alarm: Overfitting = 1.5
    overfitting_clear: Overfitting = 1.25
    codings_alarm: Codings = 0.15
    codings_clear: Codings = 0.25
    posterior_alarm: Posterior = 0.9
    posterior_clear: Posterior = 0.8

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if name.endswith("_alarm"):
                self._check(name, name.removesuffix("_alarm"))

    @property
    def moved(self) -> "Watch":
        """The thresholds and the patience that alarms are judged by: these, moved by ``sensitivity``.

        Shares move on the scale of log odds, all else on that of logarithms: no share leaves 0 to 1. A
        threshold of 0 or 1 stays where it is.
        """
        way, checks = MOVED[self.sensitivity]
        alarms = [name for name in self.__struct_fields__ if name.endswith("_alarm")]
        return msgspec.structs.replace(
            self,
            sensitivity="normal",
            patience=min(max(1, self.patience + checks), PATIENCE),
            **{name: self._moved(name.removesuffix("_alarm"), way) for name in alarms},
        )

    def _moved(self, name: str, way: float) -> float:
        raised: float = getattr(self, f"{name}_alarm")
        cleared: float = getattr(self, f"{name}_clear")
        if not way or 0 in (raised, cleared):
            return raised
        if name in NO_SHARES:
            return float(raised * (cleared / raised) ** way)
        if 1 in (raised, cleared):
            return raised
        odds, over = raised / (1 - raised), cleared / (1 - cleared)
        moved = float(odds * (over / odds) ** way)
        return moved / (1 + moved)

    def _check(self, alarm: str, name: str) -> None:
        """Between raising and clearing lies room in which nothing changes, on the right side."""
        raised, cleared = getattr(self, alarm), getattr(self, f"{name}_clear")
        below = name in BELOW
        if (cleared < raised) if below else (cleared > raised):
            raise ValueError(f"{name}_clear must not be {'below' if below else 'above'} {alarm}")


DEFAULTS = Watch()
