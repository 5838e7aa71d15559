"""The variational autoencoder's networks: Kingma and Welling 2014, arXiv 1312.6114, appendix C, Gaussian."""

from math import prod

from torch import Tensor, nn

from engine.models.stacked import dense
from presets.networks import VariationalAutoencoder


class Variational(nn.Module):
    """Data ``(batch, *shape)`` to where their codings lie, and codings back to data; linear output.

    ``encoder`` gives the means of the codings ``(batch, latent_dim)``, ``decoder`` takes any codings of that
    shape. ReLU on hidden layers, Glorot's uniform initialisation; sizes as Géron 2022, chapter 17, has them.
    """

    def __init__(self, spec: VariationalAutoencoder, shape: tuple[int, ...]) -> None:
        super().__init__()
        sizes = [prod(shape), *spec.hidden]
        hidden = [*dense(sizes, "relu"), nn.ReLU()] if spec.hidden else []
        trunk = nn.Sequential(nn.Flatten(), *hidden)
        self.encoder = nn.Sequential(trunk, *dense([sizes[-1], spec.latent_dim], "linear"))
        self.log_variance = dense([sizes[-1], spec.latent_dim], "linear")[0]
        self.decoder = nn.Sequential(*dense([spec.latent_dim, *sizes[::-1]], "relu"), nn.Unflatten(1, shape))

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log variances of the codings, each ``(batch, latent_dim)``."""
        trunk, means = self.encoder
        hidden = trunk(images)
        return means(hidden), self.log_variance(hidden)

    def forward(self, images: Tensor) -> Tensor:
        """Reconstruct from the means of the codings."""
        reconstruction: Tensor = self.decoder(self.encoder(images))
        return reconstruction
