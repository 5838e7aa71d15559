"""Unsupervised pretraining: an autoencoder on all data, then classifiers on its encoder, with few labels.

Géron 2022, Hands-On Machine Learning, chapter 17, "Unsupervised pretraining using stacked autoencoders"; the
idea is Hinton and Salakhutdinov's (2006, Science 313, pages 504 to 507).
"""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from math import prod
from typing import Literal

import psutil
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer

from latentop.engine.data import Dataset, Sampler
from latentop.engine.models import build
from latentop.engine.models.at_rest import at_rest
from latentop.engine.models.classifier import Classifier
from latentop.engine.objectives.autoencoding import build_autoencoding
from latentop.engine.objectives.optimisers import build_optimiser, take_step, tune
from latentop.engine.run.errors import UsageError
from latentop.presets.schema import Preset, Pretraining
from latentop.presets.wording import gibibytes

Arm = Literal["frozen", "fine-tuned", "scratch"]
ARMS: tuple[Arm, ...] = ("frozen", "fine-tuned", "scratch")
HELD = 3 + 2 * 3 + 2 * (3 + 2 * 2)
"""How often the weights of one encoder are held for each seed.

In three arms; as gradients and two moments where they are trained, in two; and in two snapshots of all that.
"""


class PretrainThenClassify:
    """First ``autoencoding`` takes ``preset.pretrain`` steps; then every step trains every classifier.

    The arms differ in the encoder alone: ``frozen`` has the pretrained one and leaves it as it is,
    ``fine-tuned`` trains it on, ``scratch`` has the same layers freshly initialised. The classifiers of one
    number have, in every arm, the same labelled images in the same order and the same initial head. Labels
    come from the training set; the test set is only measured on.
    """

    def __init__(self, preset: Pretraining, dataset: Dataset, device: torch.device) -> None:
        self.autoencoding = autoencoding = build_autoencoding(preset, dataset.shape, device)
        _refuse_beyond_memory(preset, dataset, autoencoding.autoencoder.get_submodule("encoder"), device)
        self.labelled = [labelled(dataset, preset.labels, _seed(preset, n)) for n in range(preset.seeds)]
        fresh = nn.ModuleList(_fresh(preset, dataset, n) for n in range(preset.seeds))
        self.classifiers = nn.ModuleDict({arm: deepcopy(fresh) for arm in ARMS}).to(device)
        for classifier in self.classifiers["frozen"].children():
            classifier.get_submodule("encoder").requires_grad_(False)
        self._progress = Progress()
        self._pretrain = preset.pretrain
        self._images = [dataset.train[chosen] for chosen in self.labelled]
        self._labels = [dataset.train_labels[chosen] for chosen in self.labelled]
        self._batch = _smaller(preset.classifier.batch, preset.labels)
        self._sampler = Sampler(preset.labels, self._batch, preset.seed, device)
        self.networks: Mapping[str, nn.Module] = {
            **autoencoding.networks,
            "classifier": self.classifiers,
            "progress": self._progress,
        }
        trained = [one for one in self.classifiers.parameters() if one.requires_grad]
        self.optimisers: Mapping[str, Optimizer] = {
            **autoencoding.optimisers,
            "classifier": build_optimiser(preset.classifier, trained),
        }

    @property
    def classifying(self) -> bool:
        """Whether the classifiers have begun."""
        return self._progress.steps > self._pretrain

    def step(self, batch: Tensor, labels: Tensor) -> Mapping[str, Tensor]:
        """Train the autoencoder on data ``(batch, *shape)``, or then every classifier on its own few labels.

        Returns 0-d series. A classifier's loss is cross-entropy in nats, here its mean over those of an arm.
        """
        done = self._progress.steps - self._pretrain
        self._progress.advance()
        if done < 0:
            return self.autoencoding.step(batch, labels)
        if done == 0:
            self._hand_over()
        return self._classify(done)

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as that preset says."""
        assert isinstance(preset, Pretraining)
        self.autoencoding.adopt(preset)
        tune(self.optimisers["classifier"], preset.classifier)

    @torch.no_grad()
    def accuracies(self, data: Tensor, labels: Tensor) -> dict[Arm, Tensor]:
        """Share of ``(count, *shape)`` classified right, 0 to 1: by arm, float64 ``(seeds,)`` on the CPU."""
        return {
            arm: torch.stack([_share_right(one, data, labels) for one in self.classifiers[arm].children()])
            for arm in ARMS
        }

    def _hand_over(self) -> None:
        """Give the pretrained encoder, as it is now, to the classifiers of the two arms that build on it."""
        pretrained = self.autoencoding.autoencoder.get_submodule("encoder").state_dict()
        for arm in ("frozen", "fine-tuned"):
            for classifier in self.classifiers[arm].children():
                classifier.get_submodule("encoder").load_state_dict(pretrained)

    def _classify(self, done: int) -> dict[str, Tensor]:
        """One step of all classifiers, after so many; together they are one sum, but share no parameter."""
        # The place follows from the step alone, so that a checkpoint need not hold it.
        epoch, place = divmod(done, self._sampler.batches_per_epoch)
        if self._sampler.state() != (begin := {"epoch": epoch, "position": place * self._batch}):
            self._sampler.restore(begin)
        chosen = next(self._sampler)
        images = [some[chosen] for some in self._images]
        labels = [some[chosen] for some in self._labels]
        losses = {
            arm: torch.stack(
                [
                    cross_entropy(classifier(seen).float(), meant)
                    for classifier, seen, meant in zip(
                        self.classifiers[arm].children(), images, labels, strict=True
                    )
                ]
            )
            for arm in ARMS
        }
        torch.cat(list(losses.values())).sum().backward()
        norm = take_step(self.optimisers["classifier"])
        return {f"loss/{arm}": losses[arm].detach().mean() for arm in ARMS} | {"grad/classifier": norm}


class Progress(nn.Module):
    """How many steps have been taken: a buffer on the CPU, so that checkpoints hold it."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: Tensor
        self.register_buffer("taken", torch.zeros((), dtype=torch.int64))

    @property
    def steps(self) -> int:
        """Steps taken, from 0."""
        return int(self.taken)

    def advance(self) -> None:
        """Count one more."""
        self.taken += 1


def labelled(dataset: Dataset, count: int, seed: int) -> Tensor:
    """Indices into the training set, int64 ``(count,)``: as many of each class, none twice.

    The same for the same seed, on any device. Raises UsageError where the data have no such images.
    """
    classes = len(dataset.classes)
    if classes < 2:
        raise UsageError(
            "classifiers need data of two classes or more", "choose data with labels: fashion-mnist"
        )
    if count % classes:
        raise UsageError(
            f"labels = {count} can't be as many of each of {classes} classes",
            f"set labels to a multiple of {classes}",
        )
    private = torch.Generator().manual_seed(seed)
    chosen = []
    for number, name in enumerate(dataset.classes):
        those = (dataset.train_labels == number).nonzero().flatten()
        if len(those) < count // classes:
            raise UsageError(
                f"labels = {count} takes {count // classes} of each class, and {name} has {len(those)}",
                "set labels to less, or train on more data",
            )
        order = torch.randperm(len(those), generator=private)[: count // classes]
        chosen.append(those[order.to(those.device)])
    return torch.cat(chosen)


def _refuse_beyond_memory(
    preset: Pretraining, dataset: Dataset, encoder: nn.Module, device: torch.device
) -> None:
    """Raise UsageError where the classifiers' encoders, which grow with the images, can't be held."""
    once = sum(one.nbytes for one in encoder.parameters())
    needed = once * preset.seeds * HELD
    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else psutil.virtual_memory().available
    if needed > free:
        raise UsageError(
            f"{preset.seeds} classifiers an arm on data of {prod(dataset.shape)} numbers take"
            f" {gibibytes(needed)}, and {gibibytes(free)} are free",
            f"set seeds = 2, or autoencoder.hidden smaller than {list(preset.autoencoder.hidden)}",
        )


def _fresh(preset: Pretraining, dataset: Dataset, number: int) -> Classifier:
    """A new classifier, the same for the same number; the global random state stays untouched."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(_seed(preset, number))
        encoder = build(preset.autoencoder, dataset.shape, 0).get_submodule("encoder")
        spec = preset.classifier
        return Classifier(encoder, preset.autoencoder.latent_dim, spec.hidden, len(dataset.classes))


def _seed(preset: Pretraining, number: int) -> int:
    """The seed of one classifier. Hashed, so that runs with neighbouring seeds share no classifier's."""
    digest = hashlib.sha256(f"{preset.seed}/classifier/{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def _smaller(batch: int, labels: int) -> int:
    if batch > labels:
        raise UsageError(
            f"classifier.batch = {batch} can't be drawn from {labels} labelled images",
            f"set classifier.batch to something from 1 to {labels}",
        )
    return batch


def _share_right(classifier: nn.Module, data: Tensor, labels: Tensor) -> Tensor:
    with at_rest(classifier):
        told = torch.cat([classifier(part).argmax(1) for part in data.split(1024)])
    return (told == labels).cpu().double().mean()
