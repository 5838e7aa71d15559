"""One run as it is kept: every series, every reading of the meter, and the truth beside them; one file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.alarms.truth import Look
from engine.watch.diversity import Measure, Reading

_MEASURES = ("coverage", "density", "duplicates", "precision", "detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """``series`` has one value a step from step 1 on, NaN and infinities as they were.

    ``readings`` and ``validations`` are by step, ascending. ``checked`` and ``trained`` are seconds: of all
    readings together, and of the training beside them.
    """

    recipe: str
    seed: int
    speed: float
    metered: bool
    series: Mapping[str, NDArray[np.float64]]
    readings: tuple[tuple[int, Reading], ...]
    validations: tuple[tuple[int, Mapping[str, float]], ...]
    truth: tuple[Look, ...]
    checked: float
    trained: float

    @property
    def steps(self) -> int:
        """How many there were."""
        return len(next(iter(self.series.values())))


def save(trace: Trace, folder: Path) -> Path:
    """Write ``RECIPE-sSEED.npz`` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    rest = {
        "recipe": trace.recipe,
        "seed": trace.seed,
        "speed": trace.speed,
        "metered": trace.metered,
        "readings": [[step, _plain(reading)] for step, reading in trace.readings],
        "validations": [[step, dict(values)] for step, values in trace.validations],
        "truth": [asdict(one) for one in trace.truth],
        "checked": trace.checked,
        "trained": trace.trained,
    }
    path = folder / f"{trace.recipe}-s{trace.seed}.npz"
    columns = {f"series:{name}": values.astype(np.float32) for name, values in trace.series.items()}
    np.savez_compressed(path, rest=np.array(json.dumps(rest)), **columns)  # type: ignore[arg-type]
    return path


def read(path: Path) -> Trace:
    """A trace as it was saved, values in single precision."""
    with np.load(path) as file:
        rest: dict[str, Any] = json.loads(str(file["rest"]))
        series = {
            name.removeprefix("series:"): file[name].astype(np.float64)
            for name in file.files
            if name.startswith("series:")
        }
    return Trace(
        recipe=rest["recipe"],
        seed=rest["seed"],
        speed=rest["speed"],
        metered=rest["metered"],
        series=series,
        readings=tuple((step, _reading(values)) for step, values in rest["readings"]),
        validations=tuple((step, values) for step, values in rest["validations"]),
        truth=tuple(Look(**one) for one in rest["truth"]),
        checked=rest["checked"],
        trained=rest["trained"],
    )


def _plain(reading: Reading) -> dict[str, Any]:
    return {
        **{name: asdict(getattr(reading, name)) for name in _MEASURES},
        "copied": reading.copied,
        "histogram": list(reading.histogram),
        "presence": list(reading.presence),
        "modes": reading.modes,
        "lost": list(reading.lost),
    }


def _reading(values: dict[str, Any]) -> Reading:
    return Reading(
        **{name: Measure(**values[name]) for name in _MEASURES},
        copied=values["copied"],
        histogram=tuple(values["histogram"]),
        presence=tuple(values["presence"]),
        modes=values["modes"],
        lost=tuple(values["lost"]),
    )
