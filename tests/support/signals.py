"""Made-up series, shown to the watch over numbers as a run would show them: block by block."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from latentop.engine.watch.signals.stability import Stability
from latentop.engine.watch.verdict.alarms import Condition

Series = Mapping[str, NDArray[np.float64]]


def looks(
    values: Series, *, block: int = 50, stability: Stability | None = None
) -> list[dict[str, Condition]]:
    """What each look found, by name; every series begins at step 1."""
    watched = stability or Stability()
    count = len(next(iter(values.values())))
    found = []
    for start in range(0, count, block):
        steps = np.arange(start, min(start + block, count), dtype=np.int64) + 1
        part = {name: series[start : start + block] for name, series in values.items()}
        found.append({one.name: one for one in watched.observe(steps, part)})
    return found


def bad(values: Series, name: str, *, block: int = 50) -> list[Condition]:
    """The condition of this name wherever it was bad, oldest first."""
    return [look[name] for look in looks(values, block=block) if name in look and look[name].bad]


def last(values: Series, name: str, *, block: int = 50) -> Condition:
    """The condition of this name at the last look."""
    return looks(values, block=block)[-1][name]


def goes_on_alike(values: Series, stop: int, passed: Callable[[object], object]) -> bool:
    """Whether a watch restored from its state at step ``stop``, ``passed`` on, says what the first says."""
    first, second = Stability(), Stability()
    looks({name: series[:stop] for name, series in values.items()}, stability=first)
    second.restore(passed(first.state()))  # type: ignore[arg-type]
    count = len(next(iter(values.values())))
    for start in range(stop, count, 50):
        steps = np.arange(start, min(start + 50, count), dtype=np.int64) + 1
        part = {name: series[start : start + 50] for name, series in values.items()}
        if first.observe(steps, part) != second.observe(steps, part):
            return False
    return True


def healthy_gan(count: int, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    """A logistic GAN that learns: noisy losses, and gradient norms with tails."""
    random = np.random.default_rng(seed)
    fake = np.clip(0.3 + 0.08 * random.normal(size=count), 0.01, 0.99)
    return {
        "loss/generator": -np.log(fake),
        "loss/discriminator": 1.0 + 0.15 * random.normal(size=count),
        "score/real": 1 - fake,
        "score/fake": fake,
        "accuracy/discriminator": np.clip(0.8 + 0.05 * random.normal(size=count), 0, 1),
        "grad/generator": np.exp(random.normal(size=count)),
        "grad/discriminator": np.exp(random.normal(size=count)),
    }
