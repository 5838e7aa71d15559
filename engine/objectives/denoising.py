"""Give back the clean input from a spoilt one: Vincent et al. 2010, JMLR 11, section 3."""

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from latentop.engine.objectives.reconstruction import Reconstruction
from latentop.presets.objectives import Denoise
from latentop.presets.schema import Autoencoder, Pretraining

VALIDATION_SEED = 1


class Denoising(Reconstruction):
    """Spoils every batch anew, and asks for the clean one.

    ``gaussian`` adds noise of standard deviation ``amount``; ``dropout`` switches off a share ``amount`` of
    the inputs and scales the others by 1 / (1 - amount), as a dropout layer does (Géron 2022, chapter 17).
    """

    def heed(self, preset: Autoencoder | Pretraining) -> None:
        """Take over kind and amount of noise."""
        assert isinstance(preset.objective, Denoise)
        self._spec = preset.objective

    def step(self, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Train on clean data ``(batch, *shape)``; return 0-d series."""
        random = torch.randn_like if self._spec.noise == "gaussian" else torch.rand_like
        loss = mse_loss(self.autoencoder(self._spoil(batch, random(batch))), batch)
        norm = self.learn(loss)
        return {"loss/reconstruction": loss.detach(), "grad/autoencoder": norm}

    def corrupt(self, batch: Tensor, seed: int) -> Tensor:
        """The data with noise in them, the same for the same seed; not clipped."""
        private = torch.Generator().manual_seed(seed)
        random = torch.randn if self._spec.noise == "gaussian" else torch.rand
        return self._spoil(batch, random(batch.shape, generator=private).to(batch.device))

    def validate(self, batch: Tensor) -> dict[str, float]:
        """Mean squared errors against clean held-out data.

        ``valid/reconstruction`` from noisy input, ``valid/given-clean`` from clean input (which is what Keras
        reports, whose noise layers rest while validating), and ``valid/noisy-input`` of the noisy input
        itself, clipped to the range of the data as it is drawn: what doing nothing would give.
        """
        noisy = self.corrupt(batch, VALIDATION_SEED)
        return {
            "valid/reconstruction": self.error(noisy, batch),
            "valid/given-clean": self.error(batch, batch),
            "valid/noisy-input": mse_loss(noisy.clamp(batch.min(), batch.max()), batch).item(),
        }

    def _spoil(self, batch: Tensor, random: Tensor) -> Tensor:
        """Clean data and random numbers of the same shape, normal or uniform, to noisy data."""
        amount = self._spec.amount
        if self._spec.noise == "gaussian":
            return batch + amount * random
        return batch * (random >= amount) / (1 - amount)
