"""A network whose features samples are measured in: a TorchScript module that somebody brings, or Inception.

It is asked beside a training, which can't tell: in evaluation mode, without gradients, on images of its own,
and random numbers go on as they would have.
"""

import hashlib
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from math import inf
from pathlib import Path

import torch
from torch import Tensor, nn

from latentop.engine.linear_algebra import evenly
from latentop.engine.models.inception import Inception
from latentop.engine.run.errors import UsageError
from latentop.engine.train import devices, random_state
from latentop.engine.train.devices import CPU
from latentop.engine.train.memory_shortage import where_it_fits
from latentop.engine.watch.samples.network_settings import as_everywhere
from latentop.engine.watch.samples.unmeasured import unmeasurable
from latentop.presets import feature_choice
from latentop.presets.preset_error import PresetError
from latentop.presets.wording import spaced

log = logging.getLogger("latentop")

AT_ONCE = 64
"""Images that a network is asked for at once, at most, where there is room for what it makes of them."""
FIRST, SHORT, LONG = 1, 0.05, 0.2
"""Images that it is asked for at first, and the seconds that an answer should take."""
WIDEST = 8192
"""Features of an image, at most: of thousands of images they lie in memory while a meter is built."""
CHECK, LEAST_SAMPLES = 5.0, 64
"""Seconds that a reading may ask it, for training waits meanwhile; so many samples are read in any case."""
TRIED = 8
"""Real images in the trial before training."""
TAKES = "give one that takes images (n, channels, height, width) in [0, 1] and returns features (n, d)"


class FeatureNetwork:
    """Turns images into features; ``name`` is what people call it.

    It is asked on ``place``, or where the images lie; on the processor once a device has no room for it, or
    can't compute it, as one that was traced elsewhere: the log tells that once.
    """

    def __init__(self, name: str, network: nn.Module) -> None:
        self.name = name
        self.place: torch.device | None = None
        self._network = network.eval()
        self._at_once = FIRST
        self._most = AT_ONCE
        self._each = inf
        """Seconds that an image takes there, of the quickest answer so far: the first may compile."""
        self._told = False

    def __call__(self, images: Tensor) -> Tensor:
        """Features ``(n, d)`` of images ``(n, c, h, w)`` in [0, 1]: float32, on the CPU.

        Raises UsageError where it gives none.
        """
        parts = []
        while len(images):
            part, images = images[: self._most], images[self._most :]
            parts.append(self._ask(part))
        return torch.cat(parts)

    def parts(self, images: Tensor, places: Tensor) -> Iterator[Tensor]:
        """The same of the images in these places, as many at a time as take a fraction of a second."""
        while len(places):
            began = time.monotonic()
            chosen, places = places[: self._at_once], places[self._at_once :]
            yield self._ask(images[chosen.to(images.device)])
            spent = time.monotonic() - began
            self._each = min(self._each, spent / len(chosen))
            if spent < SHORT:
                self._at_once = min(self._most, 2 * self._at_once)
            elif spent > LONG:
                self._at_once = max(1, self._at_once // 2)

    def refuse_same(self, features: Tensor) -> None:
        """Raise UsageError where features ``(n, d)`` of different images are all the same."""
        if torch.equal(features, features[:1].expand_as(features)):
            raise UsageError(f"{self.name} returns the same features for all images", "give another network")

    def affordable(self, count: int) -> int:
        """As many of so many samples as take CHECK seconds, by ``parts`` so far, but LEAST_SAMPLES anyway."""
        return min(count, max(LEAST_SAMPLES, int(CHECK / max(self._each, 1e-9))))

    def _ask(self, images: Tensor) -> Tensor:
        """Features of images; where memory is short, of fewer at once from now on, and then elsewhere."""
        if len(images) > 1:
            with where_it_fits(lambda _: self._ask_for_fewer(len(images))):
                return self._features(images)
            return torch.cat([self._ask(part) for part in images.split(self._most)])
        if (self.place or images.device).type != "cpu":
            with where_it_fits(lambda _: self._stay_on_processor("there is no room for it elsewhere")):
                return self._features(images)
        return self._features(images)

    def _ask_for_fewer(self, count: int) -> None:
        self._most = max(1, min(self._most, count) // 4)
        self._at_once = min(self._at_once, self._most)

    def _stay_on_processor(self, why: str) -> None:
        """Ask it there from now on, where it answers as quickly as will be seen."""
        self.place, self._most, self._at_once, self._each = CPU, AT_ONCE, FIRST, inf
        self._network.to(CPU)
        if not self._told:
            self._told = True
            log.warning("%s is asked on the processor, which takes longer: %s", self.name, why)

    def _features(self, images: Tensor) -> Tensor:
        try:
            found = self._answer(images)
        except Exception as error:
            if devices.out_of_memory(error):
                raise
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise self._unfit(f"raises for images {_shape(images)}: {said[-1].strip()}") from error
        if not isinstance(found, Tensor):
            raise self._unfit(f"returns a {type(found).__name__} for images {_shape(images)}")
        if found.ndim != 2 or len(found) != len(images) or not found.shape[1]:
            raise self._unfit(f"returns {_shape(found)} for images {_shape(images)}")
        if not found.is_floating_point():
            raise self._unfit(f"returns {str(found.dtype).removeprefix('torch.')} numbers")
        if found.shape[1] > WIDEST:
            raise self._unfit(f"returns {spaced(found.shape[1])} features, and {spaced(WIDEST)} is the most")
        features = found.float().cpu()
        if not bool(features.isfinite().all()):
            raise self._unfit("returns values that are not finite")
        return features

    def _answer(self, images: Tensor) -> object:
        place = self.place or images.device
        if place.type != "cpu":
            try:
                return self._asked(images.to(place))
            except Exception as error:
                if devices.out_of_memory(error):
                    raise
                why = devices.first_line(str(error)) or type(error).__name__
            found = self._asked(images.cpu())  # which raises, too, where it is not the device's fault
            self._stay_on_processor(f"on {place} it raises {why}")
            return found
        return self._asked(images.cpu())

    def _asked(self, images: Tensor) -> object:
        place = images.device
        own = images.float().clone(memory_format=torch.contiguous_format)  # it may change them in place
        with (
            as_everywhere(),
            random_state.untouched(place),
            torch.no_grad(),
            torch.autocast(place.type, enabled=False),
            torch.jit.optimized_execution(False),  # type: ignore[attr-defined]  # else first calls compile
        ):
            return self._network.to(place)(own)

    def _unfit(self, what: str) -> UsageError:
        return UsageError(f"{self.name} {what}", TAKES)


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


def _shape(tensor: Tensor) -> str:
    return f"({', '.join(map(str, tensor.shape))})"
