"""Which meter measures the samples of a run, if any can."""

from collections.abc import Callable, Iterator
from functools import partial

from latentop.engine.data import Dataset
from latentop.engine.watch.samples import diversity, feature_network
from latentop.engine.watch.samples.mixture import MixtureMeter
from latentop.engine.watch.samples.reading import Meter
from latentop.engine.watch.samples.unmeasured import LEAST, Unmeasured, too_few
from latentop.presets import feature_choice
from latentop.presets.objectives import Variational
from latentop.presets.schema import GAN, Autoencoder, Preset

Pieces = Callable[[], Iterator[Meter | None]]
"""Builds a meter in pieces of a fraction of a second each: None after each of them, then the meter."""


def meter_in_pieces(preset: Preset, dataset: Dataset) -> Pieces | None:
    """What builds the meter, when it is needed; None where ``unmeasured`` says why there is none."""
    if not isinstance(preset, GAN) or unmeasured(preset, dataset) is not None:
        return None
    if (mixture := dataset.mixture) is not None:
        meter = partial(
            MixtureMeter, real=dataset.test, centres=mixture.centres, sd=mixture.sd, classes=dataset.classes
        )
        return lambda: iter([meter()])
    return partial(
        diversity.pieces,
        real=dataset.test,
        real_labels=dataset.test_labels,
        training=dataset.train,
        training_labels=dataset.train_labels,
        classes=dataset.classes,
        samples=preset.watch.samples,
        seed=preset.seed,
        network=feature_network.of(preset.watch.features),
    )


def try_features(preset: Preset, dataset: Dataset) -> None:
    """Ask the network that ``watch.features`` names, if any, about some real images.

    Raises UsageError where it gives no features of them.
    """
    measured = isinstance(preset, GAN) and unmeasured(preset, dataset) is None and dataset.mixture is None
    if measured and preset.watch.features != feature_choice.PCA:
        feature_network.try_out(preset.watch.features, dataset.train)


def meter_for(preset: Preset, dataset: Dataset) -> Callable[[], Meter] | None:
    """The same, built at once."""
    pieces = meter_in_pieces(preset, dataset)
    return None if pieces is None else lambda: next(meter for meter in pieces() if meter is not None)


def unmeasured(preset: Preset, dataset: Dataset) -> Unmeasured | None:
    """Why the diversity of a GAN's samples can't be measured; None where it can.

    Samples of a variational autoencoder are blurred by nature: nobody expects their diversity.
    """
    if not isinstance(preset, GAN) or dataset.mixture is not None:
        return None
    if len(dataset.shape) != 3:
        return Unmeasured(
            why="diversity can't be measured: it takes images, or points of a known mixture",
            advice="judge by eye, or train on images",
        )
    count = len(dataset.train) + len(dataset.test)
    return too_few(count, "images") if count < LEAST else None


def awaited(preset: Preset) -> tuple[str, ...]:
    """Which alarms must have been looked for before a run of this preset may be called healthy."""
    match preset:
        case GAN():
            return ("collapsed",)
        case Autoencoder():
            variational = isinstance(preset.objective, Variational)
            return ("over-fitting", "posterior-collapse") if variational else ("over-fitting",)
        case _:
            return ()
