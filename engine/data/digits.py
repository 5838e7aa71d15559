"""Digits: 1 797 grey images of handwritten digits, 8 × 8, inside scikit-learn.

Source: Alpaydin and Kaynak 1998, "Optical recognition of handwritten digits", UCI repository.
"""

import importlib
import sys

import numpy as np

from latentop.engine.data.pixels import Pixels
from latentop.engine.run.errors import DataError


def read_digits() -> Pixels:
    """Return uint8 `(1797, 1, 8, 8)`, the 17 levels spread over 0…255; no test images of their own.

    Raises `DataError` where scikit-learn is not installed.
    """
    try:
        found = importlib.import_module("sklearn.datasets").load_digits()
    except ImportError as error:
        raise DataError(
            f"digits come with scikit-learn, which can't be imported: {error}",
            f"install it: {sys.executable} -m pip install scikit-learn; or choose other data",
        ) from error
    levels = np.asarray(found.images)
    return Pixels(
        name="digits",
        source="inside scikit-learn",
        classes=tuple("0123456789"),
        images=np.rint(levels * (255 / 16)).astype(np.uint8)[:, np.newaxis],
        labels=np.asarray(found.target, dtype=np.int64),
        train=np.arange(len(levels)),
        test=np.arange(0),
    )
