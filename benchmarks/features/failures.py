"""What goes wrong with samples, put into real images by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad

PROTOTYPES, FAINT = 20, 0.02
COPIED = 0.3
NOISE = 0.1
SHIFT = 0.1
TAIL = 0.05
"""Share of the images that make the tail: those farthest from any other."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Real images ``(n, c, h, w)`` that samples are drawn from, with labels ``(n,)`` of so many classes.

    ``training`` are images that were trained on. ``unlike`` ``(n,)`` has how far each image is from any
    other in pixels.
    """

    images: Tensor
    labels: Tensor
    classes: int
    training: Tensor
    unlike: Tensor

    @classmethod
    def of(cls, images: Tensor, labels: Tensor, classes: int, training: Tensor) -> "Pool":
        """Measure how unlike the others each image is."""
        flat = images.flatten(1)
        nearest = [torch.cdist(part, flat).topk(2, largest=False).values[:, 1] for part in flat.split(500)]
        return cls(
            images=images, labels=labels, classes=classes, training=training, unlike=torch.cat(nearest)
        )


Failure = Callable[[Pool, int, torch.Generator], Tensor]
"""So many samples from a pool, by that source of chance."""


def sound(pool: Pool, count: int, source: torch.Generator) -> Tensor:
    """Real images, each once as far as there are enough."""
    return pool.images[_some(torch.arange(len(pool.images)), count, source)]


def _gone(share: float) -> Failure:
    """Classes are gone that had about this share of the images, each time others."""

    def fail(pool: Pool, count: int, source: torch.Generator) -> Tensor:
        gone = gone_classes(pool, share, source)
        return pool.images[_some((~torch.isin(pool.labels, gone)).nonzero().flatten(), count, source)]

    return fail


def gone_classes(pool: Pool, share: float, source: torch.Generator) -> Tensor:
    """Some of the classes, drawn by chance, that have up to a quarter more than this share together."""
    shares = torch.bincount(pool.labels, minlength=pool.classes) / len(pool.labels)
    gone, together = [], 0.0
    for label in torch.randperm(pool.classes, generator=source).tolist():
        if together < share and together + float(shares[label]) <= 1.25 * share:
            gone.append(label)
            together += float(shares[label])
    return torch.tensor(gone or [int(shares.argmin())])


def _prototypes(pool: Pool, count: int, source: torch.Generator) -> Tensor:
    few = sound(pool, PROTOTYPES, source)
    return _faint(few[torch.arange(count) % PROTOTYPES], source)


def _half_duplicates(pool: Pool, count: int, source: torch.Generator) -> Tensor:
    once = sound(pool, count - count // 2, source)
    return torch.cat([once, _faint(once[: count // 2], source)])


def _near_copies(pool: Pool, count: int, source: torch.Generator) -> Tensor:
    copies = int(COPIED * count)
    copied = pool.training[_some(torch.arange(len(pool.training)), copies, source)]
    samples = torch.cat([_faint(copied, source), sound(pool, count - copies, source)])
    return samples[torch.randperm(count, generator=source)]  # copies are looked for among the first


def _blur(pool: Pool, count: int, source: torch.Generator) -> Tensor:
    return avg_pool2d(pad(sound(pool, count, source), (1, 1, 1, 1), "replicate"), 3, 1)


def _noise(pool: Pool, count: int, source: torch.Generator) -> Tensor:
    samples = sound(pool, count, source)
    return (samples + NOISE * torch.randn(samples.shape, generator=source)).clamp(0, 1)


def _colour_shift(pool: Pool, count: int, source: torch.Generator) -> Tensor:
    """A little more of the first channel and less of the last; of grey images, brighter."""
    samples = sound(pool, count, source).clone()
    if samples.shape[1] > 1:
        samples[:, -1] -= SHIFT
    samples[:, 0] += SHIFT
    return samples.clamp(0, 1)


def _tail_cut(pool: Pool, count: int, source: torch.Generator) -> Tensor:
    usual = pool.unlike <= pool.unlike.quantile(1 - TAIL)
    return pool.images[_some(usual.nonzero().flatten(), count, source)]


FAILURES: dict[str, Failure] = {
    "nothing": sound,
    "a tenth gone": _gone(0.1),
    "a third gone": _gone(1 / 3),
    "prototypes": _prototypes,
    "half duplicates": _half_duplicates,
    "near copies": _near_copies,
    "blur": _blur,
    "noise": _noise,
    "colour shift": _colour_shift,
    "tail cut": _tail_cut,
}


def _some(places: Tensor, count: int, source: torch.Generator) -> Tensor:
    """So many of the places, drawn without repetition as far as there are enough."""
    order = torch.randperm(len(places), generator=source)
    return places[order[torch.arange(count) % len(order)]]


def _faint(images: Tensor, source: torch.Generator) -> Tensor:
    return (images + FAINT * torch.randn(images.shape, generator=source)).clamp(0, 1)
