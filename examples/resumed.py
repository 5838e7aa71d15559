"""A script that ``latentop resume`` goes on with: networks, optimiser and schedule come back, with its step.

Stop it or kill it, then: ``latentop resume autoencoder``.
"""

import argparse

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

import latentop

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--data", default="data", help="where torchvision keeps its datasets")
parser.add_argument("--steps", type=int, default=5000)
args = parser.parse_args()
torch.manual_seed(0)

autoencoder = nn.Sequential(
    nn.Flatten(),
    nn.Linear(784, 100),
    nn.SELU(),
    nn.Linear(100, 30),
    nn.SELU(),
    nn.Linear(30, 100),
    nn.SELU(),
    nn.Linear(100, 784),
    nn.Sigmoid(),
    nn.Unflatten(1, (1, 28, 28)),
)
optimiser = torch.optim.Adam(autoencoder.parameters(), 1e-3)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, args.steps)
images = datasets.FashionMNIST(args.data, download=True, transform=transforms.ToTensor())
loader = DataLoader(images, 64, shuffle=True, drop_last=True)


def reconstruct(batch: Tensor) -> Tensor:
    output: Tensor = autoencoder(batch)
    return output


run = latentop.init(  # latentop
    "autoencoder", config=args, steps=args.steps, real=images, reconstruct=reconstruct,
    networks={"autoencoder": autoencoder}, optimisers={"autoencoder": optimiser}, also={"schedule": schedule},
)  # fmt: skip
print(f"training from step {run.step}")
while run.step < args.steps:
    for batch, _ in loader:
        loss = nn.functional.mse_loss(reconstruct(batch), batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        run.log({"loss": loss})  # latentop
        if run.step == args.steps:
            break
run.finish()  # latentop
