"""What torch is set to while a network gives features, whatever a training has set: the same everywhere.

A card multiplies and convolves in TF32 unless told otherwise, with 10 bits of mantissa: images that a network
can't tell apart would differ by more than rounding. Where cuDNN searches for the fastest algorithm, it would
search anew for every number of images that are asked about at once, in every layer. And a network that makes
tensors makes them float32, as its weights are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from latentop.engine.linear_algebra import full_precision

WHOLE = "ieee"
"""Float32 to the last digit."""


@contextmanager
def as_everywhere() -> Iterator[None]:
    """Meanwhile a network gives the same features as in any other training; then all is as it was set."""
    cudnn = torch.backends.cudnn
    kind, searches = torch.get_default_dtype(), cudnn.benchmark
    places = _places()
    with full_precision(), torch.inference_mode(False):
        before = [place.fp32_precision for place in places]
        try:
            cudnn.benchmark = False
            for place in places:
                place.fp32_precision = WHOLE
            if kind != torch.float32:
                torch.set_default_dtype(torch.float32)
            yield
        finally:
            cudnn.benchmark = searches
            for place, precision in zip(places, before, strict=True):
                place.fp32_precision = precision
            if kind != torch.float32:
                torch.set_default_dtype(kind)


def _places() -> tuple[Any, ...]:
    """Where what is no product of matrices is computed: these are multiplied in full precision, too."""
    cudnn: Any = torch.backends.cudnn
    processor: Any = torch.backends.mkldnn
    return cudnn.conv, cudnn.rnn, processor.conv, processor.rnn
