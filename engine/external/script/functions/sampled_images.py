"""What a script's functions return, as images in [0, 1] or points: samples, reconstructions, codings."""

import time
from collections.abc import Callable
from math import isqrt
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from latentop.engine.external.script.calls.values import kind
from latentop.engine.external.script.functions.unmoved import unmoved
from latentop.engine.run.errors import UsageError
from latentop.engine.train import devices

AT_ONCE = 128
"""Samples that a script is asked for in one call, at most."""
LONGEST, FEW_SHOWN = 60.0, 4
"""Seconds that samples may take at once; of slow ones so many are drawn in any case."""
FEWEST = 2
"""And at least: batch normalisation in training mode takes no single one."""
CHANNELS = (1, 3)
Range = tuple[float, float]
UNIT: Range = (0.0, 1.0)
SLIGHT, OUTSIDE = 0.01, 1.5
"""Below 0, and beyond 1, so much is overshot, at most."""
OVERSHOT, BRIGHT, FEW = -0.25, 0.8, 0.01
BYTES: Range = (0.0, 255.0)
SMALLEST = 8
"""Height and width of an image that is rolled out to a row; shorter rows are points."""
IMAGES = "a tensor (n, channels, height, width) with 1 or 3 channels, or points (n, 2)"


def images(found: Any, what: str, count: int | None = None) -> Tensor:
    """What a script returned, as float32 ``(n, c, h, w)`` or ``(n, d)`` on the CPU, in a range of its own.

    ``(n, h, w)`` is grey. Rows of as many values as a square image has are images. Of four channels the last
    is transparency and is left out. Raises UsageError that names ``what`` for anything else, or for fewer
    than ``count`` items.
    """
    found = found[0] if isinstance(found, tuple | list) and found else found
    if isinstance(found, np.ndarray):
        found = torch.from_numpy(np.ascontiguousarray(found))
    if not isinstance(found, Tensor):
        raise UsageError(f"{what} returned {kind(found)}", f"accepted: {IMAGES}")
    tensor = found.detach().cpu().float()
    if tensor.ndim == 3:
        tensor = tensor[:, None]
    if tensor.ndim == 2:
        tensor = _unrolled(tensor)
    if tensor.ndim == 4 and tensor.shape[1] == 4:
        tensor = tensor[:, :3]
    if tensor.ndim == 4 and tensor.shape[1] not in CHANNELS and tensor.shape[3] in CHANNELS:
        tensor = tensor.permute(0, 3, 1, 2)
    right = (tensor.ndim == 4 and tensor.shape[1] in CHANNELS) or (tensor.ndim == 2 and tensor.shape[1] > 0)
    if not right or not len(tensor):
        raise UsageError(f"{what} returned {kind(found)}", f"accepted: {IMAGES}")
    if count is not None and len(tensor) < count:
        raise UsageError(
            f"{what} returned {len(tensor)} items of {count}", "accepted: as many as are asked for"
        )
    return tensor[:count]


def _unrolled(rows: Tensor) -> Tensor:
    for channels in CHANNELS:
        side = isqrt(rows.shape[1] // channels)
        if side >= SMALLEST and channels * side * side == rows.shape[1]:
            return rows.reshape(len(rows), channels, side, side)
    return rows


def range_of(data: Tensor) -> Range:
    """The range that images most probably lie in: bytes, [-1, 1], [0, 1], or their own. Points have none.

    Networks without a last activation overshoot: images that are bright, and hardly anywhere as dark as
    ``OVERSHOT``, lie in [0, 1] all the same.
    """
    if data.ndim != 4:
        return UNIT
    data = data.nan_to_num(0.0, 0.0, 0.0)
    least, most = float(data.amin()), float(data.amax())
    if least >= -SLIGHT:
        return UNIT if most <= 2 else BYTES
    if max(-least, most) > OUTSIDE:  # standardised, by a mean and a deviation
        return least, most
    dark = float((data < OVERSHOT).float().mean())
    return UNIT if most > BRIGHT and dark < FEW else (-1.0, 1.0)


def scaled(data: Tensor, value_range: Range) -> Tensor:
    """Images of that range in [0, 1]; points as they are. What is not finite stays so."""
    if data.ndim != 4:
        return data
    least, most = value_range
    return (data - least) / (most - least)


class Sampling:
    """Draws with a script's ``sample(n)``: training is unmoved, and a seed always gives the same samples."""

    def __init__(
        self,
        sample: Callable[[int], Any],
        networks: tuple[nn.Module, ...],
        value_range: Range | None,
        failed: Callable[[str], object],
        *,
        real_range: Callable[[], Range | None] = lambda: None,
    ) -> None:
        """``failed`` hears why no samples could be drawn, each time.

        ``real_range`` says which range real images have, where samples must have the same.
        """
        self._sample = sample
        self._networks = networks
        self._failed = failed
        self._real_range = real_range
        self._at_once = AT_ONCE
        self.value_range = value_range
        self._seconds: float | None = None

    def draw(self, count: int, seed: int) -> Tensor:
        """So many samples, on the CPU, images in [0, 1]. Raises UsageError where the script gives none."""
        try:
            drawn, lies_in = self._drawn(count, seed)
        except UsageError as error:
            self._failed(f"{error.message}; {error.hint}")
            raise
        except Exception as error:
            told = f"sample({count}) raised {type(error).__name__}: {' '.join(str(error).split())}"
            self._failed(f"{told}; accepted: a function of a number n that returns {IMAGES}")
            raise UsageError(told, "mend the script") from error
        return scaled(drawn, lies_in or self._real_range() or range_of(drawn))

    def affordable(self, count: int) -> int:
        """As many of so many samples as take LONGEST seconds, but FEW_SHOWN in any case.

        Raises UsageError where the script gives none.
        """
        if self._seconds is None:
            self._seconds = min(self._timed(), self._timed())  # the first call may compile
        return min(count, max(FEW_SHOWN, int(LONGEST / max(self._seconds, 1e-9))))

    def _timed(self) -> float:
        began = time.monotonic()
        self.draw(FEWEST, 0)
        return (time.monotonic() - began) / FEWEST

    def _drawn(self, count: int, seed: int) -> tuple[Tensor, Range | None]:
        """The same as the script gives them, and their range where it is known.

        Where memory is short, fewer are asked for in one call, from now on.
        """
        while True:
            try:
                with unmoved(self._sample, seed=seed, networks=self._networks):
                    return self._joined(count)
            except (RuntimeError, MemoryError) as error:
                if not devices.out_of_memory(error) or self._at_once <= FEWEST:
                    raise
            devices.release_all()
            self._at_once = max(FEWEST, self._at_once // 4)

    def _joined(self, left: int) -> tuple[Tensor, Range | None]:
        parts: list[Tensor] = []
        lies_in = self.value_range
        while left > 0:
            asked = max(FEWEST, min(left, self._at_once))
            given = self._sample(asked)
            parts.append(images(given, f"sample({asked})", asked)[:left])
            lies_in = BYTES if is_bytes(given) else lies_in
            left -= asked
        return torch.cat(parts), lies_in


def is_bytes(found: Any) -> bool:
    """Whether a tensor or array holds bytes, which are images in [0, 255] whatever is said of others."""
    found = found[0] if isinstance(found, tuple | list) and found else found
    return str(getattr(found, "dtype", "")).endswith("uint8")
