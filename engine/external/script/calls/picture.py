"""Pictures among logged values: as other loggers take them, of which kind, and as a run shows them."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow
from torch import Tensor

from latentop.engine.external.picture_kinds import KINDS
from latentop.engine.external.script.calls import values
from latentop.engine.external.script.functions.sampled_images import (
    BYTES,
    Range,
    images,
    is_bytes,
    range_of,
    scaled,
)
from latentop.engine.run.errors import UsageError


class Image:
    """One picture: a tensor or array ``(height, width)`` or ``(channels, height, width)``, or a PIL image.

    Channels may come last. A file of an image, or a figure of matplotlib, is a picture, too. A caption is
    taken and not shown.
    """

    def __init__(self, data: Any, mode: str | None = None, caption: str | None = None, **_: object) -> None:
        """``mode`` is accepted: channels are counted."""
        self.caption = caption
        if isinstance(data, str | Path):
            data = Pillow.open(data).convert("RGB")
        elif hasattr(data, "savefig"):
            data = _drawn(data)
        found = _on_host(data) if isinstance(data, Tensor) else torch.from_numpy(np.array(data))
        last = isinstance(data, Pillow.Image) or found.shape[0] not in (1, 3, 4)
        if found.ndim == 3 and last and found.shape[2] in (1, 3, 4):
            found = found.permute(2, 0, 1)
        self.pixels: Tensor = found[None] if found.ndim == 2 else found

    @staticmethod
    def among(value: Any) -> Tensor | None:
        """The picture, or pictures of one size: ``(n, channels, height, width)``; None for anything else."""
        listed = value if isinstance(value, list | tuple) else [value]
        if not listed or not all(isinstance(one, Image) for one in listed):
            return None
        alike = [one.pixels for one in listed if one.pixels.shape == listed[0].pixels.shape]
        return torch.stack(alike)


def _drawn(figure: Any) -> Pillow.Image:
    """A figure as it would be written to a file."""
    page = BytesIO()
    figure.savefig(page, format="png")
    return Pillow.open(page).convert("RGB")


def _on_host(data: Tensor) -> Tensor:
    """On the CPU, in a kind of number that numpy has: bfloat16 is none."""
    found = data.detach().cpu()
    return found.float() if found.is_floating_point() else found


def pixels(given: Any, layout: str) -> NDArray[np.uint8]:
    """Bytes ``(n, channels, height, width)`` of pictures in bytes or [0, 1].

    ``layout`` names their axes by the letters N, C, H and W, in any order. Raises UsageError where they have
    others.
    """
    found = _on_host(given).numpy() if isinstance(given, Tensor) else np.asarray(given)
    axes = layout.upper()
    if sorted(axes) != sorted(set(axes) & set("NCHW")) or len(axes) != found.ndim:
        raise UsageError(
            f"dataformats={layout!r} of an array of shape {found.shape}", "accepted: CHW, NHWC, HW …"
        )
    order = [axes.index(axis) for axis in "NCHW" if axis in axes]
    missing = tuple(place for place, axis in enumerate("NCHW") if axis not in axes)
    whole = np.expand_dims(found.transpose(order), missing)
    if whole.dtype != np.uint8:
        whole = np.nan_to_num(whole * 255.0).clip(0, 255).astype(np.uint8)
    return whole


_GIVEN_AS = {"sample": "samples", "fake": "samples", "fakes": "samples", "generated": "samples"} | {
    "reconstructions": "reconstruction",
    "inputs": "input",
}


def shown(kind: Any, pictures: Any, *, most: int, lies_in: Range | None) -> tuple[str, Tensor]:
    """Their kind as a run knows it, and ``most`` of them in [0, 1] ``(n, channels, height, width)``.

    ``lies_in`` is their range where that is known. Raises UsageError for what can't be shown.
    """
    known = _GIVEN_AS.get(str(kind), kind)
    if known not in KINDS:
        raise UsageError(f"images of the kind {kind!r} are not shown", f"accepted: {', '.join(KINDS)}")
    found = images(pictures, f"images({known!r})")
    if found.ndim != 4:
        raise UsageError(
            f"images({known!r}) was given {values.kind(pictures)}", "accepted: (n, channels, height, width)"
        )
    lies_in = BYTES if is_bytes(pictures) else lies_in
    return known, scaled(found[:most], lies_in or range_of(found))
