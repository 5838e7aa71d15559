"""What a run shows of itself: frames, and series that are measured at intervals, on held-out data."""

from collections.abc import Callable, Iterator, Sequence

from engine.data import Dataset
from engine.gallery.clouds import Clouds
from engine.gallery.codings import CodingsMap
from engine.gallery.exhibit import Adjustable, Exhibit, Scheduled
from engine.gallery.journeys import Arcs, Journeys
from engine.gallery.phase import PhasePlane
from engine.gallery.points import Points
from engine.gallery.pretraining import Accuracies, FirstPhase
from engine.gallery.principal import Principal, is_linear
from engine.gallery.reconstructions import Reconstructions
from engine.gallery.samples import Samples
from engine.models import dirac
from engine.objectives import Generative, Objective, PretrainThenClassify, Reconstructing
from engine.objectives.adversarial import Adversarial
from engine.run.events import Event
from presets.schema import Autoencoder, Preset, Pretraining

BUDGET = 0.01


class Gallery:
    """Shows its exhibits when due: at powers of two up to 64, for early steps change most, and at intervals.

    ``every`` is in seconds, or so much longer that showing takes no more than BUDGET of the time; ``clock``
    gives seconds.
    """

    def __init__(self, exhibits: Sequence[Exhibit], every: float, *, clock: Callable[[], float]) -> None:
        self._exhibits = exhibits
        self._scheduled = [one for one in exhibits if isinstance(one, Scheduled)]
        self._every = every
        self._clock = clock
        self._next = clock()

    def adopt(self, preset: Preset) -> None:
        """Show from now on at that preset's pace, and what depends on its settings as it says."""
        self._every = preset.keep.frames
        for one in self._exhibits:
            if isinstance(one, Adjustable):
                one.adopt(preset)

    def due(self, step: int) -> bool:
        """Whether it is time to show something again."""
        early = step <= 64 and step.bit_count() == 1
        return early or self._clock() >= self._next or any(one.wants(step) for one in self._scheduled)

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Everything that the run has to show at this step."""
        began = self._clock()
        for exhibit in self._exhibits:
            yield from exhibit.show(step, wall)
        ended = self._clock()
        self._next = ended + max(self._every, (ended - began) / BUDGET)


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
        shown: list[Exhibit] = [Reconstructions(objective, dataset, preset)]
        shown += [CodingsMap(objective, dataset, preset), Journeys(objective, dataset, preset)]
    else:
        shown = [Clouds(objective, dataset, preset), CodingsMap(objective, dataset, preset)]
    if isinstance(preset, Autoencoder) and is_linear(preset):
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
