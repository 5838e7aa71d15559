"""A DCGAN on Fashion-MNIST, a plain PyTorch loop; three lines make it a run that ``latentop`` shows."""

import argparse

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

import latentop

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--data", default="data", help="where torchvision keeps its datasets")
parser.add_argument("--steps", type=int, default=5000)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--width", type=int, default=32, help="channels of the widest layer, divided by 4")
parser.add_argument("--lr", type=float, default=2e-4)
args = parser.parse_args()
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(0)


def up(before: int, after: int, stride: int = 2) -> list[nn.Module]:
    convolution = nn.ConvTranspose2d(before, after, 4, stride, stride // 2, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True)]


def down(before: int, after: int) -> list[nn.Module]:
    return [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]


width, latent_dim = args.width, 64
generator = nn.Sequential(
    *up(latent_dim, 4 * width, stride=1),
    *up(4 * width, 2 * width),
    *up(2 * width, width),
    nn.ConvTranspose2d(width, 1, 4, 2, 1),
    nn.Tanh(),
).to(device)
discriminator = nn.Sequential(
    nn.Conv2d(1, width, 4, 2, 1),
    nn.LeakyReLU(0.2),
    *down(width, 2 * width),
    *down(2 * width, 4 * width),
    nn.Conv2d(4 * width, 1, 4),
    nn.Flatten(0),
).to(device)
g_optimiser = torch.optim.Adam(generator.parameters(), args.lr, betas=(0.5, 0.999))
d_optimiser = torch.optim.Adam(discriminator.parameters(), args.lr, betas=(0.5, 0.999))
prepare = transforms.Compose([transforms.Pad(2), transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])
images = datasets.FashionMNIST(args.data, download=True, transform=prepare)
loader = DataLoader(images, args.batch, shuffle=True, drop_last=True)


def draw(count: int) -> torch.Tensor:
    fakes: torch.Tensor = generator(torch.randn(count, latent_dim, 1, 1, device=device))
    return fakes


with latentop.init(  # latentop
    "dcgan", config=args, steps=args.steps, networks={"G": generator, "D": discriminator},
    optimisers={"G": g_optimiser, "D": d_optimiser}, sample=draw, real=images,
) as run:  # fmt: skip
    while run.step < args.steps:
        for real, _ in loader:
            fake = draw(len(real))
            judged, fooled = discriminator(real.to(device)), discriminator(fake.detach())
            loss_d = bce(judged, torch.ones_like(judged)) + bce(fooled, torch.zeros_like(fooled))
            d_optimiser.zero_grad()
            loss_d.backward()
            d_optimiser.step()
            fooled = discriminator(fake)
            loss_g = bce(fooled, torch.ones_like(fooled))
            g_optimiser.zero_grad()
            loss_g.backward()
            g_optimiser.step()
            run.log({"errG": loss_g, "errD": loss_d})  # latentop
            if run.step == args.steps:
                break
