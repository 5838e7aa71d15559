"""Which meter measures the samples of a run, if any can."""

from collections.abc import Callable
from functools import partial

from engine.data import Dataset
from engine.watch.diversity import HELD_OUT, DiversityMeter
from engine.watch.mixture import MixtureMeter
from engine.watch.watch import Meter
from presets.schema import GAN, Preset


def meter_for(preset: Preset, dataset: Dataset) -> Callable[[], Meter] | None:
    """What builds the meter, when it is needed.

    A GAN's samples are held against real data, of which enough must be held out; None where they can't be.

    Those of a variational autoencoder are blurred by nature, and not measured.
    """
    if not isinstance(preset, GAN):
        return None
    if (mixture := dataset.mixture) is not None:
        return partial(
            MixtureMeter, real=dataset.test, centres=mixture.centres, sd=mixture.sd, classes=dataset.classes
        )
    if len(dataset.shape) != 3 or len(dataset.test) < HELD_OUT:
        return None
    return partial(
        DiversityMeter,
        real=dataset.test,
        real_labels=dataset.test_labels,
        training=dataset.train,
        training_labels=dataset.train_labels,
        classes=dataset.classes,
        samples=preset.watch.samples,
        seed=preset.seed,
    )
