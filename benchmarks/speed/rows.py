"""What a benchmark says: rows with ours, the peer's and the target. And how long it may take for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

NONE = "–"
"""Stands where there is no figure: a peer that is not installed, a row without a target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure in words with its unit; ``met`` is None where there is no target."""

    what: str
    ours: str
    peer: str = NONE
    target: str = NONE
    met: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long a benchmark may look: the more, the less chance is in its figures."""

    rounds: int
    """Turns of each process that takes turns, and repetitions of whatever starts anew."""
    slice: float
    """Seconds of a turn."""
    settle: float
    """Seconds left to a screen to draw all that it has, before it is watched."""
    watch: float
    """Seconds for which bytes, processor time or speed are counted."""
    keys: int
    """Keys that are pressed."""
    lengths: tuple[int, ...]
    """Steps of the long runs that are opened."""
    presets: tuple[str, ...] = ("dcgan", "stacked", "ring")
    overrides: tuple[str, ...] = ()
    """What is set in the presets that are trained, so that tests take small networks."""


FULL = Budget(rounds=5, slice=3.5, settle=4.0, watch=15.0, keys=30, lengths=(100_000, 1_000_000, 10_000_000))
QUICK = Budget(rounds=2, slice=1.5, settle=2.0, watch=1.5, keys=3, lengths=(10_000,), presets=("dcgan",))


def at_most(what: str, figures: Sequence[float], most: float, unit: str, **more: str) -> Row:
    """A row whose figure, the median, is to be at most so much."""
    ours = median(figures)
    spread = f"{said(min(figures))} to {said(max(figures))} in {len(figures)} repetitions"
    return Row(
        what=what,
        ours=f"{said(ours)} {unit}",
        target=f"≤ {said(most)} {unit}",
        met=ours <= most,
        **{"note": spread if len(figures) > 1 else "", **more},
    )


def at_least(what: str, figures: Sequence[float], least: float, unit: str = "", **more: str) -> Row:
    """A row whose figure, the median, is to be at least so much."""
    ours = median(figures)
    spread = f"{said(min(figures))} to {said(max(figures))} in {len(figures)} turns"
    return Row(
        what=what,
        ours=f"{said(ours)} {unit}".strip(),
        target=f"≥ {said(least)} {unit}".strip(),
        met=ours >= least,
        **{"note": spread if len(figures) > 1 else "", **more},
    )


def percentile(figures: Sequence[float], percent: int) -> float:
    """Below which that share of the figures lies."""
    if len(figures) < 2:
        return figures[0]
    return quantiles(figures, n=100, method="inclusive")[percent - 1]


def said(figure: float) -> str:
    """Three digits, and no more zeros than it takes: ``0.987``, ``12.4``, ``5 000``."""
    if abs(figure) >= 100 or figure == int(figure):
        return f"{figure:,.0f}".replace(",", " ")
    return f"{figure:.3g}"
