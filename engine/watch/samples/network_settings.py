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

from latentop.engine.linear_algebra import full_precision, to_the_last_digit


@contextmanager
def as_everywhere() -> Iterator[None]:
    """Meanwhile a network gives the same features as in any other training; then all is as it was set.

    Precisions that were inherited are as ``to_the_last_digit`` leaves them.
    """
    cudnn: Any = torch.backends.cudnn
    processor: Any = torch.backends.mkldnn
    kind, searches = torch.get_default_dtype(), cudnn.benchmark
    others = cudnn.conv, cudnn.rnn, processor.conv, processor.rnn  # which compute no products of matrices
    with full_precision(), to_the_last_digit(*others), torch.inference_mode(False):
        try:
            cudnn.benchmark = False
            if kind != torch.float32:
                torch.set_default_dtype(torch.float32)
            yield
        finally:
            cudnn.benchmark = searches
            if kind != torch.float32:
                torch.set_default_dtype(kind)
