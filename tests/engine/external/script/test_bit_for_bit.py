"""A training with the lines of latentop is the training without them, to the last bit."""

import random
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import latentop
from latentop.engine.run import folder
from latentop.engine.train.stopwatch import Stopwatch
from tests.support.real_runs import everything

pytestmark = pytest.mark.usefixtures("runs")
STEPS = 12


@dataclass
class Clock:
    now: float = 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(Stopwatch, "__call__", lambda _: made.now)
    return made


class Noisy(nn.Module):
    """A generator that draws noise in its ``forward``, as StyleGAN's does."""

    def __init__(self) -> None:
        super().__init__()
        self.widen = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2))
        self.out = nn.Linear(32, 64)
        self.calls = 0

    def forward(self, codings: Tensor) -> Tensor:
        found = self.widen(codings)
        return torch.tanh(self.out(found + 0.1 * torch.randn_like(found))).reshape(-1, 1, 8, 8)


def discriminator() -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(),
        nn.utils.parametrizations.spectral_norm(nn.Linear(64, 32)),
        nn.BatchNorm1d(32),
        nn.LeakyReLU(0.2),
        nn.Dropout(0.3),
        nn.utils.spectral_norm(nn.Linear(32, 1)),  # the old way, by hooks
    )


Losses = list[tuple[float, ...]]


def trained(
    clock: Clock, lines: bool, *, sampled_in_training_mode: bool = False
) -> tuple[Losses, list[Tensor]]:
    """Losses of every step, and everything that the networks hold at the end."""
    torch.manual_seed(1)
    np.random.seed(2)
    random.seed(3)
    own = torch.Generator().manual_seed(4)
    images = torch.rand(256, 1, 8, 8) * 2 - 1
    loader = DataLoader(TensorDataset(images), 16, shuffle=True)
    made, judge = Noisy(), discriminator()
    made.widen[2].register_forward_hook(lambda _, __, found: found + 0.01 * torch.randn(1))
    rates = torch.optim.Adam(made.parameters(), 2e-3), torch.optim.Adam(judge.parameters(), 2e-3)
    bce = nn.functional.binary_cross_entropy_with_logits

    def noise(count: int) -> Tensor:
        return torch.randn(count, 8, generator=own)

    def sample(count: int) -> Tensor:
        if sampled_in_training_mode:
            made.train()
        return made(noise(count))

    begun: Any = (
        latentop.init(
            "gan",
            networks={"G": made, "D": judge},
            optimisers={"G": rates[0], "D": rates[1]},
            sample=sample,
            real=loader,
        )
        if lines
        else nullcontext()
    )
    losses = []
    with begun as run:
        for step, (real,) in zip(range(1, STEPS + 1), batches(loader), strict=False):
            weight = random.uniform(0.9, 1.0) * float(np.random.uniform(0.9, 1.0))
            codings = noise(len(real))
            fake = made(codings)
            on_real, on_fake = judge(real), judge(fake.detach())
            loss_d = bce(on_real, weight * torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake))
            rates[1].zero_grad()
            loss_d.backward()
            rates[1].step()
            loss_g = bce(judge(fake), torch.ones(len(real), 1))
            rates[0].zero_grad()
            loss_g.backward()
            rates[0].step()
            losses.append((loss_d.item(), loss_g.item()))
            clock.now += 1000.0  # all that is ever looked at is due after each step
            if run is not None:
                run.log({"errD": loss_d, "errG": loss_g, "D(x)": on_real.mean()}, step=step)
    held = [one.clone() for net in (made, judge) for one in (*net.parameters(), *net.buffers())]
    assert all(part.training for net in (made, judge) for part in net.modules())
    return losses, held


def batches(loader: DataLoader[Any]) -> Iterator[Any]:
    while True:
        yield from loader


@pytest.mark.parametrize("in_training_mode", [False, True])
def test_a_gan_is_the_same_to_the_last_bit(clock: Clock, runs: Path, in_training_mode: bool) -> None:
    plain, held = trained(clock, False)
    watched, held_too = trained(clock, True, sampled_in_training_mode=in_training_mode)
    assert watched == plain
    assert all(torch.equal(one, other) for one, other in zip(held, held_too, strict=True))
    (run,) = folder.every(runs)
    recorded = everything(run)
    assert recorded.bins["diversity/coverage"].n.sum() == STEPS  # it was looked at closely
    assert recorded.bins["update/generator"].n.sum() >= STEPS / 2
    assert recorded.frames.keys() == {"real", "samples"}


def encoded(clock: Clock, lines: bool, *, backend: str = "") -> Losses:
    """Losses of a variational autoencoder whose encoder draws noise, and which is compiled if so wished."""
    torch.manual_seed(1)
    data = TensorDataset(torch.rand(256, 1, 8, 8), torch.arange(256) % 4)
    loader = DataLoader(data, 16, shuffle=True)
    encoder: Any = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1)
    )
    encoder.append(nn.Linear(16, 4))
    decoder: Any = nn.Sequential(nn.Linear(2, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)))
    both = nn.ModuleList([encoder, decoder])
    rate = torch.optim.Adam(both.parameters(), 1e-2)
    schedule = torch.optim.lr_scheduler.ExponentialLR(rate, 0.99)
    if backend:
        encoder, decoder = (torch.compile(one, backend=backend) for one in (encoder, decoder))

    def codings(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, spread = encoder(images).chunk(2, 1)
        return mean + spread.exp() * torch.randn_like(mean), mean, spread

    begun: Any = (
        latentop.init(
            networks=both,
            optimisers=rate,
            also={"schedule": schedule},
            real=loader,
            sample=lambda n: decoder(torch.randn(n, 2)),
            reconstruct=lambda x: decoder(codings(x)[0]),
            encode=codings,
        )
        if lines
        else nullcontext()
    )
    losses = []
    with begun as run:
        for step, (images, _) in zip(range(STEPS), batches(loader), strict=False):
            found, mean, spread = codings(images)
            wrong = nn.functional.mse_loss(decoder(found), images, reduction="sum") / len(images)
            apart = (mean**2 / 2 + (2 * spread).exp() / 2 - spread).sum() / len(images)
            rate.zero_grad()
            (wrong + apart).backward()
            rate.step()
            schedule.step()
            losses.append((wrong.item(), apart.item()))
            clock.now += 1000.0
            if run is not None:
                run.log({"recon": wrong, "kld": apart, "lr": schedule.get_last_lr()[0]}, step=step)
    return losses


def test_a_variational_autoencoder_is_the_same_to_the_last_bit(clock: Clock, runs: Path) -> None:
    assert encoded(clock, True) == encoded(clock, False)
    (run,) = folder.every(runs)
    recorded = everything(run)
    known = {"samples", "real", "input", "reconstruction", "error", "codings", "codings/points"}
    assert recorded.frames.keys() == known
    assert recorded.facts.kind == "autoencoder"


@pytest.mark.slow  # compiles for seconds
def test_compiled_networks_are_the_same_to_the_last_bit(clock: Clock, runs: Path) -> None:
    assert encoded(clock, True, backend="aot_eager") == encoded(clock, False, backend="aot_eager")
    (run,) = folder.every(runs)
    recorded = everything(run)
    assert {"samples", "reconstruction"} <= recorded.frames.keys()
    assert not [mark.text for mark in recorded.marks if mark.kind == "trouble"]
