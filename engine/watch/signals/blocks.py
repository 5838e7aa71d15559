"""Cuts a series into blocks of so many steps, as its values come in."""

import numpy as np
from numpy.typing import NDArray


class Blocks:
    """Blocks of ``size`` steps; ``left`` are the newest steps that do not make a block yet."""

    def __init__(self, size: int, left: int = 0) -> None:
        self._size = size
        self.left = left

    def cut(self, values: NDArray[np.float64], new: int) -> NDArray[np.float64]:
        """The blocks ``(n, size)`` that the last ``new`` of these values complete, oldest first."""
        self.left = min(self.left + new, len(values))
        start, count = len(values) - self.left, self.left // self._size
        self.left %= self._size
        return values[start : start + count * self._size].reshape(count, self._size)
