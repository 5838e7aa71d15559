"""How closely a run is watched, and from where on something is said. Nobody needs to touch these."""

from typing import Annotated, Literal

from msgspec import Meta

from presets.records import Fraction, Record, Seconds

Times = Annotated[float, Meta(ge=1, le=1e9)]
Nats = Annotated[float, Meta(ge=0, le=1e6)]

BELOW = frozenset({"diversity", "garbage", "winning", "stalled", "codings"})
"""What is bad where it is small: the alarm is raised below its threshold, not above."""


class Watch(Record, frozen=True, kw_only=True):
    """Checks of samples, and two thresholds for each alarm: where it is raised, and where it clears."""

    samples: Annotated[int, Meta(ge=64, le=8192)] = 512
    """Per diversity check."""
    every: Seconds = 1.0
    """Seconds between diversity checks, at least."""
    budget: Annotated[float, Meta(gt=0, le=1)] = 0.01
    """Share of training time for checks."""
    patience: Annotated[int, Meta(ge=1, le=100)] = 3
    """Checks in a row before an alarm."""

    guard: Literal["warn", "rollback", "stop"] = "warn"
    """Once a run diverges or collapses: say so, go back to the last good state and try again, or stop."""
    guard_tries: Annotated[int, Meta(ge=1, le=100)] = 3
    """How often the guard goes back before it stops the run."""
    guard_factor: Annotated[float, Meta(gt=0, le=1)] = 0.5
    """What the guard multiplies the learning rates by, each time."""

    diversity_alarm: Fraction = 0.6
    diversity_clear: Fraction = 0.75
    """Of what real data covers; the alarm is below: ``collapsed``."""
    turnover_alarm: Fraction = 0.25
    turnover_clear: Fraction = 0.12
    """How much the modes change from check to check, of the most they could: ``cycling``."""
    copied_alarm: Fraction = 0.2
    copied_clear: Fraction = 0.1
    """Share of samples that are near copies of training images, beyond chance: ``memorising``."""
    garbage_alarm: Fraction = 0.1
    garbage_clear: Fraction = 0.3
    """Share of samples like real data, relative to real data, where the discriminator is fooled; the alarm is
    below: ``generator-wins``."""
    winning_alarm: Nats = 0.05
    winning_clear: Nats = 0.1
    """The discriminator's loss; the alarm is below: ``discriminator-wins``."""
    logits_alarm: Nats = 20.0
    logits_clear: Nats = 10.0
    """The generator's loss, which is a logit where it is large: ``runaway-logits``."""
    explosion_alarm: Times = 30.0
    explosion_clear: Times = 10.0
    """Times the largest loss and gradient early in the run: ``exploding``."""
    oscillation_alarm: Fraction = 0.7
    oscillation_clear: Fraction = 0.5
    """Correlation of a loss with itself one period on: ``oscillation``."""
    stalled_alarm: Fraction = 1e-4
    stalled_clear: Fraction = 1e-3
    """Gradient norm, of that at the beginning; the alarm is below: ``stalled``."""
    overfitting_alarm: Times = 1.5
    overfitting_clear: Times = 1.25
    """Validation error, of the training error: ``over-fitting``."""
    codings_alarm: Fraction = 0.15
    codings_clear: Fraction = 0.25
    """Share of an autoencoder's codings that vary; the alarm is below: ``dead-codings``."""
    posterior_alarm: Fraction = 0.9
    posterior_clear: Fraction = 0.8
    """Error of a variational autoencoder, of that of the mean image: ``posterior-collapse``."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if name.endswith("_alarm"):
                self._check(name, name.removesuffix("_alarm"))

    def _check(self, alarm: str, name: str) -> None:
        """Between raising and clearing lies room in which nothing changes, on the right side."""
        raised, cleared = getattr(self, alarm), getattr(self, f"{name}_clear")
        below = name in BELOW
        if (cleared < raised) if below else (cleared > raised):
            raise ValueError(f"{name}_clear must not be {'below' if below else 'above'} {alarm}")


DEFAULTS = Watch()
