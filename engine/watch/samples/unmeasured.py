"""Why samples can't be measured, in words."""

from dataclasses import dataclass

from latentop.presets.wording import spaced

LEAST = 200
"""Images, held out or not, from which on diversity can be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """Why samples can't be measured, with what it takes, and what to do about it."""

    why: str
    advice: str


class UnmeasurableError(ValueError):
    """What turned out while real data were measured, or samples drawn: these can't be measured."""

    def __init__(self, reason: Unmeasured) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason.why


def too_few(count: int, what: str) -> Unmeasured:
    """That so many images, or different images, are fewer than a meter takes."""
    return Unmeasured(
        why=f"diversity can't be measured: it takes {LEAST} {what}, and there are {count}",
        advice=f"add {spaced(LEAST - count)} {what}, or judge by eye",
    )


def unmeasurable(why: str, advice: str) -> UnmeasurableError:
    """That diversity can't be measured, why, and what to do about it."""
    return UnmeasurableError(Unmeasured(why=f"diversity can't be measured: {why}", advice=advice))
