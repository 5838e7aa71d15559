"""What unsupervised pretraining shows: reconstructions while the autoencoder learns, then accuracies."""

from collections.abc import Iterator, Sequence

from latentop.engine.data import Dataset
from latentop.engine.objectives.pretraining import PretrainThenClassify
from latentop.engine.pictures.exhibit import Axes, Exhibit, axes_of
from latentop.engine.run.events import Event, Scalars
from latentop.presets.schema import Preset, Pretraining

POINTS = 20


class FirstPhase:
    """Shows what an autoencoder shows until the classifiers begin, and once then: it changes no more.

    Where training goes back to before that, all of it comes again.
    """

    def __init__(self, objective: PretrainThenClassify, exhibits: Sequence[Exhibit]) -> None:
        self._objective = objective
        self._exhibits = exhibits
        self._ended: int | None = None
        """The step at which it was shown for the last time."""

    @property
    def axes(self) -> Axes:
        """Those of what the autoencoder shows."""
        return axes_of(self._exhibits)

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames and series of the autoencoder at this step."""
        over = self._objective.classifying
        if over and self._ended is not None and self._ended <= step:
            return
        self._ended = None
        for exhibit in self._exhibits:
            yield from exhibit.show(step, wall)
        self._ended = step if over else None  # last: what memory was too short for comes again


class Accuracies:
    """How many test images each arm's classifiers get right, once they are trained.

    Series, all as shares: ``accuracy/ARM``, the mean over the classifiers of an arm, and ``accuracy/ARM-sd``;
    ``lead/ARM``, by how much a pretrained arm is ahead of the one from scratch, and ``lead/ARM-se``, the
    standard error of that: over pairs with the same labelled images and the same initial head. They are
    measured at the same steps on any machine: POINTS times while the classifiers train.
    """

    def __init__(self, objective: PretrainThenClassify, dataset: Dataset, preset: Pretraining) -> None:
        self._objective = objective
        self._test, self._labels = dataset.test, dataset.test_labels
        self.adopt(preset)

    def adopt(self, preset: Preset) -> None:
        """Measure from now on at the steps that suit that preset's length."""
        assert isinstance(preset, Pretraining)
        self._pretrain, self._last = preset.pretrain, preset.steps
        self._every = max(1, (preset.steps - preset.pretrain) // POINTS)

    def wants(self, step: int) -> bool:
        """Every so many steps of the classifiers, and after the last one."""
        done = step - self._pretrain
        return done > 0 and (done % self._every == 0 or step == self._last)

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Accuracies, where they are wanted at this step."""
        if not self.wants(step):
            return
        found = self._objective.accuracies(self._test, self._labels)
        values: dict[str, float] = {}
        for arm, shares in found.items():
            values[f"accuracy/{arm}"] = shares.mean().item()
            values[f"accuracy/{arm}-sd"] = shares.std().item()
        for arm in ("fine-tuned", "frozen"):
            lead = found[arm] - found["scratch"]
            values[f"lead/{arm}"] = lead.mean().item()
            values[f"lead/{arm}-se"] = lead.std().item() / len(lead) ** 0.5
        yield Scalars(step=step, wall=wall, values=values)
