"""The variational autoencoder's networks: Kingma and Welling 2014, arXiv 1312.6114, appendix C, Gaussian."""

from math import prod

from torch import Tensor, nn

from latentop.engine.models.stacked import dense
from latentop.presets.networks import VariationalAutoencoder


class GaussianCodings(nn.Module):
    """Data ``(batch, *shape)`` to where their codings lie, and codings back to data; linear output.

    ``encoder``, a trunk and a dense layer, gives the means of the codings ``(batch, latent_dim)``;
    ``log_variance`` takes what the trunk gives; ``decoder`` takes any codings of that shape.
    """

    encoder: nn.Sequential
    log_variance: nn.Module
    decoder: nn.Sequential

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log variances of the codings, each ``(batch, latent_dim)``."""
        trunk, means = self.encoder
        hidden = trunk(images)
        return means(hidden), self.log_variance(hidden)

    def forward(self, images: Tensor) -> Tensor:
        """Reconstruct from the means of the codings."""
        reconstruction: Tensor = self.decoder(self.encoder(images))
        return reconstruction


class Variational(GaussianCodings):
    """Dense layers: ReLU on hidden ones, Glorot's uniform initialisation (sizes: Géron 2022, chapter 17)."""

    def __init__(self, spec: VariationalAutoencoder, shape: tuple[int, ...]) -> None:
        super().__init__()
        sizes = [prod(shape), *spec.hidden]
        hidden = [*dense(sizes, "relu"), nn.ReLU()] if spec.hidden else []
        trunk = nn.Sequential(nn.Flatten(), *hidden)
        self.encoder = nn.Sequential(trunk, *dense([sizes[-1], spec.latent_dim], "linear"))
        (self.log_variance,) = dense([sizes[-1], spec.latent_dim], "linear")
        self.decoder = nn.Sequential(*dense([spec.latent_dim, *sizes[::-1]], "relu"), nn.Unflatten(1, shape))
