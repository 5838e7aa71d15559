"""How far images are off, in numbers."""

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]


def squared_errors(images: Images, others: Images) -> NDArray[np.float64]:
    """Return the mean squared error of each image (count, channels, height, width), of pixels 0 to 1."""
    count = min(len(images), len(others))
    difference = (images[:count] / 255 - others[:count] / 255).reshape(count, -1)
    errors: NDArray[np.float64] = np.square(difference).mean(1)
    return errors
