"""A preview of a preset, as the script writes them."""

import numpy as np

from latentop.presets.preview import Preview

MADE = Preview(
    kind="samples",
    steps=(10, 200),
    pictures=np.arange(2 * 4 * 1 * 28 * 28, dtype=np.uint8).reshape(2, 4, 1, 28, 28),
    real=np.full((4, 1, 28, 28), 7, dtype=np.uint8),
    series=("loss/generator", "diversity/coverage"),
    curves=np.linspace(0, 1, 192, dtype=np.float32).reshape(2, 96),
    trained=200,
    speed=12.5,
)
