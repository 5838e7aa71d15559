"""DCGAN's guidelines, checked on the modules of a convolutional GAN as they are: kept or broken, and where.

Source: Radford, Metz, Chintala 2016, arXiv 1511.06434, section 3, "Architecture guidelines for stable Deep
Convolutional GANs". Modules are taken to work in the order in which they are listed, as in a sequence; what
a network does by functions alone, such as ``torch.tanh``, is not seen.
"""

from collections.abc import Mapping

from torch import nn
from torch.nn.modules import activation

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
LAYERS = (*CONVOLUTIONS, nn.Linear)
RESIZING = (
    nn.MaxPool2d,
    nn.AvgPool2d,
    nn.AdaptiveAvgPool2d,
    nn.AdaptiveMaxPool2d,
    nn.Upsample,
    nn.PixelShuffle,
)
BATCH_NORMALISATIONS = (nn.BatchNorm1d, nn.BatchNorm2d)
ACTIVATIONS = tuple(getattr(activation, name) for name in activation.__all__ if name != "MultiheadAttention")

Named = list[tuple[str, nn.Module]]
"""Modules without children, by their full names, in order."""


def check(networks: Mapping[str, nn.Module]) -> tuple[str, ...]:
    """One line a guideline, ``kept: …`` or ``broken: … (in discriminator.layers.3)``; none for other GANs.

    ``networks`` holds a ``generator`` and a ``discriminator``; only where both convolve is anything checked.
    """
    if not {"generator", "discriminator"} <= networks.keys():
        return ()
    generator, discriminator = (_leaves(name, networks[name]) for name in ("generator", "discriminator"))
    if not (_of(CONVOLUTIONS, generator) and _of(CONVOLUTIONS, discriminator)):
        return ()
    output, first = _of(CONVOLUTIONS, generator)[-1:], _of(CONVOLUTIONS, discriminator)[:1]
    ends = generator.index(output[0])
    hidden, after = generator[:ends], generator[ends + 1 :]
    before = discriminator[: discriminator.index(first[0])]
    plain = _of(LAYERS, hidden) and not _of(ACTIVATIONS, hidden)
    return (
        _line("strides in place of pooling and upsampling", _of(RESIZING, generator + discriminator)),
        _line(
            "batch normalisation in both networks",
            _unnormalised(_of(CONVOLUTIONS, generator)[:-1], generator)
            + _unnormalised(_of(CONVOLUTIONS, discriminator)[1:-1], discriminator),
        ),
        _line(
            "no batch normalisation on the generator's output nor the discriminator's input",
            (_normalised(output, generator) or _of(BATCH_NORMALISATIONS, after))
            + _of(BATCH_NORMALISATIONS, before)
            + _normalised(first, discriminator),
        ),
        _line(
            "no dense hidden layers",
            _of((nn.Linear,), generator)[_starts_dense(generator) :]
            + _of((nn.Linear,), discriminator)[: -1 if _ends_dense(discriminator) else None],
        ),
        _line(
            "ReLU in the generator, tanh on its output",
            _others((nn.ReLU,), _of(ACTIVATIONS, hidden))
            + (_others((nn.Tanh,), _of(ACTIVATIONS, after)) or ([] if _of((nn.Tanh,), after) else output)),
            "no ReLU in generator" if plain else "",
        ),
        _line(
            "leaky ReLU in the discriminator",
            _others((nn.LeakyReLU,), _of(ACTIVATIONS, discriminator)),
            "" if _of(ACTIVATIONS, discriminator) else "no leaky ReLU in discriminator",
        ),
    )


def _line(rule: str, places: Named, absent: str = "") -> str:
    """What is said of a rule that is broken in those places, or by what is ``absent``, or is kept."""
    where = ["in " + ", ".join(name for name, _ in places)] if places else []
    where += [absent] if absent else []
    return f"broken: {rule} ({', '.join(where)})" if where else f"kept: {rule}"


def _leaves(prefix: str, network: nn.Module) -> Named:
    return [
        (f"{prefix}.{name}", module)
        for name, module in network.named_modules(remove_duplicate=False)
        if name and ".parametrizations" not in name and not _parts(module)
    ]


def _parts(module: nn.Module) -> list[str]:
    """Names of the parts of a module; what only normalises its weights is none."""
    return [name for name, _ in module.named_children() if name != "parametrizations"]


def _of(kinds: tuple[type[nn.Module], ...], modules: Named) -> Named:
    return [(name, module) for name, module in modules if isinstance(module, kinds)]


def _others(kinds: tuple[type[nn.Module], ...], modules: Named) -> Named:
    return [(name, module) for name, module in modules if not isinstance(module, kinds)]


def _normalised(places: Named, modules: Named) -> Named:
    """Of these convolutions those whose output is batch-normalised."""
    return [place for place in places if isinstance(_next(place, modules), BATCH_NORMALISATIONS)]


def _unnormalised(places: Named, modules: Named) -> Named:
    return [place for place in places if not _normalised([place], modules)]


def _next(place: tuple[str, nn.Module], modules: Named) -> nn.Module | None:
    after = modules[modules.index(place) + 1 :]
    return after[0][1] if after else None


def _starts_dense(generator: Named) -> int:
    """1 where the first layer with weights is dense, which the paper allows for codings, else 0."""
    layers = _of(LAYERS, generator)
    return int(isinstance(layers[0][1], nn.Linear))


def _ends_dense(discriminator: Named) -> bool:
    """Whether the last layer is dense, which the paper allows for the verdict."""
    layers = _of(LAYERS, discriminator)
    return isinstance(layers[-1][1], nn.Linear)
