"""A discriminator that wins: its loss is next to nothing and stays, so that the generator learns little."""

from dataclasses import replace

from latentop.engine.external.loss_rules.course import Chunks, Stretch, newest
from latentop.engine.external.loss_rules.family import YOUNG_STEPS, Family
from latentop.engine.external.loss_rules.loss_pair import FEWEST_CHUNKS, PairCourse
from latentop.engine.watch.verdict.alarms import Condition

NAME = "discriminator-wins"

WINS, WINS_SATURATING, EASES = 0.036, 0.2, 2.0
"""Of what guessing costs the median loss is below; so many times that, it is over. Of 2 ln 2 it is 0.05. The
slope of a saturating loss vanishes sooner, and is looked at over a thousand steps."""
EXTREME = 0.1
"""Of what is so little that it has won: no beginning looks like that."""
REAL, FAKE = 0.975, 0.025
"""Mean probabilities that it gives: both together cost 0.05 nats."""
FELL, ROSE = 0.01, 2.0
"""Of losses in a unit of their own: the discriminator's fell to this part of what it began at, and the
generator's rose by this factor."""

_NONE = Stretch(0, 0, -1)


def discriminator_wins(pair: PairCourse) -> list[Condition]:
    """The condition ``discriminator-wins``; nothing of critics, whose loss has no floor."""
    family = pair.family
    if family.guessing is None:
        return []
    chunks, generator = pair.discriminator.chunks(), pair.generator.chunks()
    was, rose = float(generator.levels[0]), float(generator.levels[-1])
    least = WINS * family.guessing
    if not family.sure:
        least = _least_of_strangers(family, rose, least)
    stretch = newest(chunks, chunks.levels < least)
    if family.kind == "saturating":
        weak = newest(chunks, chunks.levels < WINS_SATURATING * family.guessing)
        if pair.trained(weak.since) >= YOUNG_STEPS:
            least, stretch = WINS_SATURATING * family.guessing, weak
    now = float(chunks.levels[-1])
    said = f"was below {least:.2g}"
    by_scores = _by_scores(pair)
    if by_scores.values > stretch.values:
        stretch, said = by_scores, f"gave real data more than {REAL:g} and fakes less than {FAKE:g}"
    extreme = bool((chunks.levels[-FEWEST_CHUNKS:] < EXTREME * least).all())
    bad = pair.enough(stretch, extreme=extreme)
    sentence, began = "", stretch
    if bad:
        if stretch is not by_scores:
            began = replace(stretch, since=pair.discriminator.fell_below(least, stretch.since))
        sentence = (
            f"the discriminator wins: {pair.discriminator_name} is {now:.2g}, where guessing costs "
            f"{family.guessing:.3g} ({family.told}), and {said} {pair.lasted(began)}; "
            f"{pair.generator_name} went from {was:.3g} to {rose:.3g}"
        )
    eased = bool((chunks.levels[-FEWEST_CHUNKS:] > EASES * least).all())
    return [
        Condition(
            name=NAME,
            severity=pair.severity(stretch, extreme=extreme),
            bad=bad,
            clear=eased and not by_scores.chunks,
            sentence=sentence,
            advice="lower the discriminator's learning rate, penalise its slope (R1), or smooth its labels",
            evidence={"loss": now, "least": least, "generator": rose},
            pace="proof",
            since=began.since if bad else None,
        )
    ]


def _by_scores(pair: PairCourse) -> Stretch:
    """How long its mean probabilities have been those of a discriminator that wins, where the log has them.

    They tell it, too, where its loss holds a penalty, and so never comes near nothing.
    """
    if pair.real is None or pair.fake is None:
        return _NONE
    courses = (pair.real, pair.fake)
    if not all(len(one.levels) and one.low.min() >= 0 and one.high.max() <= 1 for one in courses):
        return _NONE  # scores, and no probabilities
    real, fake = pair.real.chunks(), pair.fake.chunks()
    both = min(len(real.levels), len(fake.levels))
    newest_of_both = Chunks(real.levels[-both:], real.steps[-both:], real.values)
    return newest(newest_of_both, (real.levels[-both:] > REAL) & (fake.levels[-both:] < FAKE))


def _least_of_strangers(family: Family, generator: float, least: float) -> float:
    """Below which a discriminator has won whose losses do not begin as any family's.

    The generator's loss must answer to that, or both must be far from where they began.
    """
    answered = least if family.answers(generator) else 0.0
    if family.first is None:
        return answered
    first_g, first_d = family.first
    own = FELL * first_d if abs(generator) > ROSE * abs(first_g) else 0.0
    return max(answered, own)
