"""One run as it is kept: every series, the samples that were read with their readings, and the truth.

Readings have a file of their own, since another meter makes others from the same samples.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.alarms.ground_truth import Look
from latentop.engine.watch.samples.reading import MEASURES, Measure, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """``series`` has one value a step from step 1 on, NaN and infinities as they were.

    ``readings`` and ``validations`` are by step, ascending; ``twins`` too, which is part of the truth, and
    says how far apart the samples are in pixels. ``samples`` are what was read, ``(readings, n,
    *shape)``, so that another meter can read them too; None where nothing was. ``checked`` and ``trained``
    are seconds: of all readings together, and of the training beside them.
    """

    recipe: str
    seed: int
    speed: float
    metered: bool
    series: Mapping[str, NDArray[np.float64]]
    readings: tuple[tuple[int, Reading], ...]
    validations: tuple[tuple[int, Mapping[str, float]], ...]
    truth: tuple[Look, ...]
    twins: tuple[tuple[int, float], ...] = ()
    samples: NDArray[Any] | None = None
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
        "steps": [step for step, _ in trace.readings],
        "validations": [[step, dict(values)] for step, values in trace.validations],
        "truth": [asdict(one) for one in trace.truth],
        "checked": trace.checked,
        "trained": trace.trained,
    }
    path = folder / f"{trace.recipe}-s{trace.seed}.npz"
    columns: dict[str, NDArray[Any]] = {
        f"series:{name}": values.astype(np.float32) for name, values in trace.series.items()
    }
    if trace.samples is not None:
        columns["samples"] = trace.samples
    keep_readings(path, trace.readings, trace.twins)
    unfinished = path.with_suffix(".unfinished")  # a trace that is there is whole
    with unfinished.open("wb") as file:
        np.savez_compressed(file, rest=np.array(json.dumps(rest)), **columns)  # type: ignore[arg-type]
    unfinished.replace(path)
    return path


def keep_readings(
    path: Path, readings: Iterable[tuple[int, Reading]], twins: Iterable[tuple[int, float]]
) -> None:
    """Write what was read in the samples of that trace, in place of what was read in them before."""
    plain = [[step, _plain(reading)] for step, reading in readings]
    path.with_suffix(".json").write_text(json.dumps({"readings": plain, "twins": list(twins)}))


def stored(samples: Tensor) -> NDArray[Any]:
    """Samples as a trace keeps them: images ``(n, c, h, w)`` in [0, 1] in 8 bits, points as they are."""
    if samples.ndim == 4:
        return np.asarray(samples.mul(255).round().byte().cpu().numpy())
    return np.asarray(samples.float().cpu().numpy())


def loaded(samples: NDArray[Any]) -> Tensor:
    """Samples as the meter takes them."""
    batch = torch.from_numpy(samples)
    return batch.float() / 255 if batch.dtype == torch.uint8 else batch


def read(path: Path, *, samples: bool = False) -> Trace:
    """A trace as it was saved, values in single precision; ``samples`` only where they are asked for."""
    with np.load(path) as file:
        rest: dict[str, Any] = json.loads(str(file["rest"]))
        series = {
            name.removeprefix("series:"): file[name].astype(np.float64)
            for name in file.files
            if name.startswith("series:")
        }
        batches = file["samples"] if samples and "samples" in file.files else None
    kept = json.loads(path.with_suffix(".json").read_text())
    return Trace(
        recipe=rest["recipe"],
        seed=rest["seed"],
        speed=rest["speed"],
        metered=rest["metered"],
        series=series,
        readings=tuple((step, _reading(values)) for step, values in kept["readings"]),
        twins=tuple((step, apart) for step, apart in kept["twins"]),
        validations=tuple((step, values) for step, values in rest["validations"]),
        truth=tuple(Look(**one) for one in rest["truth"]),
        samples=batches,
        checked=rest["checked"],
        trained=rest["trained"],
    )


def _plain(reading: Reading) -> dict[str, Any]:
    return {
        **{name: asdict(getattr(reading, name)) for name in MEASURES},
        "copied": reading.copied,
        "count": reading.count,
        "histogram": list(reading.histogram),
        "presence": dict(reading.presence),
        "lost": list(reading.lost),
        "noise": reading.noise,
        "distances": dict(reading.distances),
        "variances": dict(reading.variances),
    }


def _reading(values: dict[str, Any]) -> Reading:
    return Reading(
        **{name: Measure(**values[name]) for name in MEASURES},
        copied=values["copied"],
        count=values["count"],
        histogram=tuple(values["histogram"]),
        presence=values["presence"],
        lost=tuple(values["lost"]),
        noise=values.get("noise", 0.0),
        distances=values.get("distances", {}),  # older traces have none, and the next
        variances=values.get("variances", {}),
    )
