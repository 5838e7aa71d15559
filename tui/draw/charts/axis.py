"""Axes that stay put: limits on round numbers that move only when they must, ticks and their labels."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

Limits = tuple[float, float]
"""Lower and upper end of an axis; of a logarithmic one, the decimal logarithms of its ends."""

FIRST_SPAN = 64
"""Steps on a time axis before it grows for the first time."""

LARGEST = 1e300
"""Values beyond are drawn at this height, so that differences stay within a float."""

ONE_TO_TWO = log10(2)

UNITS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
"""What a row of a chart may be high, times a power of ten: these make round values every few rows."""

NEEDED = 0.2
"""A value axis is kept while the data fill at least this share of it."""


def time_axis(last_step: int) -> int:
    """Return where a time axis from 0 ends: within 8 % after `last_step`, and at 64 at the earliest.

    It moves on by a sixteenth or an eighth of a power of two: cells stay put as long as that.
    """
    if last_step <= FIRST_SPAN:
        return FIRST_SPAN
    power = 1 << (last_step.bit_length() - 1)
    unit = power // (16 if last_step < 25 * power // 16 else 8)
    return -(-last_step // unit) * unit


def value_axis(lo: float, hi: float, previous: Limits | None = None) -> Limits:
    """Return limits that hold `lo` and `hi`: multiples of 1, 2 or 5 · 10^k, lower < upper.

    `previous` is returned as it is while it holds the data and they do not look lost in it. Limits that are
    not finite count as absent; without any the axis is 0 to 1.
    """
    lo, hi = (_clipped(value) for value in (lo, hi))
    if not (isfinite(lo) and isfinite(hi)):
        return previous or (0.0, 1.0)
    lo, hi = _with_zero(*_apart(min(lo, hi), max(lo, hi)))
    if previous is not None:
        lower, upper = previous
        if lower <= lo and hi <= upper and hi - lo >= NEEDED * (upper - lower):
            return previous
    step = round_up((hi - lo) / 5)
    return _clean(floor(_near(lo / step)) * step), _clean(ceil(_near(hi / step)) * step)


def log_axis(lo: float, hi: float, previous: Limits | None = None) -> Limits:
    """Return limits, as logarithms, that hold `lo` and `hi` (> 0): of 1, 2 or 5 · 10^k, lower < upper.

    `previous` is kept as by `value_axis`. Without positive finite values the axis is 0.1 to 1.
    """
    if not (0 < lo <= hi and isfinite(hi)):
        return previous or (-1.0, 0.0)
    lo, hi = log10(max(lo, 1 / LARGEST)), log10(min(hi, LARGEST))
    if previous is not None:
        lower, upper = previous
        if lower <= lo and hi <= upper and hi - lo >= NEEDED * (upper - lower):
            return previous
    lower, upper = _log_floor(lo), -_log_floor(-hi)
    return (lower, upper) if upper - lower > 0.1 else (floor(lower - 0.1), ceil(upper + 0.1))


def log_ticks(lower: float, upper: float, at_most: int) -> list[float]:
    """Return up to `at_most` logarithms of round values between logarithms `lower` and `upper`, ascending."""
    decades = [float(power) for power in range(ceil(_near(lower)), floor(_near(upper)) + 1)]
    fine = sorted(
        {*decades, *(power + log10(factor) for power in (floor(lower), *decades) for factor in (2, 5))}
    )
    fine = [one for one in fine if lower - 1e-9 <= one <= upper + 1e-9]
    if len(fine) <= at_most or len(decades) < 2:
        return fine[: max(0, at_most)]
    every = -(-len(decades) // max(1, at_most))
    return decades[::every]


def ticks(lower: float, upper: float, at_most: int) -> list[float]:
    """Return up to `at_most` round values from `lower` to `upper`, evenly spaced, ascending."""
    if at_most < 1 or not lower < upper:
        return []
    step = round_up((upper - lower) / max(1, at_most))
    while True:
        first, last = ceil(_near(lower / step)), floor(_near(upper / step))
        if last - first < at_most:
            return [_clean(index * step) for index in range(first, last + 1)]
        step = round_up(step * 1.5)


def row_axis(lower: float, upper: float, rows: int, at_most: int) -> tuple[Limits, list[float]]:
    """Return limits that hold `lower` and `upper` on so many rows, and round values in the middle of rows.

    A label beside a row is then true of it. There are two values at least, from two rows on; `at_most` so
    many, or as many as three rows have.
    """
    least = (upper - lower) / rows
    exponent = floor(log10(least))
    for unit in (float(f"{factor}e{power}") for power in (exponent, exponent + 1) for factor in UNITS):
        first = floor(_near(lower / unit + 0.5))
        if (first + rows - 0.5) * unit >= upper - 1e-9 * least:
            limits = (first - 0.5) * unit, (first + rows - 0.5) * unit
            return limits, _every_few(unit, range(first, first + rows), max(at_most, min(rows, 3)))
    raise ValueError(f"no axis holds {lower!r} to {upper!r} on {rows} rows")


def _every_few(unit: float, rows: range, at_most: int) -> list[float]:
    """Of the middles of rows, multiples of `unit`, those that are short to write and easy to go on from."""
    found: dict[int, list[float]] = {}
    for every in range(1, len(rows) + 1):
        middles = [_clean(row * unit) for row in rows if row % every == 0]
        if min(2, len(rows)) <= len(middles) <= at_most:
            found[every] = middles

    def oddness(every: int) -> tuple[int, bool, int]:
        digits = f"{every * unit:e}".split("e")[0].rstrip("0.")
        return len(digits), digits not in ("1", "2", "5"), -len(found[every])

    return found[min(found, key=oddness)] if found else []


def round_up(value: float) -> float:
    """Return the smallest of 1, 2 or 5 · 10^k that is not below `value` (> 0)."""
    exponent = floor(log10(value))
    for factor, power in ((1, 0), (2, 0), (5, 0), (1, 1), (2, 1)):
        rounded = float(f"{factor}e{exponent + power}")
        if rounded >= value * (1 - 1e-9):
            return rounded
    raise ValueError(f"round_up needs a positive finite number, not {value!r}")


def _clipped(value: float) -> float:
    return max(-LARGEST, min(LARGEST, value)) if isfinite(value) else value


def _apart(lo: float, hi: float) -> Limits:
    if hi - lo > max(abs(lo), abs(hi)) * 1e-6 + 1e-12:
        return lo, hi
    if lo == 0:
        return 0.0, 1.0
    half = max(abs(lo) / 2, 1e-12)
    return lo - half, hi + half


def _with_zero(lo: float, hi: float) -> Limits:
    """Take in zero where it is near: a loss reads best against it, and the axis moves less."""
    if 0 < lo <= hi / 2:
        return 0.0, hi
    if lo / 2 <= hi < 0:
        return lo, 0.0
    return lo, hi


def _log_floor(power: float) -> float:
    """Return the largest logarithm of 1, 2 or 5 · 10^k that is not above `power`, and of their inverses."""
    below = floor(_near(power))
    steps = (0.0, ONE_TO_TWO, 1 - ONE_TO_TWO)
    return max(below + step for step in steps if below + step <= power + 1e-9)


def _clean(value: float) -> float:
    """Return `value` without the noise that a product of floats leaves: 0.6, not 0.6000000000000001."""
    return float(f"{value:.12g}")


def _near(value: float) -> float:
    """Return `value`, or the whole number that it misses only by rounding."""
    nearest = round(value)
    return float(nearest) if abs(value - nearest) < 1e-6 else value
