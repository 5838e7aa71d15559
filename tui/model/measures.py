"""Which series each panel tells of, in which order; how, is in ``shown_table.py``."""

from collections.abc import Iterable

from latentop.tui.model.shown_series import Shown
from latentop.tui.model.shown_table import COVERAGE, DISTANCE, TRAINING, VALIDATION, of


def _all(*names: str) -> tuple[Shown, ...]:
    return tuple(map(of, names))


METERS = _all(COVERAGE, "diversity/density", "diversity/duplicates", "diversity/effective")
"""What has a bar on the panel, the most important first."""
COPIES, MODES = _all("diversity/copied", "diversity/modes")
DIVERSITY = (
    *METERS,
    *_all(DISTANCE, "quality/kid"),
    *_all("diversity/precision", "diversity/detail", "diversity/quality", "diversity/reverse-kl"),
    COPIES,
    of("diversity/turnover"),
    MODES,
)
NETWORKS = ("generator", "discriminator", "autoencoder", "classifier")
ACCURACIES = _all("accuracy/discriminator", "accuracy/critic")
GRADIENTS = _all(*(f"grad/{network}" for network in NETWORKS))
BATCHES = (*ACCURACIES, *GRADIENTS)
"""What is measured at every step."""
SELDOM = _all(
    *(f"update/{network}" for network in NETWORKS),
    *(f"singular/{network}" for network in ("discriminator", "generator", "autoencoder", "classifier")),
)
"""What is measured about once a second: a step as a share of the weights, and the strongest layer."""
LEARNED, UNSEEN = _all(TRAINING, VALIDATION)
CODINGS = _all(
    "pca/angle",
    "pca/relative-error",
    "codings/active-units",
    "kl/nats",
    "kl/active-units",
    "codings/rank",
    "valid/noisy-input",
    "codings/activation",
)
"""What only some autoencoders measure."""
RECONSTRUCTION = (LEARNED, UNSEEN, *CODINGS)


def batches(names: Iterable[str]) -> tuple[Shown, ...]:
    """What is measured at every step, of a run with series of these names: networks may be a script's own."""
    return (*BATCHES, *_strangers(names, BATCHES, "grad/"))


def seldom(names: Iterable[str]) -> tuple[Shown, ...]:
    """What is measured about once a second, of such a run."""
    return (*SELDOM, *_strangers(names, SELDOM, "update/", "singular/"))


def stability(names: Iterable[str]) -> tuple[Shown, ...]:
    """What tells whether the training of such a run is sound."""
    names = tuple(names)
    every = batches(names)
    return (*every[: len(ACCURACIES)], of("loss/generator"), *every[len(ACCURACIES) :], *seldom(names))


def _strangers(names: Iterable[str], known: Iterable[Shown], *families: str) -> tuple[Shown, ...]:
    mine = {one.name for one in known}
    return _all(*sorted(name for name in names if name.startswith(families) and name not in mine))
