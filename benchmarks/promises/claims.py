"""What presets promise in ``look_for``, as numbers with bounds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isnan
from statistics import median

from benchmarks.linear import pca_errors, pca_of_noisy
from benchmarks.promises.run import Run
from latentop.engine.objectives.denoising import Denoising

COMPONENTS = 30
"""As many as the autoencoders that are held against PCA have codings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """``measure`` of a run is to be below a positive ``bound``; or above it, where ``above`` says so."""

    says: str
    measure: Callable[[Run], float]
    bound: float
    above: bool = False

    def margin(self, measured: float) -> float:
        """How many times over the bound is kept: above 1 the claim holds; 0 for what is no number."""
        if isnan(measured):
            return 0.0
        if self.above:
            return max(measured, 0.0) / self.bound
        return self.bound / measured if measured > 0 else inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What one preset promises. ``speed`` is in steps a second, of a machine with two cores.

    ``steps`` is the most that it trains, None: to the preset's end. With ``alarm`` it trains until that one
    is raised. Held-out data are measured every so many seconds, as ``frames`` says.
    """

    preset: str
    claims: tuple[Claim, ...]
    speed: float
    steps: int | None = None
    alarm: str = ""
    slow: bool = False
    frames: float = 0.5

    def ends(self, run: Run) -> bool:
        """Whether all that was to be seen has been."""
        return any(alarm.name == self.alarm for alarm in run.raised)


def first(name: str, within: int) -> Claim:
    """That alarm comes before any other as severe as itself, at a step up to ``within``."""

    def step(run: Run) -> float:
        own = next((alarm for alarm in run.raised if alarm.name == name), None)
        if own is None:
            return inf
        before = [one for one in run.raised if one.severity in (own.severity, "critical")]
        return own.step if before[0] is own else inf

    return Claim(says=f"first alarm: {name}, by step {within}", measure=step, bound=within)


def last(series: str, bound: float, says: str, *, above: bool = False) -> Claim:
    """The last value of a series is below the bound, or above it."""
    return Claim(says=says, measure=lambda run: run.last(series), bound=bound, above=above)


def below_pca(run: Run) -> float:
    """The held-out error, of what PCA with as many components leaves."""
    return run.last("valid/reconstruction") / pca_errors(run.dataset, [COMPONENTS])[COMPONENTS]


def below_pca_of_noisy(run: Run) -> float:
    """The error of denoised held-out images, of what PCA of noisy images leaves."""
    assert isinstance(run.objective, Denoising)
    return run.last("valid/reconstruction") / pca_of_noisy(run.objective, run.dataset, COMPONENTS)


def cleaned(run: Run) -> float:
    """The error that is left of a noisy input's."""
    return run.last("valid/reconstruction") / run.last("valid/noisy-input")


def fallen(series: str) -> Callable[[Run], float]:
    """What is left at the end of the most that a series has been."""
    return lambda run: run.last(series) / max(run.values(series))


def least_after_best(series: str) -> Callable[[Run], float]:
    """The least that a series fell to after its highest value, as a share of that."""

    def least(run: Run) -> float:
        values = run.values(series)
        return min(values[values.index(max(values)) :]) / max(values)

    return least


def most(series: str) -> Callable[[Run], float]:
    """The highest value of a series."""
    return lambda run: max(run.values(series))


def late(series: str, steps: int) -> Callable[[Run], float]:
    """The median of a series over its last steps."""
    return lambda run: median(run.values(series, since=run.series[series][-1][0] - steps))


def standard_errors(lead: str) -> Callable[[Run], float]:
    """A lead over its paired standard error."""
    return lambda run: run.last(lead) / run.last(f"{lead}-se")


def worst(claim: Claim, measured: Sequence[float]) -> float:
    """The measure with the smallest margin."""
    return min(measured, key=claim.margin)
