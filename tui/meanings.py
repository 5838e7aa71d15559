"""What each measure is and each alarm says, in the words of docs/WATCH.md, which a test holds to them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """Of a series: what it measures, which way it goes when, and where it comes from."""

    what: str
    when: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmMeaning:
    """Of an alarm: its severity, what it looks at, and the name of its two thresholds, if it has any.

    ``unit`` is theirs: ``%`` for shares, else a word.
    """

    severity: str
    what: str
    threshold: str = ""
    unit: str = "%"


SAMPLES = {
    "diversity/coverage": Meaning(
        what="share of real images that have a sample near",
        when="falls when modes are lost",
        source="Naeem et al. 2020, 3.2",
    ),
    "diversity/density": Meaning(
        what="how crowded the samples' places are",
        when="falls when samples are far from real ones",
        source="Naeem et al. 2020, 3.1",
    ),
    "diversity/duplicates": Meaning(what="distance between nearest samples", when="falls when they repeat"),
    "diversity/effective": Meaning(
        what="how many unlike images they are worth, among 256",
        when="falls whatever is lost",
        source="Friedman and Dieng 2022",
    ),
    "diversity/precision": Meaning(
        what="share near a typical real image",
        when="falls when samples are bad",
        source="Kynkäänniemi et al. 2019",
    ),
    "diversity/detail": Meaning(
        what="what the components leave out", when="falls with blur, rises with noise"
    ),
    "diversity/copied": Meaning(
        what="near copies of training images, beyond chance",
        when="rises when they are learned by heart",
        source="Meehan et al. 2020",
    ),
    "diversity/modes": Meaning(
        what="classes that appear; without labels 32 kinds, by k-means", when="falls when classes are lost"
    ),
    "diversity/turnover": Meaning(
        what="mutual information of time and class, 8 checks",
        when="rises when modes take turns",
        source="Miller 1955",
    ),
    "presence/1": Meaning(
        what="of each mode by its number, its share of the samples over that of real data",
        when="below 25 % the mode is lost",
    ),
}
"""Of samples held against real images."""

POINTS = {
    "diversity/coverage": Meaning(
        what="share of the mixture's modes that are there", when="falls when modes are lost"
    ),
    "diversity/density": Meaning(
        what="share of samples within three standard deviations of a mode, over that of real points",
        when="falls when samples are between the modes",
    ),
    "diversity/quality": Meaning(
        what="the same share as it is", when="falls with it", source="Lin et al. 2018, 4.1"
    ),
    "diversity/reverse-kl": Meaning(
        what="divergence of the samples' modes from even ones, in nats",
        when="rises when some are rare",
        source="Lin et al. 2018, 4.1",
    ),
}
"""Of samples of a 2-D mixture, where they mean something else."""

NUMBERS = {
    "accuracy/discriminator": Meaning(
        what="share of the discriminator's decisions that are right",
        when="1 when it tells all samples from real data, 0.5 when it guesses",
    ),
    "accuracy/critic": Meaning(
        what="share of pairs in which the critic scores the real datum higher",
        when="1 when it tells all apart, 0.5 when it guesses",
    ),
    "grad/…": Meaning(
        what="norm of a network's gradient, of all its weights together",
        when="rises when training runs away, vanishes when a network no longer learns",
    ),
    "update/…": Meaning(
        what="length of a step, as a share of the weights'", when="about 0.001 in most sound trainings"
    ),
    "singular/…": Meaning(
        what="largest singular value of the strongest layer",
        when="rises when a layer stretches its input more and more",
        source="Miyato et al. 2018, 2.1",
    ),
}
"""Of every step, or of about every second; ``…`` stands for a network."""

CODINGS = {
    "loss/reconstruction": Meaning(
        what="mean squared error on the training batch", when="falls while it learns"
    ),
    "valid/reconstruction": Meaning(
        what="mean squared error on held-out images", when="rises when it learns the training images by heart"
    ),
    "codings/active-units": Meaning(what="codings that vary", when="falls when codings die"),
    "codings/rank": Meaning(
        what="independent codings, in effect", when="falls when codings say the same as others"
    ),
    "kl/nats": Meaning(
        what="what the codings tell of an input, in nats", when="falls to 0 when the decoder ignores them"
    ),
    "kl/active-units": Meaning(what="codings that tell something", when="falls when the posterior collapses"),
}
"""Of autoencoders."""

ALARMS = {
    "diverged": AlarmMeaning(
        severity="critical",
        what="a value, a gradient or a sample is not finite: on the CPU the step is not taken",
    ),
    "exploding": AlarmMeaning(
        severity="critical",
        what="a loss and a gradient, times the largest early in the run",
        threshold="explosion",
        unit="times",
    ),
    "collapsed": AlarmMeaning(
        severity="critical",
        what="coverage, share of classes, twice the distance between samples; early ones: their own best",
        threshold="diversity",
    ),
    "cycling": AlarmMeaning(
        severity="critical",
        what="as little in each batch, but every time something else: turnover",
        threshold="turnover",
    ),
    "memorising": AlarmMeaning(
        severity="critical",
        what="share of near copies of training images, beyond chance",
        threshold="copied",
    ),
    "dead-codings": AlarmMeaning(
        severity="critical",
        what="share of an autoencoder's codings that vary; a warning while any does",
        threshold="codings",
    ),
    "posterior-collapse": AlarmMeaning(
        severity="critical",
        what="one coding at most is active; the error, over the mean image's",
        threshold="posterior",
    ),
    "lost-modes": AlarmMeaning(
        severity="warning",
        what="a class that was there is gone, by name; or has not come in 40 checks",
    ),
    "discriminator-wins": AlarmMeaning(
        severity="warning",
        what="its loss, while 97 % of its decisions are right",
        threshold="winning",
        unit="nats",
    ),
    "generator-wins": AlarmMeaning(
        severity="warning",
        what="samples like real ones, while the discriminator guesses, for 30 checks",
        threshold="garbage",
    ),
    "runaway-logits": AlarmMeaning(
        severity="warning",
        what="the generator's loss in nats; or probabilities of exactly 0 and 1",
        threshold="logits",
        unit="nats",
    ),
    "oscillation": AlarmMeaning(
        severity="warning",
        what="correlation of a loss with itself one period on",
        threshold="oscillation",
    ),
    "stalled": AlarmMeaning(
        severity="warning",
        what="gradient of a network that should learn, over that at the beginning",
        threshold="stalled",
    ),
    "over-fitting": AlarmMeaning(
        severity="warning",
        what="validation error over training error, which went on falling",
        threshold="overfitting",
        unit="times",
    ),
}


def of_series(name: str, *, mixture: bool = False) -> Meaning | None:
    """The meaning of a series; None where the page has none."""
    if mixture and name in POINTS:
        return POINTS[name]
    family = f"{name.partition('/')[0]}/…"
    return next(
        (table[key] for table in (SAMPLES, NUMBERS, CODINGS) for key in (name, family) if key in table), None
    )
