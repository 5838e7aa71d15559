"""What real images themselves reach in a distance from real images, in words. Pure."""

from math import isfinite

from latentop.engine.run.facts import RunFacts
from latentop.tui.model import alarm_levels
from latentop.tui.model.number_text import number


def beside_real(facts: RunFacts, name: str) -> str:
    """``, real images 0.019 ±0.002``: two σ of it; empty for a series of which that is not known."""
    value, sigma = alarm_levels.real_quality(facts, name)
    if not isfinite(value):
        return ""
    return f", real images {number(float(f'{value:.2g}'))} ±{number(float(f'{2 * sigma:.1g}'))}"
