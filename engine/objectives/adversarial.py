"""The generative adversarial step: Goodfellow et al. 2014, arXiv 1406.2661, algorithm 1."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus
from torch.optim import Optimizer

from engine.models import build
from engine.objectives.optimisers import build_optimiser, take_step
from presets.networks import DiracGenerator
from presets.objectives import NonSaturating
from presets.schema import GAN


class Adversarial:
    """A generator against a discriminator, one step of each for every batch of real images.

    Images come in [0, 1] and are shown to the networks in [-1, 1].
    """

    def __init__(self, preset: GAN, shape: tuple[int, ...], classes: int, device: torch.device) -> None:
        assert isinstance(preset.objective, NonSaturating)
        assert not isinstance(preset.generator, DiracGenerator)
        self.latent_dim = preset.generator.latent_dim
        self.real_label = preset.objective.real_label
        self.generator = generator = build(preset.generator, shape, classes).to(device)
        self.discriminator = discriminator = build(preset.discriminator, shape, classes).to(device)
        self.networks: Mapping[str, nn.Module] = {"generator": generator, "discriminator": discriminator}
        self.optimisers: Mapping[str, Optimizer] = {
            "generator": build_optimiser(preset.generator, generator.parameters()),
            "discriminator": build_optimiser(preset.discriminator, discriminator.parameters()),
        }

    def step(self, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Train both networks on real images ``(batch, channels, height, width)``; return 0-d series.

        The discriminator's loss is the sum over real and fake, 2 ln 2 where it can't tell them apart; the
        generator's is non-saturating (section 3). Real and fake batches are normalised apart.
        """
        real = images * 2 - 1
        fake = self.generator(torch.randn(len(real), self.latent_dim, device=real.device))

        self.discriminator.requires_grad_(True)
        real_logits, fake_logits = self.discriminator(real), self.discriminator(fake.detach())
        real_loss = softplus(-real_logits).mean() + (1 - self.real_label) * real_logits.mean()
        discriminator_loss = real_loss + softplus(fake_logits).mean()
        discriminator_loss.backward()
        discriminator_norm = take_step(self.optimisers["discriminator"])

        self.discriminator.requires_grad_(False)  # only the gradient that flows through it is wanted
        generator_loss = softplus(-self.discriminator(fake)).mean()
        generator_loss.backward()
        generator_norm = take_step(self.optimisers["generator"])

        with torch.no_grad():
            right = (real_logits > 0).float().mean() + (fake_logits < 0).float().mean()
            return {
                "loss/generator": generator_loss.detach(),
                "loss/discriminator": discriminator_loss.detach(),
                "score/real": real_logits.sigmoid().mean(),
                "score/fake": fake_logits.sigmoid().mean(),
                "accuracy/discriminator": right / 2,
                "grad/generator": generator_norm,
                "grad/discriminator": discriminator_norm,
            }

    @torch.no_grad()
    def draw(self, count: int, seed: int) -> Tensor:
        """``(count, channels, height, width)`` in [0, 1] by running statistics; training is unmoved."""
        codings = self._codings(count, seed)
        self.generator.eval()
        images = torch.cat([self.generator(part) for part in codings.split(256)])
        self.generator.train()
        return (images + 1) / 2

    def _codings(self, count: int, seed: int) -> Tensor:
        """``(count, latent_dim)`` from the prior N(0, 1), the same for the same seed; training is unmoved."""
        private = torch.Generator().manual_seed(seed)
        device = next(self.generator.parameters()).device
        return torch.randn(count, self.latent_dim, generator=private).to(device)
