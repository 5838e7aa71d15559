"""A variational autoencoder on Fashion-MNIST, with reconstructions, a map of codings, and validation."""

import argparse

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

import latentop

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--data", default="data", help="where torchvision keeps its datasets")
parser.add_argument("--steps", type=int, default=5000)
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--latent-dim", type=int, default=10)
args = parser.parse_args()
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(0)


class VAE(nn.Module):
    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        codes = nn.Linear(256, 2 * latent_dim)
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.SELU(), codes)
        pixels = nn.Linear(256, 784)
        self.decoder = nn.Sequential(nn.Linear(latent_dim, 256), nn.SELU(), pixels, nn.Sigmoid())

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_var = self.encoder(images.to(device)).chunk(2, dim=1)
        return mean, log_var

    def decode(self, codings: Tensor) -> Tensor:
        images: Tensor = self.decoder(codings).reshape(-1, 1, 28, 28)
        return images

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_var = self.encode(images)
        codings = mean + torch.randn_like(mean) * (log_var / 2).exp()
        return self.decode(codings), mean, log_var


def losses(model: VAE, images: Tensor) -> tuple[Tensor, Tensor]:
    """Of the reconstruction and of the divergence, both in nats an image."""
    images = images.to(device)
    output, mean, log_var = model(images)
    reconstruction = nn.functional.binary_cross_entropy(output, images, reduction="sum") / len(images)
    return reconstruction, -0.5 * (1 + log_var - mean**2 - log_var.exp()).sum(1).mean()


model = VAE(args.latent_dim).to(device)
optimiser = torch.optim.Adam(model.parameters(), 1e-3)
training, held_out = (
    datasets.FashionMNIST(args.data, train=train, download=True, transform=transforms.ToTensor())
    for train in (True, False)
)
loader = DataLoader(training, args.batch, shuffle=True, drop_last=True)
validation = torch.stack([held_out[place][0] for place in range(512)])

with latentop.init(  # latentop
    "vae", config=args, steps=args.steps, kind="vae", networks={"autoencoder": model},
    optimisers={"autoencoder": optimiser}, real=held_out, reconstruct=lambda images: model(images)[0],
    encode=lambda images: model.encode(images)[0],
    sample=lambda count: model.decode(torch.randn(count, args.latent_dim, device=device)),
) as run:  # fmt: skip
    while run.step < args.steps:
        for images, _ in loader:
            beta = run.setting("beta", 1.0, minimum=0)  # latentop: can be changed from the screen
            reconstruction, divergence = losses(model, images)
            optimiser.zero_grad()
            (reconstruction + beta * divergence).backward()
            optimiser.step()
            found = {"recon_loss": reconstruction, "kld": divergence}
            if run.step % 100 == 0:
                with torch.no_grad():
                    found["val_recon_loss"] = losses(model, validation)[0]
            run.log(found)  # latentop
            if run.step == args.steps:
                break
