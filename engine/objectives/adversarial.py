"""The generative adversarial step: Goodfellow et al. 2014, arXiv 1406.2661, algorithm 1."""

from collections.abc import Mapping
from math import prod

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from latentop.engine.models import build, dirac
from latentop.engine.models.at_rest import at_rest
from latentop.engine.objectives.augmentation import augmented
from latentop.engine.objectives.average import average_of, follow
from latentop.engine.objectives.losses import build_loss
from latentop.engine.objectives.optimisers import build_optimiser, take_step, tune
from latentop.engine.objectives.penalties import Penalty
from latentop.engine.run.errors import UsageError
from latentop.presets.networks import (
    DCGANDiscriminator,
    DCGANGenerator,
    DiscriminatorNetwork,
    GeneratorNetwork,
)
from latentop.presets.schema import GAN, Preset

DRAWN_AT_ONCE, VALUES = 256, 2**22
"""Samples that are drawn at once, at most, and numbers in them: of large images, fewer fit in memory."""


class Adversarial:
    """A generator against a discriminator: some steps of the one for every step of the other.

    Images come in [0, 1] and are shown to the networks in [-1, 1]; points are shown as they are.
    """

    def __init__(self, preset: GAN, shape: tuple[int, ...], classes: int, device: torch.device) -> None:
        _refuse_odd_packs(preset)
        self.classes = classes
        self.conditional = _conditional(preset.generator)
        self._spec = preset.objective
        self._judges_by_class = _conditional(preset.discriminator)
        self._latent_dim = _latent_dim(preset.generator)
        self._images = len(shape) == 3
        self._at_once = max(1, min(DRAWN_AT_ONCE, VALUES // prod(shape)))
        self._loss = build_loss(preset.objective)
        self.generator, self.discriminator = generator, discriminator = [
            build(spec, shape, classes, preset.code, device)
            for spec in (preset.generator, preset.discriminator)
        ]
        self._judging = [one for one in discriminator.parameters() if one.requires_grad]
        """The weights of the discriminator, less those that its author has frozen."""
        self._average: nn.Module | None = None
        self._penalty = Penalty(preset.objective).to(device)
        self._networks: dict[str, nn.Module] = {"generator": generator, "discriminator": discriminator}
        self.networks: Mapping[str, nn.Module] = self._networks
        self._hold_what_is_wanted()
        self.optimisers: Mapping[str, Optimizer] = {
            "generator": build_optimiser(preset.generator, generator.parameters()),
            "discriminator": build_optimiser(preset.discriminator, discriminator.parameters()),
        }

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as that preset says; an average that is new begins at the newest."""
        assert isinstance(preset, GAN)
        _refuse_odd_packs(preset)
        self._spec = preset.objective
        self._loss = build_loss(preset.objective)
        self._penalty.weigh(preset.objective)
        tune(self.optimisers["generator"], preset.generator)
        tune(self.optimisers["discriminator"], preset.discriminator)
        self._hold_what_is_wanted()

    def step(self, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Train both networks on real data ``(batch · discriminator_steps, *shape)``; return 0-d series.

        Fake data have the classes of the real ones beside them. Series of the discriminator are of its last
        step. Real and fake batches are normalised apart, unless they are to be mixed.
        """
        rounds = self._spec.discriminator_steps
        parts = list(zip(batch.chunk(rounds), labels.chunk(rounds), strict=True))
        self._learns(judging=True)
        for number, (part, classes) in enumerate(parts, start=1):
            real = part * 2 - 1 if self._images else part
            with torch.set_grad_enabled(number == rounds):  # the generator learns from the last fakes
                fake = self._generate(self.generator, self._codings(len(real), real.device), classes)
            values = self._improve_discriminator(real, fake.detach(), classes)
        self._learns(judging=False)  # only the gradient that flows through it is wanted
        loss = self._loss.generator(self._judge(self._seen(fake), classes))
        loss.backward()
        norm = take_step(self.optimisers["generator"])
        if self._average is not None:
            follow(self._average, self.generator, self._spec.ema)
        return {"loss/generator": loss.detach(), **values, "grad/generator": norm, **self._position()}

    @torch.no_grad()
    def draw(self, count: int, seed: int) -> Tensor:
        """``(count, *shape)``, images in [0, 1]; the same for the same seed. Training is unmoved.

        A conditional generator draws the classes in turn: 0, 1, 2 … and again.
        """
        return self.decode(self.codings(count, seed), torch.arange(count) % max(self.classes, 1))

    def codings(self, count: int, seed: int) -> Tensor:
        """What ``draw`` draws from: ``(count, latent_dim)`` of the prior, on the CPU."""
        return self._codings(count, torch.device("cpu"), torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def decode(self, codings: Tensor, classes: Tensor) -> Tensor:
        """``(count, *shape)``, images in [0, 1], from ``(count, latent_dim)`` and classes ``(count,)``.

        By running statistics, and from the running average where there is one. Training is unmoved.
        """
        drawn = self.generator if self._average is None else self._average
        device = next(drawn.parameters()).device
        codings, classes = codings.to(device), classes.to(device)
        parts = zip(codings.split(self._at_once), classes.split(self._at_once), strict=True)
        with at_rest(drawn):
            samples = torch.cat([self._generate(drawn, *part) for part in parts])
        return (samples + 1) / 2 if self._images else samples

    def _hold_what_is_wanted(self) -> None:
        """An average and a penalty are held while they are wanted, and then begin anew.

        One that outlived its wish would bring what it gathered to where training goes back to.
        """
        if not self._spec.ema:
            self._average = None
            self._networks.pop("average", None)
        elif self._average is None:
            self._networks["average"] = self._average = average_of(self.generator)
        if not self._penalty.wanted:
            self._penalty.begin()
            self._networks.pop("penalty", None)
        else:
            self._networks["penalty"] = self._penalty

    def _learns(self, *, judging: bool) -> None:
        for weight in self._judging:
            weight.requires_grad_(judging)

    def _improve_discriminator(self, real: Tensor, fake: Tensor, classes: Tensor) -> dict[str, Tensor]:
        """One step of the discriminator, and its series."""
        real, fake = self._seen(real), self._seen(fake)
        if self._spec.mixed:
            both = self._judge(torch.cat([real, fake]), torch.cat([classes, classes]))
            real_scores, fake_scores = both.chunk(2)
        else:
            real_scores, fake_scores = self._judge(real, classes), self._judge(fake, classes)
        loss = self._loss.discriminator(real_scores, fake_scores)
        penalty = self._penalty(lambda samples: self._judge(samples, classes), real, fake)
        (loss if penalty is None else loss + penalty).backward()
        norm = take_step(self.optimisers["discriminator"])
        with torch.no_grad():
            values = {"loss/discriminator": loss.detach()}
            if self._penalty.wanted:
                values["loss/penalty"] = self._penalty.latest.clone()
            return {
                **values,
                **self._loss.series(real_scores, fake_scores),
                "grad/discriminator": norm,
            }

    def _position(self) -> dict[str, Tensor]:
        """Of a Dirac-GAN both numbers, for they are all there is; of others nothing."""
        match self.generator, self.discriminator:
            case dirac.Generator() as generator, dirac.Discriminator() as discriminator:
                return {
                    "dirac/generator": generator.place.detach().clone(),
                    "dirac/discriminator": discriminator.slope.detach().clone(),
                }
        return {}

    def _generate(self, generator: nn.Module, codings: Tensor, classes: Tensor) -> Tensor:
        samples: Tensor = generator(codings, classes) if self.conditional else generator(codings)
        return samples.float()

    def _judge(self, samples: Tensor, classes: Tensor) -> Tensor:
        network = self.discriminator
        scores: Tensor = network(samples, classes) if self._judges_by_class else network(samples)
        return scores.float()

    def _seen(self, samples: Tensor) -> Tensor:
        """Samples as the discriminator sees them: augmented and with noise, if the preset says so."""
        if self._spec.augment == "diff":
            samples = augmented(samples)
        noise = self._spec.instance_noise
        return samples + noise * torch.randn_like(samples) if noise else samples

    def _codings(self, count: int, device: torch.device, source: torch.Generator | None = None) -> Tensor:
        """``(count, latent_dim)`` from the prior N(0, 1)."""
        return torch.randn(count, self._latent_dim, generator=source, device=device)


def _latent_dim(generator: GeneratorNetwork) -> int:
    return getattr(generator, "latent_dim", 1)  # the Dirac generator has none and takes no notice


def _conditional(network: GeneratorNetwork | DiscriminatorNetwork) -> bool:
    return isinstance(network, DCGANGenerator | DCGANDiscriminator) and network.conditional


def _refuse_odd_packs(preset: GAN) -> None:
    pack = getattr(preset.discriminator, "pack", 1)
    if preset.batch % pack:
        raise UsageError(
            f"batch = {preset.batch} can't be packed by {pack}",
            f"set batch to a multiple of discriminator.pack, such as {preset.batch // pack * pack or pack}",
        )
