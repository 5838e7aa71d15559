"""Single items of real data, read from whatever holds them: tensors, datasets, loaders, folders of images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from PIL.Image import Image as Picture
from torch import Tensor
from torch.utils.data import IterableDataset, TensorDataset

from latentop.engine.data import load
from latentop.engine.external.script.calls.values import kind
from latentop.engine.run.errors import UsageError
from latentop.presets.data import Folder

TAKES = "a tensor, a dataset with an index, a DataLoader, or a folder of images"


def indexable(source: Any) -> Any:
    """What can be read by index. Raises UsageError for anything else."""
    if not hasattr(source, "__getitem__"):  # a loader has its dataset
        source = getattr(source, "dataset", source)
    if isinstance(source, np.ndarray):
        try:
            source = torch.from_numpy(source)
        except TypeError as error:
            raise UsageError(f"real= is an array of {source.dtype}", f"accepted: {TAKES}") from error
    read = hasattr(source, "__getitem__") and hasattr(source, "__len__")
    if not read or isinstance(source, IterableDataset | Mapping):
        raise UsageError(f"real= is {kind(source)}, which has no index", f"accepted: {TAKES}")
    if isinstance(source, Tensor) and not source.ndim:
        raise UsageError("real= is a tensor of shape ()", f"accepted: {TAKES}")
    return source


def of_folder(path: Path, shape: tuple[int, ...]) -> tuple[TensorDataset, tuple[str, ...]]:
    """The images in a folder, made as large as samples of that shape, with their classes."""
    if len(shape) != 3 or shape[1] != shape[2]:
        raise UsageError(
            f"real={path}: samples have the shape {shape}",
            "a folder serves square images (channels, side, side)",
        )
    try:
        spec = msgspec.convert(
            {"name": "folder", "path": str(path.absolute()), "pixels": shape[1], "channels": shape[0]}, Folder
        )
    except msgspec.ValidationError as error:
        raise UsageError(f"real={path}: {error}", "a folder serves images of 8 to 256 pixels") from error
    found = load(spec, torch.device("cpu"))
    data = torch.cat([found.train, found.test])
    return TensorDataset(data, torch.cat([found.train_labels, found.test_labels])), found.classes


def item(source: Any, place: int) -> tuple[Tensor, int | None]:
    """The item of that index, and its class where it says one."""
    try:
        found = source[place]
    except Exception as error:
        raise UsageError(
            f"real[{place}] raised {type(error).__name__}: {error}", f"accepted: {TAKES}"
        ) from error
    label = None
    if isinstance(found, Mapping):
        label = next((_class(found[name]) for name in _LABELS if name in found), None)
        found = next((one for one in found.values() if _pictured(one)), found)
    elif isinstance(found, tuple | list):
        label = _class(found[1]) if len(found) > 1 else None
        found = found[0] if found else found
    if isinstance(found, Picture) and found.mode not in ("1", "L", "RGB", "RGBA"):
        found = found.convert("RGB")
    if not isinstance(found, Tensor):
        try:
            found = torch.from_numpy(np.array(found))
        except TypeError as error:
            raise UsageError(f"real[{place}] is {kind(found)}", f"accepted: {TAKES}") from error
        if found.ndim == 3 and found.shape[2] in (1, 3, 4):
            found = found.permute(2, 0, 1)
    return found.detach().cpu(), label


def _pictured(found: Any) -> bool:
    """Whether it is a picture or a point, and no label."""
    return isinstance(found, Picture) or (isinstance(found, Tensor | np.ndarray) and found.ndim > 0)


_LABELS = ("label", "labels", "target", "class", "y")
"""Names of classes in items that are mappings."""


def _class(label: Any) -> int | None:
    if isinstance(label, Tensor) and label.numel() == 1 and not label.is_floating_point():
        return int(label)
    return int(label) if isinstance(label, int | np.integer) else None


def stacked(items: list[Tensor]) -> Tensor:
    """All of them ``(n, …)``. Raises UsageError where their shapes differ."""
    if len({tuple(one.shape) for one in items}) > 1:
        raise UsageError(
            "real= has items of several shapes", "give them as the networks see them, of one size"
        )
    return torch.stack(items)
