"""What each alarm looks at, in the words of docs/WATCH.md, which a test holds to them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmMeaning:
    """Of an alarm: its severity, what it looks at, and the name of its two thresholds, if it has any.

    ``unit`` is theirs: ``%`` for shares, else a word.
    """

    severity: str
    what: str
    threshold: str = ""
    unit: str = "%"


ALARMS = {
    "diverged": AlarmMeaning(
        severity="critical",
        what="a loss, a gradient or a sample is not finite, or another series is not for 20 steps",
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
        what="a class that was there is gone, by name; or has not come in 40 checks (points: 6)",
    ),
    "fading-modes": AlarmMeaning(
        severity="warning",
        what="a class whose share falls over 8, 16 or 32 checks, so that it is lost within as many more",
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
