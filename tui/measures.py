"""The measures of each panel: their labels, on the panel and behind it, and the alarms that judge them."""

from dataclasses import dataclass

from tui import verdicts


@dataclass(frozen=True, slots=True)
class Told:
    """A measure as it is told: its label, its series, how to print its values, the alarms that judge it.

    ``level`` names the thresholds that are in the series' own unit, and ``scale`` what they are times.
    """

    label: str
    series: str
    form: str = "number"
    alarms: tuple[str, ...] = ()
    level: str = ""
    scale: float = 1.0
    short: str = ""
    """The label on the panel, where there is less room for it."""
    unit: str = ""
    """What stands behind the value on the panel; in braces another series' value."""

    @property
    def brief(self) -> str:
        """The label on the panel."""
        return self.short or self.label


METERS = (
    Told("coverage", "diversity/coverage", "of real", ("collapsed",), "diversity"),
    Told("density", "diversity/density", "of real"),
    Told("distinct", "diversity/duplicates", "of real", ("collapsed",), "diversity", verdicts.TWINS),
    Told("effective", "diversity/effective", "of real"),
)
"""What has a bar on the panel, the most important first."""
COPIES = Told("copies", "diversity/copied", "share", ("memorising",), "copied")
MODES = Told("modes", "diversity/modes", "number", ("lost-modes",))
DIVERSITY = (
    *METERS,
    Told("precision", "diversity/precision", "of real", ("generator-wins",), "garbage"),
    Told("detail", "diversity/detail", "of real"),
    Told("quality", "diversity/quality", "share"),
    Told("reverse KL", "diversity/reverse-kl"),
    COPIES,
    Told("turnover", "diversity/turnover", "share", ("cycling",), "turnover"),
    MODES,
)
UNBOUNDED = ("diverged", "exploding")
"""The alarms of numbers that have no bound."""
GRADIENT = (*UNBOUNDED, "stalled")
ACCURACY = ("discriminator-wins", "generator-wins", "runaway-logits")
BATCHES = (
    Told("D accuracy", "accuracy/discriminator", "share", ACCURACY),
    Told("critic's accuracy", "accuracy/critic", "share", ("generator-wins",), short="C accuracy"),
    Told("generator's gradient", "grad/generator", "number", GRADIENT, short="|∇G|"),
    Told("discriminator's gradient", "grad/discriminator", "number", GRADIENT, short="|∇D|"),
    Told("gradient", "grad/autoencoder", "number", GRADIENT, short="|∇|"),
    Told("classifier's gradient", "grad/classifier", "number", UNBOUNDED, short="|∇C|"),
)
"""What is measured at every step."""
SELDOM = (
    Told("generator's step", "update/generator", "number", UNBOUNDED, short="ΔG / G"),
    Told("discriminator's step", "update/discriminator", "number", UNBOUNDED, short="ΔD / D"),
    Told("autoencoder's step", "update/autoencoder", "number", UNBOUNDED, short="step / w"),
    Told("classifier's step", "update/classifier", "number", UNBOUNDED, short="ΔC / C"),
    Told("discriminator's strongest layer", "singular/discriminator", "number", UNBOUNDED, short="σ max D"),
    Told("generator's strongest layer", "singular/generator", "number", UNBOUNDED, short="σ max G"),
    Told("autoencoder's strongest layer", "singular/autoencoder", "number", UNBOUNDED, short="σ max"),
    Told("classifier's strongest layer", "singular/classifier", "number", UNBOUNDED, short="σ max C"),
)
"""What is measured about once a second: a step as a share of the weights, and the strongest layer."""
STABILITY = (
    *BATCHES[:2],
    Told("generator's loss", "loss/generator", "number", ("exploding", "oscillation")),
    *BATCHES[2:],
    *SELDOM,
)
LEARNED = Told("training error", "loss/reconstruction", short="training")
UNSEEN = Told("validation error", "valid/reconstruction", short="validation")
CODINGS = (
    Told(
        "active codings",
        "codings/active-units",
        "number",
        ("dead-codings",),
        short="codings",
        unit="vary, of {codings/units}",
    ),
    Told("KL", "kl/nats", "number", ("posterior-collapse",), unit="nats {kl/unit-}"),
    Told(
        "informed codings",
        "kl/active-units",
        "number",
        ("posterior-collapse",),
        short="informed",
        unit="codings tell of the input",
    ),
    Told("rank of the codings", "codings/rank", short="rank", unit="independent ones, in effect"),
    Told("error on noisy input", "valid/noisy-input", short="noisy input", unit="its own error"),
    Told("activation", "codings/activation", unit="mean of codings"),
    Told("angle to PCA's plane", "pca/angle", short="PCA's plane", unit="degrees off"),
    Told("error over PCA's", "pca/relative-error", short="PCA's error", unit="of it more"),
)
"""What only some autoencoders measure."""
RECONSTRUCTION = (LEARNED, UNSEEN, *CODINGS)
