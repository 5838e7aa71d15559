"""The network that gives features to measure samples in: a TorchScript module of somebody's, or Inception.

It is loaded once, tried on real images before training, and told from others.
"""

import hashlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path

import torch
from torch import Tensor

from latentop.engine.linear_algebra import evenly
from latentop.engine.models.inception import Inception
from latentop.engine.run.errors import UsageError
from latentop.engine.train import devices, random_state
from latentop.engine.train.devices import CPU
from latentop.engine.watch.samples.asked_network import TAKES, FeatureNetwork
from latentop.engine.watch.samples.network_settings import as_everywhere
from latentop.engine.watch.samples.unmeasured import unmeasurable
from latentop.presets import feature_choice
from latentop.presets.preset_error import PresetError

TRIED = 8
"""Real images in the trial before training."""


def of(features: str, place: torch.device | None = None) -> Callable[[], FeatureNetwork] | None:
    """What loads the network that ``watch.features`` names, as below; None for principal components."""
    return None if features == feature_choice.PCA else partial(load, features, place)


def load(features: str, place: torch.device | None = None) -> FeatureNetwork:
    """The network that ``watch.features`` names, to be asked on ``place``, or where images lie.

    Raises UsageError where it can't be had.
    """
    try:
        feature_choice.check(features, of="")
        changed = Path(features).stat().st_mtime_ns if feature_choice.is_file(features) else 0
    except PresetError as error:
        raise UsageError(error.message, error.hint) from error
    found = _loaded(features, changed)
    found.place = place
    return found


def release() -> None:
    """Keep no network that nobody uses any more: its memory, on a card too, is free again."""
    _loaded.cache_clear()


@contextmanager
def unmeasured_without() -> Iterator[None]:
    """Where no features can be had meanwhile, samples can't be measured: UnmeasurableError says why."""
    try:
        yield
    except UsageError as error:
        raise unmeasurable(error.message, error.hint) from error


def try_out(features: str, images: Tensor) -> None:
    """Ask the network for features of some real images, and of one.

    Raises UsageError where it gives none, or the same for all."""
    try:
        network = load(features)
        some = images[evenly(len(images), TRIED).to(images.device)]
        found, _ = network(some), network(some[:1])
        if bool((some != some[:1]).any()):
            network.refuse_same(found)
    except UsageError as error:
        raise UsageError(f"{feature_choice.KEY}: {error.message}", error.hint) from error
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        name = feature_choice.told(features)
        raise UsageError(
            f"{feature_choice.KEY}: there is too little memory for {name}", "give a smaller network, or pca"
        ) from error


def identity(features: str) -> str:
    """What tells one choice of features from another: of a file, hexadecimal digits of what it holds.

    Empty where it can't be read.
    """
    if not feature_choice.is_file(features):
        return features
    try:
        with Path(features).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return ""


def changed(features: str) -> str:
    """That samples are measured in other features than before, in words."""
    name = feature_choice.told(features)
    if not identity(features):
        return f"{name} can't be read: samples can't be measured in its features"
    return f"features are others than before ({name}): samples are judged anew"


@lru_cache(maxsize=1)
def _loaded(features: str, changed: int) -> FeatureNetwork:
    """Loaded once for the trial and the meter, and again where the file has changed."""
    name = feature_choice.told(features)
    try:
        with (
            random_state.untouched(CPU),
            CPU,
            as_everywhere(),
            warnings.catch_warnings(action="ignore"),
        ):
            if feature_choice.is_file(features):
                return FeatureNetwork(name, torch.jit.load(features, map_location="cpu"))
            return FeatureNetwork(name, Inception())
    except (RuntimeError, ValueError, OSError, EOFError) as error:  # torch tells so of whatever is broken
        if devices.out_of_memory(error):
            raise
        said = devices.first_line(str(error))
        raise UsageError(f"{name} can't be loaded: {said}", TAKES) from error
