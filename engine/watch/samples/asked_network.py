"""A network that is asked for features of images, beside a training, which can't tell.

It is asked in evaluation mode, without gradients, on images of its own, and random numbers go on as they
would have. Where a device is short of memory it is asked about fewer images, or the processor computes it.
"""

import logging
import time
from collections.abc import Iterator
from math import inf

import torch
from torch import Tensor, nn

from latentop.engine.run.errors import UsageError
from latentop.engine.train import devices, random_state
from latentop.engine.train.devices import CPU
from latentop.engine.train.memory_shortage import where_it_fits
from latentop.engine.watch.samples.network_settings import as_everywhere
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


def _shape(tensor: Tensor) -> str:
    return f"({', '.join(map(str, tensor.shape))})"
