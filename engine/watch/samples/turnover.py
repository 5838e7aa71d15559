"""Do the samples change which modes they show? A generator that cycles looks alike in every single batch."""

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray


def turnover(histograms: Sequence[Sequence[float]], samples: int) -> float:
    """Mutual information of time and mode over some batches, as a share of its maximum: 0 to 1.

    ``histograms`` are shares of each mode, one row a batch of so many ``samples``; 0 where every batch shows
    the same modes, few or many; 1 where each of enough batches shows one mode, and they all take their turn.
    What chance alone gives is taken off (Miller 1955, Note on the bias of information estimates).
    """
    table = np.asarray(histograms, dtype=np.float64)
    batches, modes = table.shape if table.ndim == 2 else (0, 0)
    if batches < 2 or modes < 2:
        return 0.0
    shown = _entropy(table.mean(0)) - float(np.mean([_entropy(row) for row in table]))
    chance = (modes - 1) * (batches - 1) / (2 * samples * batches)
    return float(np.clip((shown - chance) / log(modes), 0, 1))


def _entropy(shares: NDArray[np.float64]) -> float:
    """In nats."""
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum())
