"""Inception v3 as FID has it: torch-fidelity's network, with the weights that its authors have published.

Source: Szegedy et al. 2016, arXiv 1512.00567; Heusel et al. 2017, arXiv 1706.08500, section 3.
"""

import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from latentop.engine.run.errors import UsageError
from latentop.engine.train import devices

CHANNELS = (1, 3)
"""Of the images that it takes: grey ones are shown to it in three channels."""
FEATURES = "2048"


class Inception(nn.Module):
    """Images ``(n, c, h, w)`` in [0, 1] of one or three channels to 2048 features each, float32.

    Raises UsageError where torch-fidelity or its weights are missing.
    """

    def __init__(self) -> None:
        super().__init__()
        library("inception features need torch-fidelity")
        require_weights()
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

        self.extractor = FeatureExtractorInceptionV3("inception-v3-compat", [FEATURES], verbose=False)

    def forward(self, images: Tensor) -> Tensor:
        """What its last average says of bytes of 299×299, as published numbers have it."""
        if images.shape[1] not in CHANNELS:
            raise ValueError(f"Inception takes images of 1 or 3 channels, not of {images.shape[1]}")
        features: Tensor = self.extractor(as_bytes(images).expand(-1, 3, -1, -1))[0]
        return features


def as_bytes(images: Tensor) -> Tensor:
    """Of images in [0, 1]."""
    return images.clamp(0, 1).mul(255).round().to(torch.uint8)


def library(wanted: str) -> Any:
    """torch-fidelity. Raises UsageError, with what it is ``wanted`` for, where it is not installed."""
    try:
        import torch_fidelity
    except ImportError as error:
        raise UsageError(wanted, "pip install 'latentop[score]'") from error
    return torch_fidelity


def require_weights() -> None:
    """Raise UsageError where the weights of Inception are broken, or not there and can't be fetched.

    What is fetched must have the hash that its name ends in; else nothing is kept of it.
    """
    from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(URL_INCEPTION_V3).name
    if not path.exists():
        digits = path.stem.rpartition("-")[2]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(
                URL_INCEPTION_V3, str(path), hash_prefix=digits, progress=sys.stderr.isatty()
            )
        except (OSError, RuntimeError) as error:  # no network is the one, another hash the other
            raise UsageError(
                f"the weights of Inception v3 can't be fetched: {error}", f"put {URL_INCEPTION_V3} at {path}"
            ) from error
    try:
        torch.hub.load_state_dict_from_url(URL_INCEPTION_V3, map_location="cpu")
    except Exception as error:  # what is no pickle raises whatever it likes
        if devices.out_of_memory(error):
            raise
        said = devices.first_line(str(error)) or type(error).__name__
        raise UsageError(
            f"the weights of Inception v3 at {path} are broken: {said}", f"remove {path}, and start again"
        ) from error
