"""Every source of random numbers that training can touch, as plain data for a checkpoint."""

import random
from typing import Any

import numpy as np
import torch

SEEDS = 2**32
"""How many seeds there are: what numpy takes."""


def state() -> dict[str, Any]:
    """The state of python's, numpy's, torch's and CUDA's generators, in types that ``weights_only`` loads."""
    name, keys, *rest = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": [name, torch.from_numpy(np.asarray(keys, dtype=np.int64)), *rest],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def seed(number: int) -> None:
    """Begin other random numbers everywhere; ``number`` is in [0, SEEDS)."""
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)


def restore(saved: dict[str, Any]) -> None:
    """Put every generator back. CUDA's only where as many devices are there as were."""
    random.setstate(saved["python"])
    name, keys, *rest = saved["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(saved["torch"])
    if len(saved["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(saved["cuda"])
