"""Whether a batch is larger than all that there is to train on, told before anything is read."""

from itertools import islice
from pathlib import Path

from latentop.presets import image_folder
from latentop.presets.data import (
    CIFAR10,
    MNIST,
    CelebA,
    Data,
    Digits,
    FashionMNIST,
    Folder,
    Grid,
    Plane3D,
    Ring,
    Zero,
)
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.presets.wording import spaced

_TRAINED = {MNIST: 60_000, CIFAR10: 50_000, CelebA: 162_770, Digits: 1_797}
"""Training images of sets that have but one size."""


def check(preset: Preset) -> None:
    """Raise PresetError where a step would take more than that. What can't be known before is let pass."""
    times, most = preset.per_step // preset.batch, _most(preset.data, preset.per_step)
    if most is None or not 0 < most < preset.per_step:  # with none at all, it is not the batch that is wrong
        return
    several = f", {times} times a step," if times > 1 else ""
    what = f"batch = {preset.batch}{several} can't be drawn from {spaced(most)} to train on"
    smaller = f"set batch to something from 1 to {most // times}"
    if isinstance(preset.data, Folder):  # not all files may be images, and a tenth is held out
        smaller = f"set batch to less than {most // times}, or leave it out: it is then made to fit"
    raise PresetError(what, smaller if most >= times else "add images", key="batch")


def _most(data: Data, enough: int) -> int | None:
    """How many images or points there are to train on, at most; None where nothing bounds them.

    Files of a folder are counted until they are ``enough``: whether all are images is seen later.
    """
    match data:
        case Zero():
            return None
        case Ring() | Grid() | Plane3D():
            return data.points
        case FashionMNIST():
            whole = 60_000 if data.size == "full" else 10_000
        case Folder():
            held_out = data.held_out or 1
            files = image_folder.walk(Path(data.path), [], [])
            return sum(1 for _ in islice(files, enough + held_out)) - held_out
        case MNIST() | CIFAR10() | CelebA() | Digits():
            whole = _TRAINED[type(data)]
    return whole - data.held_out
