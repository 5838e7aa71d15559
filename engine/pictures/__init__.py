"""What a run shows of itself: frames, and series that are measured at intervals, on held-out data."""

from collections.abc import Callable, Iterator, Sequence
from math import inf, prod

from latentop.engine.data import Dataset
from latentop.engine.linear_algebra import EXACT
from latentop.engine.models import dirac
from latentop.engine.objectives import Generative, Objective, PretrainThenClassify, Reconstructing
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.pictures.accuracies import Accuracies, FirstPhase
from latentop.engine.pictures.clouds import Clouds
from latentop.engine.pictures.codings_map import CodingsMap
from latentop.engine.pictures.exhibit import Adjustable, Exhibit, Scheduled, axes_of
from latentop.engine.pictures.journeys import Arcs, Journeys
from latentop.engine.pictures.linear_pca import Principal, is_linear
from latentop.engine.pictures.phase_plane import PhasePlane
from latentop.engine.pictures.point_pictures import Points
from latentop.engine.pictures.reconstructions import Reconstructions, Validation
from latentop.engine.pictures.samples import Samples
from latentop.engine.run.events import Event
from latentop.engine.train.memory_shortage import Shortage
from latentop.presets.schema import Autoencoder, Preset, Pretraining

BUDGET = 0.01
EARLIEST = 0.1
"""Seconds between two turns, at least, however short ``every`` is."""
PIECE = 0.5
"""Seconds after which what is left to show waits for the next step: training is not held for longer."""

AGAIN, WARMING = 10.0, 3.0
"""Seconds after which what was shown only once is shown again, where that took no longer than WARMING."""


class Gallery:
    """Shows its exhibits when due: at powers of two up to 64, for early steps change most, and at intervals.

    ``every`` is in seconds. Showing takes no more than the share ``budget`` of the time: the quickest
    exhibits are shown that often, while they take half of that, and the others so much more seldom.
    ``clock`` gives seconds. Where exhibits take longer than PIECE, they are shown one after another, between
    the steps that follow, and the early ones take no more than half of the time.
    """

    def __init__(
        self,
        exhibits: Sequence[Exhibit],
        every: float,
        *,
        clock: Callable[[], float],
        budget: float = BUDGET,
    ) -> None:
        self._exhibits = exhibits
        self._budget = budget
        self._scheduled = [one for one in exhibits if isinstance(one, Scheduled)]
        self.every = every
        self._clock = clock
        self._shown = self._glanced = -inf
        """When all was shown, and when the quick ones were."""
        self._early = clock()
        self._rest: list[Exhibit] = []
        """What is still to be shown, since it was last due."""
        self._whole = False
        """Whether that began with all."""
        self._times = 0
        """How often all was shown."""
        self._shortage = Shortage()
        self._costs: dict[int, float] = {}
        """Seconds that each exhibit took when it was last shown, by its place."""

    @property
    def axes(self) -> dict[str, tuple[str, str]]:
        """By the kind of frame, what goes right and what goes up in those of points."""
        return axes_of(self._exhibits)

    def adopt(self, preset: Preset) -> None:
        """Show from now on at that preset's pace, and what depends on its settings as it says."""
        self.every = preset.keep.frames
        for one in self._exhibits:
            if isinstance(one, Adjustable):
                one.adopt(preset)

    def due(self, step: int) -> bool:
        """Whether it is time to show something again, or to go on with that."""
        now = self._clock()
        return bool(self._rest) or self._all_due(step, now) or self._quick_due(now)

    def show(self, step: int, wall: float, *, whole: bool = False) -> Iterator[Event]:
        """What the run has to show at this step: where that takes long, a piece of it, or the ``whole``.

        What is wanted at this very step is never put off. What memory is too short for is left out.
        """
        whole = whole or self._wanted(step)
        began = self._clock()
        if whole or not self._rest:
            self._whole = whole or self._all_due(step, began)
            self._rest = list(self._exhibits) if self._whole else self._parted()[0]
        while self._rest:
            exhibit = self._rest.pop(0)
            before = self._clock()
            with self._shortage.leaving_out("pictures"):
                yield from exhibit.show(step, wall)
            self._costs[self._exhibits.index(exhibit)] = self._clock() - before
            if not whole and self._clock() - began > PIECE:
                break
        yield from self._shortage.marks(step, wall)
        ended = self._clock()
        if not self._rest:
            self._glanced = ended
        if not self._rest and self._whole:
            self._shown, cost = ended, sum(self._costs.values())
            self._times += 1
            self._early = ended + (cost if cost > PIECE else 0.0)

    def _all_due(self, step: int, now: float) -> bool:
        """Whether it is time to show everything."""
        early = step <= 64 and step.bit_count() == 1 and now >= self._early
        quick, slow = self._parted()
        left = self._budget - self._cost(quick) / max(self.every, EARLIEST)
        pause = max(self.every, self._cost(slow) / left if slow else 0.0)
        if self._times == 1 and self._cost(self._exhibits) <= WARMING:
            pause = min(pause, max(self.every, AGAIN))  # the first time takes longer than any other
        return early or now >= self._shown + pause or self._wanted(step)

    def _quick_due(self, now: float) -> bool:
        """Whether it is time to show what takes little."""
        return bool(self._parted()[0]) and now >= self._glanced + max(self.every, EARLIEST)

    def _parted(self) -> tuple[list[Exhibit], list[Exhibit]]:
        """The exhibits that can be shown at every turn within half of the budget, and the others."""
        places = range(len(self._exhibits))
        quick: set[int] = set()
        used = 0.0
        for place in sorted(places, key=lambda place: self._costs.get(place, 0.0)):
            used += self._costs.get(place, 0.0) / max(self.every, EARLIEST)
            if used > self._budget / 2:
                break
            quick.add(place)
        return (
            [self._exhibits[place] for place in places if place in quick],
            [self._exhibits[place] for place in places if place not in quick],
        )

    def _cost(self, exhibits: Sequence[Exhibit]) -> float:
        """Seconds that they take together."""
        return sum(self._costs.get(self._exhibits.index(one), 0.0) for one in exhibits)

    def _wanted(self, step: int) -> bool:
        return any(one.wants(step) for one in self._scheduled)


def exhibits(objective: Objective, dataset: Dataset, preset: Preset) -> list[Exhibit]:
    """What a run of that objective has to show."""
    if isinstance(objective, PretrainThenClassify) and isinstance(preset, Pretraining):
        first = exhibits(objective.autoencoding, dataset, preset)
        return [FirstPhase(objective, first), Accuracies(objective, dataset, preset)]
    shown: list[Exhibit] = []
    if isinstance(objective, Reconstructing):
        shown += _reconstructed(objective, dataset, preset)
    if isinstance(objective, Generative):
        shown.append(_drawn(objective, dataset, preset))
        if isinstance(objective, Adversarial) and len(dataset.shape) == 3:
            shown.append(Arcs(objective, preset))
    return shown


def _reconstructed(objective: Reconstructing, dataset: Dataset, preset: Preset) -> list[Exhibit]:
    """What an autoencoder has to show, of images or of points."""
    if len(dataset.shape) == 3:
        shown: list[Exhibit] = [Reconstructions(objective, dataset, preset), Validation(objective, dataset)]
        shown += [CodingsMap(objective, dataset, preset), Journeys(objective, dataset, preset)]
    else:
        shown = [Clouds(objective, dataset, preset), CodingsMap(objective, dataset, preset)]
    exact = prod(dataset.shape) <= EXACT
    if isinstance(preset, Autoencoder) and is_linear(preset) and exact:
        shown.append(Principal(objective, dataset, preset.autoencoder.latent_dim))
    return shown


def _drawn(objective: Generative, dataset: Dataset, preset: Preset) -> Exhibit:
    """How to show what a model draws: images as they are, points as a picture of the plane."""
    if isinstance(objective, Adversarial):
        match objective.generator, objective.discriminator:
            case dirac.Generator() as generator, dirac.Discriminator() as discriminator:
                return PhasePlane(generator, discriminator)
    return (
        Samples(objective, dataset, preset) if len(dataset.shape) == 3 else Points(objective, dataset, preset)
    )
