"""A discriminator that is fooled: its loss stays above what guessing costs."""

from latentop.engine.external.loss_rules.course import newest
from latentop.engine.external.loss_rules.loss_pair import FEWEST_CHUNKS, PairCourse
from latentop.engine.watch.verdict.alarms import Condition

NAME = "generator-wins"

FOOLED, EASES = 1.6, 1.25
"""Times what guessing costs: the discriminator's median loss is above, below."""


def generator_wins(pair: PairCourse) -> list[Condition]:
    """The condition ``generator-wins``; nothing of losses of which it is not sure what guessing costs."""
    family = pair.family
    if family.guessing is None or not family.sure:
        return []
    chunks = pair.discriminator.chunks()
    times = chunks.levels / family.guessing
    stretch = newest(chunks, times > FOOLED)
    bad = pair.enough(stretch)
    now = float(chunks.levels[-1])
    generator = float(pair.generator.chunks().levels[-1])
    sentence = ""
    if bad:
        sentence = (
            f"the discriminator is fooled: {pair.discriminator_name} is {now:.3g}, where guessing costs no "
            f"more than {family.guessing:.3g} ({family.told}), and was above {FOOLED * family.guessing:.3g} "
            f"{pair.lasted(stretch)}; {pair.generator_name} is {generator:.3g}"
        )
    return [
        Condition(
            name=NAME,
            severity=pair.severity(stretch),
            bad=bad,
            clear=bool((times[-FEWEST_CHUNKS:] < EASES).all()),
            sentence=sentence,
            advice="lower the generator's learning rate, or train the discriminator more often",
            evidence={"loss": now, "times": now / family.guessing, "generator": generator},
            pace="proof",
            since=stretch.since if bad else None,
        )
    ]
