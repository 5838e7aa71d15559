"""Networks of your own: classes in a Python file that the preset names, tried before they are trained."""

import importlib.util
import sys
import traceback
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import torch
from torch import Tensor, nn

from latentop.engine.models.at_rest import at_rest
from latentop.engine.run.errors import UsageError
from latentop.presets.networks import Own, OwnAutoencoder, OwnDiscriminator, OwnGenerator

Shape = tuple[int, ...]
ANEW = "then train it anew"
T = TypeVar("T")
TRIED = 2
"""Data or codings in the trial."""


def build(spec: Own, shape: Shape, code: str, device: torch.device) -> nn.Module:
    """The network that ``spec`` names in the file ``code``, for data ``(batch, *shape)``, on ``device``.

    Raises UsageError where the file can't be run, or the network can't take or give what it has to.
    """
    path = Path(code)
    made_by = getattr(_imported(path, path.stat().st_mtime_ns), spec.made_by, None)
    if not (isinstance(made_by, type) and issubclass(made_by, nn.Module)):
        raise UsageError(
            f"{path.name} has no torch.nn.Module named {spec.made_by}", f"write it, or change class; {ANEW}"
        )
    settings: dict[str, object] = {"shape": shape, **spec.arguments}
    if isinstance(spec, OwnGenerator | OwnAutoencoder):
        settings["latent_dim"] = spec.latent_dim
    network: nn.Module = _attempt(path, f"{spec.made_by}({_words(settings)})", lambda: made_by(**settings))
    network = network.to(device)
    if not any(True for _ in network.parameters()):
        raise UsageError(
            f"{path.name}: {spec.made_by} has no parameters to learn",
            f"lists of layers are nn.ModuleList; {ANEW}",
        )
    with at_rest(network):
        _learns(_try(network, spec, shape, path, device), path, spec.made_by)
    return network


def _try(network: nn.Module, spec: Own, shape: Shape, path: Path, device: torch.device) -> Tensor:
    """Put random numbers through every part, look at what comes out, and return what came last."""
    data = torch.rand(TRIED, *shape).to(device)
    match spec:
        case OwnDiscriminator():
            return _pass(network, data, None, path, spec.made_by)
        case OwnGenerator():
            return _pass(network, torch.randn(TRIED, spec.latent_dim).to(device), shape, path, spec.made_by)
        case OwnAutoencoder():
            parts = dict(network.named_children())
            if missing := [name for name in ("encoder", "decoder") if name not in parts]:
                raise UsageError(
                    f"{path.name}: {spec.made_by} has no module named {' and none named '.join(missing)}",
                    f"an autoencoder is made of self.encoder and self.decoder; {ANEW}",
                )
            latent = (spec.latent_dim,)
            codings = _pass(parts["encoder"], data, latent, path, f"{spec.made_by}.encoder")
            _pass(parts["decoder"], codings, shape, path, f"{spec.made_by}.decoder")
            return _pass(network, data, shape, path, spec.made_by)
    raise AssertionError(spec)


def _learns(output: Tensor, path: Path, name: str) -> None:
    """Refuse a network whose output does not depend on its parameters."""
    if not output.requires_grad:
        raise UsageError(
            f"{path.name}: no gradient reaches the parameters of {name}",
            f"leave detach(), no_grad() and NumPy out of forward(); {ANEW}",
        )


def _pass(module: nn.Module, batch: Tensor, wanted: Shape | None, path: Path, name: str) -> Tensor:
    """What a module makes of a batch; ``wanted`` is the shape of one output, None: any."""
    given = f"{name} of {_shape(batch.shape)}"
    output = _attempt(path, given, lambda: module(batch))
    expected = f"({TRIED}, …)" if wanted is None else _shape((TRIED, *wanted))
    if not isinstance(output, Tensor):
        what = f"a {type(output).__name__}"
    elif output.shape[:1] == (TRIED,) and wanted in (None, output.shape[1:]):
        return output
    else:
        what = _shape(output.shape)
    raise UsageError(f"{path.name}: {given} gives {what}", f"it has to give a tensor of {expected}; {ANEW}")


@lru_cache(maxsize=1)
def _imported(path: Path, changed: int) -> ModuleType:
    """The file as a module, run once for all of its networks. Raises UsageError with the line that fails."""
    name = f"own_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module  # where dataclasses, for one, look for the module of a class
    loader = found.loader
    _attempt(path, "running it", lambda: loader.exec_module(module))
    return module


def _attempt(path: Path, what: str, run: Callable[[], T]) -> T:
    """The result of somebody else's code; whatever it raises is told in a line, with the file's own line."""
    try:
        return run()
    except (Exception, SystemExit) as error:
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
        ]
        line = lines[-1] if lines else getattr(error, "lineno", None)
        place = f"{path.name}:{line}" if line else path.name
        said = " ".join(str(error).split())
        alone = "a run keeps this one file: what it imports has to be installed"
        hint = alone if isinstance(error, ModuleNotFoundError) else "mend it"
        if "same device" in said:
            hint = "make new tensors where the data are, such as torch.zeros(3, device=images.device)"
        raise UsageError(f"{place}: {what}: {type(error).__name__}: {said}", f"{hint}; {ANEW}") from error


def _words(settings: dict[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in settings.items())


def _shape(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})"
