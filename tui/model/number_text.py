"""Numbers, shares, sizes and times as people read them: a function for each kind."""

import math
import time

from latentop.presets.wording import spaced as spaced


def number(value: float) -> str:
    """Four significant digits; ``NaN`` and ``infinite`` in words."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    if float(value).is_integer() and abs(value) < 1e15:
        return spaced(int(value))
    return f"{value:.4g}"


def short(value: float, digits: int = 3) -> str:
    """A value in so many digits, at most 7 characters: ``0.0123``, ``1.5e-4``, ``20k``, ``-1e30``."""
    if not math.isfinite(value):
        return str(value)
    for unit, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if 0.9995 * unit <= abs(value) < 1e12:
            scale = 1e3 if suffix == "k" else unit
            return f"{value / scale:.{max(3, digits - 1)}g}{suffix}"
    if 999.5 <= abs(value) < 1e4:
        return f"{value:.0f}"
    told = [f"{value:.{left}g}" for left in range(digits, 1, -1)]
    told += [f"{value:.1e}", f"{value:.1g}"] if told else [f"{value:.1g}"]
    brief = (one.replace("e+", "e").replace("e0", "e").replace("e-0", "e-") for one in told)
    return next(one for one in brief if len(one) <= 7)


def percent(share: float) -> str:
    """A share as ``87 %``."""
    if math.isfinite(share) and abs(share) >= 1e4:
        return f"{short(100 * share)} %"
    return f"{share:.0%}".replace("%", " %")


def share(value: float, digits: int = 3) -> str:
    """A finite share to so many digits, lest two which differ look the same: ``8.13 %``, ``1 743 %``."""
    told = f"{100 * value:.{digits}g}"
    return f"{spaced(round(100 * value)) if 'e+' in told and abs(value) < 1e4 else told} %"


def brief(value: float, digits: int = 3, *, relative: bool) -> str:
    """The value of a series in few characters; ``relative`` ones are shares, told in percent."""
    return share(value, digits) if relative and math.isfinite(value) else short(value, digits)


def megabytes(size: int) -> str:
    """A number of bytes as ``0.4 MB``, ``12 MB``, ``1 204 MB``."""
    millions = size / 1e6
    return f"{millions:.1f} MB" if millions < 10 else f"{spaced(round(millions))} MB"


def gigabytes(size: int) -> str:
    """A number of bytes as ``0.9 GB``, ``12 GB``."""
    billions = size / 1e9
    return f"{billions:.1f} GB" if billions < 10 else f"{billions:.0f} GB"


def duration(seconds: float) -> str:
    """A time span by its two largest units: ``45 s``, ``12 min``, ``2 h 5 min``, ``3 d 4 h``."""
    if not math.isfinite(seconds):
        return "unknown"
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def roughly(seconds: float) -> str:
    """A time span by its largest unit, in at most six characters: ``45 s``, ``12 min``, ``5 h``, ``3 d``."""
    whole = max(round(seconds), 0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= length:
            return f"{whole // length} {unit}"
    return f"{whole} s"


def age(wall: float, now: float) -> str:
    """How long ago a moment was: ``just now``, ``5 min ago``."""
    return "just now" if now - wall < 3 else f"{duration(now - wall)} ago"


def progress(step: int, steps: int) -> str:
    """How far a run is: ``4 210 of 20 000 (21 %)``."""
    if steps <= 0:
        return spaced(step)
    return f"{spaced(step)} of {spaced(steps)} ({math.floor(100 * step / steps)} %)"


def traffic(bytes_per_second: float) -> str:
    """What goes over a link, such as ``4.2 kB/s``."""
    if bytes_per_second < 1000:
        return f"{bytes_per_second:.0f} B/s"
    return f"{bytes_per_second / 1000:.1f} kB/s"


def rate(speed: float) -> str:
    """Steps a second: ``9.3 it/s``; slow ones by the step: ``4.1 s/it``."""
    if speed >= 100:
        return f"{speed:.0f} it/s"
    return f"{speed:.1f} it/s" if speed >= 1 else f"{1 / speed:.1f} s/it"


def clock(wall: float) -> str:
    """The time of day of a wall time, in this machine's zone: ``14:03``."""
    return time.strftime("%H:%M", time.localtime(wall))
