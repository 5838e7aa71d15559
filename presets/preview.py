"""What a run of a preset will look like, shipped with it: pictures of some steps, real data, two curves."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "previews"
_FORMAT = ".npz"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Preview:
    """Part of a real run: its first ``trained`` steps.

    ``pictures`` are uint8 ``(stages, count, channels, height, width)``, as the run showed them at ``steps``;
    ``real`` is ``(count, channels, height, width)``, what they should look like, none where nothing says so.
    ``curves`` are float32 ``(curves, points)``: means of the series ``series`` over equal spans of the steps.
    """

    kind: str
    """Of the pictures: ``samples``, ``reconstruction``."""
    steps: tuple[int, ...]
    pictures: NDArray[np.uint8]
    real: NDArray[np.uint8]
    series: tuple[str, ...]
    curves: NDArray[np.float32]
    trained: int
    speed: float
    """Steps a second on one core of the machine that it was made on."""


def of(name: str) -> Preview | None:
    """The preview of a shipped preset; None where there is none, or none that can be read."""
    try:
        with np.load(FOLDER / f"{name}{_FORMAT}", allow_pickle=False) as held:
            return Preview(
                kind=str(held["kind"]),
                steps=tuple(held["steps"].tolist()),
                pictures=held["pictures"],
                real=held["real"],
                series=tuple(held["series"].tolist()),
                curves=held["curves"],
                trained=int(held["trained"]),
                speed=float(held["speed"]),
            )
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None


def write(name: str, preview: Preview) -> Path:
    """Write the preview of a shipped preset, and return where."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}{_FORMAT}"
    np.savez_compressed(
        path,
        kind=np.array(preview.kind),
        steps=np.array(preview.steps, dtype=np.int64),
        pictures=preview.pictures,
        real=preview.real,
        series=np.array(preview.series, dtype=np.str_),
        curves=preview.curves,
        trained=np.array(preview.trained),
        speed=np.array(preview.speed),
    )
    return path
