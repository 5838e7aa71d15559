"""The recurrent autoencoder: an image is a sequence of rows (Géron, chapter 17, Recurrent Autoencoders)."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from latentop.presets.networks import RecurrentAutoencoder

_WEIGHTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


class Recurrent(nn.Module):
    """Images ``(batch, channels, height, width)`` in [0, 1], read row by row, to reconstructions.

    ``encoder``: two LSTMs, the last state of the second being the codings. ``decoder``: one LSTM that is
    shown the codings at every row, and a dense layer from its states to rows; linear output.
    """

    def __init__(self, spec: RecurrentAutoencoder, image: tuple[int, int, int]) -> None:
        super().__init__()
        self.encoder = _Reader(image, spec.hidden, spec.latent_dim)
        self.decoder = _Writer(image, spec.hidden, spec.latent_dim)

    def forward(self, images: Tensor) -> Tensor:
        """Encode and decode."""
        reconstruction: Tensor = self.decoder(self.encoder(images))
        return reconstruction


class _Reader(nn.Module):
    """Images to codings ``(batch, latent_dim)``, each in (-1, 1)."""

    def __init__(self, image: tuple[int, int, int], hidden: int, latent_dim: int) -> None:
        super().__init__()
        channels, _, width = image
        self.first = lstm(channels * width, hidden)
        self.second = lstm(hidden, latent_dim)

    def forward(self, images: Tensor) -> Tensor:
        rows = images.transpose(1, 2).flatten(2)
        with full_precision(rows):
            states, _ = self.first(rows.float())
            _, (codings, _) = self.second(states)
        last: Tensor = codings[0]
        return last


class _Writer(nn.Module):
    """Codings ``(batch, latent_dim)`` to images."""

    def __init__(self, image: tuple[int, int, int], hidden: int, latent_dim: int) -> None:
        super().__init__()
        self._image = channels, _, width = image
        self.lstm = lstm(latent_dim, hidden)
        self.rows = nn.Linear(hidden, channels * width)
        nn.init.xavier_uniform_(self.rows.weight)
        nn.init.zeros_(self.rows.bias)

    def forward(self, codings: Tensor) -> Tensor:
        channels, height, width = self._image
        with full_precision(codings):
            states, _ = self.lstm(codings[:, None].expand(-1, height, -1).float())
        images: Tensor = self.rows(states).unflatten(2, (channels, width)).transpose(1, 2)
        return images


def full_precision(data: Tensor) -> AbstractContextManager[object]:
    """Without autocast: for LSTMs, cuDNN would take float16, whatever autocast asks for."""
    lowered = data.device.type in ("cpu", "cuda")  # elsewhere there is no autocast, or none of ours
    return torch.autocast(data.device.type, enabled=False) if lowered else nullcontext()


def lstm(inputs: int, units: int) -> nn.LSTM:
    """An LSTM layer initialised as Keras does it; sequences are ``(batch, rows, inputs)``.

    Glorot's uniform kernel, an orthogonal recurrent kernel, and a forget gate that starts open (bias 1:
    Jozefowicz et al. 2015, section 3). Of torch's two biases only one is trained, since they add up.
    """
    layer = nn.LSTM(inputs, units, batch_first=True)
    kernel, recurrent, bias, other_bias = (getattr(layer, name) for name in _WEIGHTS)
    nn.init.xavier_uniform_(kernel)
    nn.init.orthogonal_(recurrent)
    nn.init.zeros_(other_bias).requires_grad_(False)
    with torch.no_grad():
        nn.init.zeros_(bias)[units : 2 * units] = 1.0
    return layer
