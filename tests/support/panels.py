"""States of runs for what is drawn and said of them, without a store."""

from collections.abc import Mapping, Sequence

import numpy as np

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.bins import Bins, from_values
from latentop.engine.run.store.reader import Alarm
from latentop.tui.model.state import State

CLASSES = ("T-shirt", "Trouser", "Sandal", "Bag")


def state(
    series: Mapping[str, Sequence[float]], *alarms: Alarm, alive: bool = True, **facts: object
) -> State:
    """A run with these values, one every ten steps; healthy unless told otherwise."""
    known: dict[str, object] = {"verdict": "healthy", "classes": CLASSES, "modes": 4, "kind": "gan"}
    return State(
        facts=RunFacts(**(known | facts)),  # type: ignore[arg-type]
        series={name: _bins(values) for name, values in series.items()},
        alarms=alarms,
        liveness=Liveness("running" if alive else "finished", alive),
    )


def _bins(values: Sequence[float]) -> Bins:
    steps = 10 * np.arange(1, len(values) + 1, dtype=np.int64)
    return from_values(steps, steps / 10, np.array(values, dtype=np.float64))


def alarm(name: str, *, step: int = 100, over: int | None = None, **evidence: float) -> Alarm:
    """An alarm raised at a step, standing unless it is over."""
    return Alarm(
        id=step,
        name=name,
        severity="warning" if name in ("lost-modes", "over-fitting", "stalled") else "critical",
        raised_step=step,
        raised_wall=0.0,
        cleared_step=over,
        sentence=f"what {name} is, with numbers",
        advice=f"what helps against {name}",
        evidence={key.replace("_", "/"): value for key, value in evidence.items()},
    )


def present(*shares: Sequence[float]) -> dict[str, Sequence[float]]:
    """The presence of modes by their number."""
    return {f"presence/{place}": values for place, values in enumerate(shares, start=1)}
