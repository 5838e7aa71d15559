"""Real data that a script's samples are held against, read without a trace in its training."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from latentop.engine.external.script.functions import real_items
from latentop.engine.external.script.functions.sampled_images import (
    BYTES,
    UNIT,
    Range,
    images,
    is_bytes,
    range_of,
    scaled,
)
from latentop.engine.external.script.functions.unmoved import unmoved
from latentop.engine.linear_algebra import evenly
from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.watch.samples import diversity, point_modes
from latentop.engine.watch.samples.asked_network import FeatureNetwork
from latentop.engine.watch.samples.reading import Meter
from latentop.engine.watch.samples.unmeasured import LEAST, UnmeasurableError, too_few, unmeasurable

MOST = 6144
"""Items that are read, evenly spread: more change no reading."""
DISTANCES = ("frechet",)
"""What is measured of how far samples are from real data: KID is what a script or a log calls so itself."""
HELD_OUT = 1 / 3
"""Of them, how many serve as references and baseline alone."""
PIECE = 32
"""Items of a dataset that are read between two steps."""


@dataclass(slots=True, kw_only=True)
class RealData:
    """Images in [0, 1] ``(n, c, h, w)``, or points ``(n, d)``, with their classes where these are known."""

    source: Any
    value_range: Range | None
    items: list[Tensor] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    classes: tuple[str, ...] = ()
    shown_labels: list[int] = field(default_factory=list)
    """Of the ones that ``raw`` has returned last; empty where they have none."""
    _lies_in: Range | None = None
    _raw: dict[int, Tensor] = field(default_factory=dict)

    def check(self) -> None:
        """Raise UsageError for what can never serve."""
        if isinstance(self.source, str | Path):
            if not Path(self.source).is_dir():
                raise UsageError(f"real={self.source} is no folder", f"accepted: {real_items.TAKES}")
        elif not len(real_items.indexable(self.source)):
            raise UsageError("real= is empty", f"accepted: {real_items.TAKES}")

    def shared_range(self) -> Range | None:
        """The range that samples have, too: that of real images with negative values.

        None: theirs may be another, for networks seldom see bytes or [0, 1] as they are.
        """
        return self._lies_in if self._lies_in and self._lies_in[0] < 0 else None

    def first(self, count: int, shape: tuple[int, ...]) -> Tensor:
        """Some of them at once, to be shown. Raises UsageError where they can't be read."""
        source = self._opened(shape)
        places = evenly(len(source), count).tolist()
        with unmoved(source, seed=0):
            return self._scaled(real_items.stacked([real_items.item(source, place)[0] for place in places]))

    def raw(self, count: int) -> Tensor:
        """The first ones as a script's networks see them, in the range that they have. Raises UsageError."""
        if count not in self._raw:
            source = self._opened(())
            places = evenly(len(source), count).tolist()
            with unmoved(source, seed=0):
                found = [real_items.item(source, place) for place in places]
            labels = [label for _, label in found if label is not None]
            self.shown_labels = labels if len(labels) == len(found) and min(labels) >= 0 else []
            self._raw[count] = real_items.stacked([item for item, _ in found]).float()
        return self._raw[count]

    def _read(self, source: "Sequence[Any] | Tensor") -> Iterator[None]:
        """Read what serves the meter, a piece at a time. Raises UsageError where that can't be."""
        places = evenly(len(source), MOST)
        order = torch.randperm(len(places), generator=torch.Generator().manual_seed(0))
        chosen = places[order].tolist()
        for begin in range(0, len(chosen), PIECE):
            with unmoved(source, seed=0):
                for place in chosen[begin : begin + PIECE]:
                    item, label = real_items.item(source, place)
                    self.items.append(item)
                    if label is not None:
                        self.labels.append(label)
            yield None

    def meter(
        self,
        samples: int,
        seed: int,
        shape: tuple[int, ...],
        network: Callable[[], FeatureNetwork] | None = None,
    ) -> Iterator[Meter | None]:
        """Build the meter in pieces, in features of images, or of a ``network`` that is loaded so.

        Raises UnmeasurableError with the reason where there can be none.
        """
        try:
            source = self._opened(shape)
            if len(source) < LEAST:
                raise UnmeasurableError(too_few(len(source), "images"))
            yield from self._read(source)
            data = self._scaled(real_items.stacked(self.items))
        except LatentopError as error:
            raise unmeasurable(error.message, error.hint) from error
        except UnmeasurableError:
            raise
        except Exception as error:
            said = f"real= raised {type(error).__name__}: {' '.join(str(error).split())}"
            raise unmeasurable(said, f"accepted: {real_items.TAKES}") from error
        self.items.clear()
        points = data.ndim == 2 and data.shape[1] <= point_modes.DIMENSIONS
        data = as_images(data)
        if tuple(data.shape[1:]) != shape:
            raise unmeasurable(
                f"samples have the shape {shape} and real data {tuple(data.shape[1:])}",
                "give real= as the networks see it",
            )
        if not bool(data.isfinite().all()):
            raise unmeasurable("real data hold values that are not finite", "leave these out")
        if points:
            yield from point_modes.pieces(data)
        else:
            yield from self._measuring(data, samples, seed, network)

    def _measuring(
        self, data: Tensor, samples: int, seed: int, network: Callable[[], FeatureNetwork] | None
    ) -> Iterator[Meter | None]:
        labels = torch.tensor(self.labels if len(self.labels) == len(data) else [0] * len(data))
        held = int(len(data) * HELD_OUT)
        yield from diversity.pieces(
            real=data[:held],
            real_labels=labels[:held],
            training=data[held:],
            training_labels=labels[held:],
            classes=self._names(labels),
            samples=samples,
            seed=seed,
            distances=DISTANCES,
            network=network,
        )

    def _names(self, labels: Tensor) -> tuple[str, ...]:
        most = int(labels.max()) + 1
        if most < 2 or int(labels.min()) < 0 or most > 1000:
            return ()
        return self.classes if len(self.classes) >= most else tuple(str(one) for one in range(most))

    def _opened(self, shape: tuple[int, ...]) -> Sequence[Any] | Tensor:
        if isinstance(self.source, str | Path):
            self.source, self.classes = real_items.of_folder(Path(self.source), shape)
            self._lies_in = UNIT
        self.source = real_items.indexable(self.source)
        self.classes = self.classes or tuple(str(one) for one in getattr(self.source, "classes", ()) or ())
        source: Sequence[Any] | Tensor = self.source
        if not len(source):
            raise UsageError("real= is empty", f"accepted: {real_items.TAKES}")
        return source

    def _scaled(self, data: Tensor) -> Tensor:
        found = images(data, "real=")
        return scaled(found, BYTES if is_bytes(data) else self.lies_in(found))

    def lies_in(self, data: Tensor) -> Range:
        """The range that they lie in, seen once; another than was said where none of them is negative."""
        if self._lies_in is None:
            said, seen = self.value_range, range_of(data)
            self._lies_in = seen if said is None or (said[0] < 0 <= seen[0]) else said
        return self._lies_in


def as_images(data: Tensor) -> Tensor:
    """Points ``(n, d)`` as images of one row, which a meter takes; images as they are."""
    return data[:, None, None, :] if data.ndim == 2 else data
