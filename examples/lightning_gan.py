"""A GAN in Lightning, its two optimisers stepped by hand; two lines make it a run that ``latentop`` shows."""

import argparse

import torch
from pytorch_lightning import LightningModule, Trainer, seed_everything
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from latentop.lightning import LatentopCallback, LatentopLogger

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--data", default="data", help="where torchvision keeps its datasets")
parser.add_argument("--steps", type=int, default=5000)
parser.add_argument("--batch", type=int, default=64)
args = parser.parse_args()
seed_everything(0)


class GAN(LightningModule):
    def __init__(self, latent_dim: int = 64) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.latent_dim = latent_dim
        self.generator = nn.Sequential(
            nn.Linear(latent_dim, 256),
            nn.ReLU(),
            nn.Linear(256, 784),
            nn.Tanh(),
            nn.Unflatten(1, (1, 28, 28)),
        )
        self.discriminator = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1), nn.Flatten(0)
        )

    def draw(self, count: int) -> Tensor:
        fakes: Tensor = self.generator(torch.randn(count, self.latent_dim, device=self.device))
        return fakes

    def training_step(self, batch: tuple[Tensor, Tensor]) -> None:
        real, _ = batch
        g_optimiser, d_optimiser = self.optimizers()
        fake = self.draw(len(real))
        judged, fooled = self.discriminator(real), self.discriminator(fake.detach())
        loss_d = bce(judged, torch.ones_like(judged)) + bce(fooled, torch.zeros_like(fooled))
        d_optimiser.zero_grad()
        self.manual_backward(loss_d)
        d_optimiser.step()
        fooled = self.discriminator(fake)
        loss_g = bce(fooled, torch.ones_like(fooled))
        g_optimiser.zero_grad()
        self.manual_backward(loss_g)
        g_optimiser.step()
        self.log_dict({"g_loss": loss_g, "d_loss": loss_d})

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        networks = self.generator, self.discriminator
        return [torch.optim.Adam(one.parameters(), 2e-4, betas=(0.5, 0.999)) for one in networks]


prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])
images = datasets.FashionMNIST(args.data, download=True, transform=prepare)
model = GAN()
trainer = Trainer(
    max_steps=2 * args.steps,  # Lightning counts each optimiser's steps
    logger=LatentopLogger("lightning-gan", config=args),  # latentop
    callbacks=[LatentopCallback(sample=model.draw, real=images)],  # latentop
    enable_progress_bar=False,
    enable_checkpointing=False,
)
trainer.fit(model, DataLoader(images, args.batch, shuffle=True, drop_last=True))
