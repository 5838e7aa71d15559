"""One member's training as it is kept: what its program printed every step, and what its samples covered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """``series`` are ``d`` and ``g``, the losses; ``real`` and ``fake``, mean probabilities; ``right``, the
    share of the discriminator's decisions that are right: a value a step, from step 1 on.

    ``coverage`` is that of the samples every so many steps: about 1 is all of the data, NaN no numbers.
    """

    loop: str
    member: int
    series: Mapping[str, Floats]
    coverage: Floats
    every: int
    seconds: float

    @property
    def steps(self) -> int:
        """How many there were."""
        return len(self.series["d"])

    @property
    def name(self) -> str:
        """Tells it from all others."""
        return f"{self.loop}-{self.member:02}"


def save(traces: Iterable[Trace], path: Path) -> None:
    """Write the traces of one loop."""
    path.parent.mkdir(parents=True, exist_ok=True)
    traces = list(traces)
    columns = {
        name: np.stack([one.series[name] for one in traces]).astype(np.float32) for name in traces[0].series
    }
    np.savez_compressed(
        path,
        coverage=np.stack([one.coverage for one in traces]),
        every=np.array(traces[0].every),
        seconds=np.array(traces[0].seconds),
        **columns,  # type: ignore[arg-type]
    )


def read(path: Path) -> list[Trace]:
    """The traces of a loop as they were saved, in single precision."""
    with np.load(path) as file:
        held = {name: file[name] for name in file.files}
    coverage, every, seconds = (held.pop(name) for name in ("coverage", "every", "seconds"))
    return [
        Trace(
            loop=path.stem,
            member=member,
            series={name: values[member].astype(np.float64) for name, values in held.items()},
            coverage=coverage[member],
            every=int(every),
            seconds=float(seconds),
        )
        for member in range(len(coverage))
    ]
