"""Losses that swing and never settle, with the period of it: a game that circles its equilibrium.

Read from the autocorrelation of the losses, less their trend. What repeats looks like itself one period on
and two periods on, and like its opposite half a period before each. Noise does the first rarely and all of it
hardly ever: a random walk, the best impostor, gets above 0.7 in one window of ten thousand, and there with
fewer than four periods.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentop.engine.watch.signals.recent import Recent
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch

SERIES = ("dirac/generator", "loss/generator", "loss/discriminator")
"""Where a swing shows; the losses' period is half of the orbit's where the game is symmetric."""

YOUNG = 200
"""Steps at a run's start that are left out: losses fall there."""
SHORTEST_WINDOW = 200
"""Steps; in fewer nothing is judged."""
NEWEST = 4096
"""Steps that are looked at by themselves too: a swing that began lately fills but a part of the window."""
SHORTEST_PERIOD = 8
"""Steps: faster is jitter from step to step."""
FEWEST_PERIODS = 3
"""In the window, whatever its length."""
ENOUGH_PERIODS, FEW = 4, 0.85
"""With fewer periods than this, the correlation must be above ``FEW``: random walks have such periods."""
OPPOSITE = -0.5
"""Of the correlation one period on: half a period on it must be below, as between crest and trough."""
LASTS, ENDS = 0.5, 0.25
"""How far it swung in the newest period, as a share of all in view: an oscillation above, over below."""
TOLERANCE = 0.2
"""Of a period: how far from its place the next crest or trough may be."""
ROUNDED = 1e-6
"""Of the largest value: a swing of less is rounding in 32 bits."""
SAME_HEIGHT = 0.8
"""Of the highest peak: the first lag that reaches this is the period, not a multiple of it."""


@dataclass(frozen=True, slots=True)
class Swing:
    """What repeats in a series: period in steps, number of periods in view, correlation [-1, 1], amplitude.

    ``steady`` says whether it repeats as often, as alike and as evenly as an oscillation must. ``amplitude``
    is half of the height from trough to crest, in the series' unit; ``lasts`` is how far the newest period
    swings, as a share of all of them.
    """

    period: float
    periods: float
    correlation: float
    amplitude: float
    lasts: float
    steady: bool


def oscillation(recent: Recent, settings: Watch = DEFAULTS) -> list[Condition]:
    """The condition ``oscillation`` (warning), of GANs."""
    alarm, clear = settings.oscillation_alarm, settings.oscillation_clear
    swings: dict[str, Swing | None] = {}
    for name in SERIES:
        values = recent.values(name)
        values = values[recent.steps[len(recent.steps) - len(values) :] > YOUNG]
        broken = np.flatnonzero(~np.isfinite(values))
        values = values[broken[-1] + 1 :] if len(broken) else values
        if len(values) >= SHORTEST_WINDOW:
            whole, newest = swing(values, alarm), swing(values[-NEWEST:], alarm)
            swings[name] = newest if newest and newest.steady else whole
    if not swings:
        return []
    found = {name: one for name, one in swings.items() if one}
    steady = {name: one for name, one in found.items() if one.steady}
    sentence, evidence = "", {}
    if steady:
        name, best = max(steady.items(), key=lambda item: item[1].correlation)
        sentence = (
            f"the game circles: {name} swings by ±{best.amplitude:.2g} with a period of {best.period:.0f} "
            f"steps, {best.periods:.0f} times so far in view (correlation one period on "
            f"{best.correlation:.2f}, alarm above {_needed(best.periods, alarm):.3g})"
        )
        evidence = {
            "period": best.period,
            "periods": best.periods,
            "correlation": best.correlation,
            "amplitude": best.amplitude,
        }
    return [
        Condition(
            name="oscillation",
            severity="warning",
            bad=bool(steady),
            clear=all(one.correlation < clear or one.lasts < ENDS for one in found.values()),
            sentence=sentence,
            advice=(
                "damp it with a penalty on the discriminator's slope (objective.r1 = 1), "
                "or lower both learning rates and the momentum (beta1)"
            ),
            evidence=evidence,
        )
    ]


def swing(values: NDArray[np.float64], alarm: float = DEFAULTS.oscillation_alarm) -> Swing | None:
    """What repeats in these finite values ``(n,)``; None where nothing does, as in constant ones.

    ``alarm`` is the correlation one period on, the part of the variance that repeats, that makes it steady.
    """
    straight = _straightened(values)
    spread = float(straight.std())
    if spread <= ROUNDED * np.abs(values).max():
        return None
    likeness = _autocorrelation(straight)
    longest = len(values) // FEWEST_PERIODS
    below = np.flatnonzero(likeness[: longest + 1] < 0)
    if len(below) == 0:
        return None
    crossing = int(below[0])
    peaks = likeness[crossing : longest + 1]
    first = crossing + int(np.argmax(peaks >= SAME_HEIGHT * peaks.max()))
    lag = first + int(np.argmax(likeness[first : min(longest, first + int(TOLERANCE * first)) + 1]))
    height = float(likeness[lag])
    if not SHORTEST_PERIOD <= lag < longest or height <= 0:
        return None
    reach = max(1, int(TOLERANCE * lag))
    valleys = [likeness[at - reach : at + reach + 1].min() for at in (lag // 2, 3 * lag // 2)]
    second = 2 * lag - reach + int(np.argmax(likeness[2 * lag - reach : 2 * lag + reach + 1]))
    again = float(likeness[second])
    periods = 2 * len(values) / second
    lasts = float(straight[-lag:].std()) / spread
    alike = min(height, again) > _needed(periods, alarm) and max(valleys) < OPPOSITE * height
    return Swing(
        period=second / 2,
        periods=periods,
        correlation=height,
        amplitude=float(np.sqrt(2 * height)) * spread,
        lasts=lasts,
        steady=bool(alike and lasts > LASTS),
    )


def _needed(periods: float, alarm: float) -> float:
    return alarm if periods >= ENOUGH_PERIODS else max(alarm, FEW)


def _straightened(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Less the line through them, by least squares."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    level = values - values.mean()
    return np.asarray(level - time * (time @ level) / (time @ time))


def _autocorrelation(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(n,)`` in [-1, 1] by lag: of each overlap by its own size, so that a growing swing is as alike."""
    count = len(values)
    scaled = values / np.abs(values).max()
    spectrum = np.fft.rfft(scaled, 2 * count)
    products = np.fft.irfft(np.abs(spectrum) ** 2, 2 * count)[:count]
    energy = np.concatenate([[0.0], np.cumsum(scaled**2)])
    early, late = energy[count:0:-1], energy[count] - energy[:count]
    whole = np.sqrt(early * late)
    likeness: NDArray[np.float64] = np.zeros(count)
    np.divide(products, whole, out=likeness, where=whole > np.finfo(float).eps * count)
    return likeness
