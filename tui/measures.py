"""Which measures are explained behind each panel, in which order, and which alarms judge them."""

from dataclasses import dataclass

from tui import verdicts


@dataclass(frozen=True, slots=True)
class Told:
    """A measure as a panel tells it: label, series, how to print its values, and the alarms that judge it.

    ``level`` names the thresholds that are in the series' own unit, and ``scale`` what they are times.
    """

    label: str
    series: str
    form: str = "number"
    alarms: tuple[str, ...] = ()
    level: str = ""
    scale: float = 1.0


DIVERSITY = (
    Told("coverage", "diversity/coverage", "of real", ("collapsed",), "diversity"),
    Told("density", "diversity/density", "of real"),
    Told("distinct", "diversity/duplicates", "of real", ("collapsed",), "diversity", verdicts.TWINS),
    Told("effective", "diversity/effective", "of real"),
    Told("precision", "diversity/precision", "of real", ("generator-wins",), "garbage"),
    Told("detail", "diversity/detail", "of real"),
    Told("quality", "diversity/quality", "share"),
    Told("reverse KL", "diversity/reverse-kl"),
    Told("copies", "diversity/copied", "share", ("memorising",), "copied"),
    Told("turnover", "diversity/turnover", "share", ("cycling",), "turnover"),
    Told("modes", "diversity/modes", "number", ("lost-modes",)),
)
STABILITY = (
    Told("D accuracy", "accuracy/discriminator", "share", ("discriminator-wins", "generator-wins")),
    Told("critic's accuracy", "accuracy/critic", "share", ("generator-wins",)),
    Told("generator's loss", "loss/generator", "number", ("exploding", "oscillation")),
    Told("generator's gradient", "grad/generator", "number", ("exploding", "stalled")),
    Told("discriminator's gradient", "grad/discriminator", "number", ("exploding", "stalled")),
    Told("gradient", "grad/autoencoder", "number", ("exploding", "stalled")),
    Told("classifier's gradient", "grad/classifier", "number", ("exploding",)),
    *(
        Told(f"{network}'s {label}", f"{kind}/{network}")
        for kind, label in (("update", "step"), ("singular", "strongest layer"))
        for network in verdicts.NETWORKS
    ),
)
RECONSTRUCTION = (
    Told("training error", "loss/reconstruction"),
    Told("validation error", "valid/reconstruction"),
    Told("active codings", "codings/active-units", "number", ("dead-codings",)),
    Told("rank of the codings", "codings/rank"),
    Told("KL", "kl/nats", "number", ("posterior-collapse",)),
    Told("informed codings", "kl/active-units", "number", ("posterior-collapse",)),
)
