"""The same by Lightning: ``python -m benchmarks.speed.loops.lightning_fit LOG PRESET [KEY=VALUE]…``.

Automatic optimisation for an autoencoder, manual for a GAN, as its documentation has it; progress bar, logger
and checkpoints as they are by default.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from lightning import LightningModule, Trainer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as criterion
from torch.nn.functional import mse_loss
from torch.optim import Optimizer

from benchmarks.speed.loops.textbook_parts import device_of, loader_of, networks_of, optimiser_of, preset_of
from benchmarks.speed.step_times import Log
from latentop.presets.schema import GAN, Autoencoder


class Adversarial(LightningModule):  # type: ignore[misc]
    """Two optimisers: optimised by hand."""

    def __init__(self, preset: GAN, steps: Log) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator, self.discriminator = networks_of(preset)
        self.codings = int(getattr(preset.generator, "latent_dim", 1))
        self.preset, self.steps = preset, steps

    def training_step(self, batch: Sequence[Tensor]) -> None:
        """One step of each network."""
        real, _ = batch
        ones, zeros = torch.ones(len(real), device=self.device), torch.zeros(len(real), device=self.device)
        optimiser_g, optimiser_d = self.optimizers()
        self.toggle_optimizer(optimiser_d)
        fake = self.generator(torch.randn(len(real), self.codings, device=self.device))
        loss_d = criterion(self.discriminator(real), ones)
        loss_d = loss_d + criterion(self.discriminator(fake.detach()), zeros)
        optimiser_d.zero_grad()
        self.manual_backward(loss_d)
        optimiser_d.step()
        self.untoggle_optimizer(optimiser_d)
        self.toggle_optimizer(optimiser_g)
        fake = self.generator(torch.randn(len(real), self.codings, device=self.device))
        loss_g = criterion(self.discriminator(fake), ones)
        optimiser_g.zero_grad()
        self.manual_backward(loss_g)
        optimiser_g.step()
        self.untoggle_optimizer(optimiser_g)
        self.log_dict({"g": loss_g, "d": loss_d}, prog_bar=True)

    def on_train_batch_end(self, *_: object) -> None:
        """Another step is done."""
        self.steps.stamp()

    def configure_optimizers(self) -> tuple[list[Optimizer], list[object]]:
        """As the preset says."""
        generator = optimiser_of(self.preset.generator, self.generator)
        return [generator, optimiser_of(self.preset.discriminator, self.discriminator)], []


class Reconstruct(LightningModule):  # type: ignore[misc]
    """One optimiser: optimised by Lightning."""

    def __init__(self, preset: Autoencoder, steps: Log) -> None:
        super().__init__()
        (self.autoencoder,) = networks_of(preset)
        self.preset, self.steps = preset, steps

    def training_step(self, batch: Sequence[Tensor]) -> Tensor:
        """The loss."""
        images, _ = batch
        loss = mse_loss(self.autoencoder(images), images)
        self.log("loss", loss, prog_bar=True)
        return loss

    def on_train_batch_end(self, *_: object) -> None:
        """Another step is done."""
        self.steps.stamp()

    def configure_optimizers(self) -> Optimizer:
        """As the preset says."""
        return optimiser_of(self.preset.autoencoder, self.autoencoder)


def main() -> None:
    """Train until killed."""
    log, name, *overrides = sys.argv[1:]
    preset, steps = preset_of(name, overrides), Log(Path(log))
    with TemporaryDirectory() as folder:
        module = Adversarial(preset, steps) if isinstance(preset, GAN) else Reconstruct(preset, steps)
        device = device_of(preset)
        which = {"accelerator": "gpu", "devices": [device.index]} if device.index is not None else {}
        trainer = Trainer(max_epochs=-1, default_root_dir=folder, **{"accelerator": "cpu", **which})
        trainer.fit(module, loader_of(preset, Path(folder)))


if __name__ == "__main__":
    main()
