"""What a run shows of itself: frames, and series that are measured at intervals, on held-out data."""

from collections.abc import Callable, Iterator, Sequence

from engine.data import Dataset
from engine.gallery.exhibit import Exhibit
from engine.gallery.reconstructions import Reconstructions
from engine.gallery.samples import Samples
from engine.objectives import Generative, Objective, Reconstructing
from engine.run.events import Event
from presets.schema import Preset

BUDGET = 0.01


class Gallery:
    """Shows its exhibits when due: at powers of two up to 64, for early steps change most, and at intervals.

    ``every`` is in seconds, or so much longer that showing takes no more than BUDGET of the time; ``clock``
    gives seconds.
    """

    def __init__(self, exhibits: Sequence[Exhibit], every: float, *, clock: Callable[[], float]) -> None:
        self._exhibits = exhibits
        self._every = every
        self._clock = clock
        self._next = clock()

    def due(self, step: int) -> bool:
        """Whether it is time to show something again."""
        return self._clock() >= self._next or (step <= 64 and step.bit_count() == 1)

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Everything that the run has to show at this step."""
        began = self._clock()
        for exhibit in self._exhibits:
            yield from exhibit.show(step, wall)
        ended = self._clock()
        self._next = ended + max(self._every, (ended - began) / BUDGET)


def exhibits(objective: Objective, dataset: Dataset, preset: Preset) -> list[Exhibit]:
    """What a run of that objective has to show."""
    shown: list[Exhibit] = []
    if isinstance(objective, Reconstructing):
        shown.append(Reconstructions(objective, dataset, preset))
    if isinstance(objective, Generative):
        shown.append(Samples(objective, dataset, preset))
    return shown
