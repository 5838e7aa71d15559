"""How diverse a script's samples are: drawn by its ``sample``, held against its ``real``."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from latentop.engine.external.script.functions.real_data import RealData, as_images
from latentop.engine.external.script.functions.sampled_images import FEWEST, Sampling
from latentop.engine.run.errors import UsageError
from latentop.engine.watch.samples import feature_network
from latentop.engine.watch.samples.reading import Meter
from latentop.engine.watch.samples.unmeasured import Unmeasured, unmeasurable

LEAST_SAMPLES = 64
"""That a reading takes, where drawing them is slow."""
NO_SAMPLES = Unmeasured(
    why="diversity can't be measured: latentop.init was given no sample=",
    advice="give it a function of a number n that returns n samples",
)
NO_REAL = Unmeasured(
    why="diversity can't be measured: latentop.init was given no real=",
    advice="give it the data that the script trains on",
)


class SampleMeter:
    """Draws samples as a meter takes them, always of one shape, and builds that meter."""

    def __init__(
        self,
        sampling: Sampling,
        real: RealData | None,
        *,
        samples: Callable[[], int],
        seed: int,
        features: str,
        place: torch.device,
    ) -> None:
        """``samples`` says how many a reading takes, where they are not too slow.

        ``features`` says in what, and ``place`` where the script trains: a network is asked there, too.
        """
        self._sampling = sampling
        self._real = real
        self._samples = samples
        self._seed = seed
        self._network = feature_network.of(features, place)
        self._shape: tuple[int, ...] | None = None
        """Of samples, once they are measured."""

    def draw(self, count: int, seed: int) -> Tensor:
        """So many of them. Raises UnmeasurableError where the script gives none of the kind."""
        try:
            drawn = as_images(self._sampling.draw(count, seed))
        except UsageError as error:
            raise unmeasurable(error.message, error.hint) from error
        shape = tuple(drawn.shape[1:])
        if self._shape not in (None, shape):
            raise unmeasurable(f"samples had the shape {self._shape}, and now {shape}", "give one shape")
        self._shape = shape
        return drawn

    def pieces(self) -> Iterator[Meter | None]:
        """Build the meter in pieces. Raises UnmeasurableError where there can be none."""
        assert self._real is not None
        self._shape = None
        shape = tuple(self.draw(FEWEST, self._seed).shape[1:])
        affordable = self._sampling.affordable(self._samples())
        if affordable < LEAST_SAMPLES:
            raise unmeasurable(f"{LEAST_SAMPLES} samples take longer than a minute", "give a faster sample=")
        yield from self._real.meter(affordable, self._seed, shape, self._network)
