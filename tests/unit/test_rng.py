"""Random numbers: put back, every generator repeats itself; also after a checkpoint on disk."""

import random
from pathlib import Path

import numpy as np
import torch

from engine import rng


def drawn() -> tuple[object, ...]:
    """Some of every kind; the normal ones are drawn in pairs, of which one is kept for the next call."""
    return (
        random.random(),
        random.gauss(),
        np.random.rand(),
        np.random.randn(),
        torch.rand(3).tolist(),
        torch.randn(3).tolist(),
    )


def test_every_generator_goes_on_where_it_was(tmp_path: Path) -> None:
    drawn()
    torch.save(rng.state(), tmp_path / "rng.pt")
    wanted = [drawn(), drawn()]
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    rng.restore(torch.load(tmp_path / "rng.pt", weights_only=True))
    assert [drawn(), drawn()] == wanted
