"""Logits that run away: the generator's loss has so many nats that its samples are given no chance at all."""

import numpy as np

from latentop.engine.external.loss_rules.course import newest
from latentop.engine.external.loss_rules.loss_pair import PairCourse
from latentop.engine.watch.verdict.alarms import Condition

NAME = "runaway-logits"

RUNS, EASES = 15.0, 8.0
"""Nats: the generator's median loss is beyond, within. At 15 the probability is 3e-7."""

NATURAL = 4.0
"""Times what guessing costs: a discriminator's loss that stays within is in nats."""


def runaway_logits(pair: PairCourse) -> list[Condition]:
    """The condition ``runaway-logits``, of losses that are logarithms of probabilities."""
    family = pair.family
    if family.kind not in ("logistic", "saturating") or family.guessing is None:
        return []
    if not family.sure and pair.discriminator.chunks().levels.max() > NATURAL * family.guessing:
        return []  # both losses may have a unit of their own
    chunks = pair.generator.chunks()
    sizes = np.abs(chunks.levels)
    stretch = newest(chunks, sizes > RUNS)
    bad = pair.enough(stretch)
    now = float(chunks.levels[-1])
    whom = "fakes are fake" if now > 0 else "fakes are real"
    return [
        Condition(
            name=NAME,
            severity=pair.severity(stretch),
            bad=bad,
            clear=bool((sizes[-2:] < EASES).all()),
            sentence=(
                f"logits run away: {pair.generator_name} is {now:.3g} nats, beyond {RUNS:g} "
                f"{pair.lasted(stretch)}, so sure is the discriminator that {whom}"
            ),
            advice="smooth the real labels to 0.9, penalise the discriminator's slope (R1), or slow it down",
            evidence={"loss": now},
            pace="proof",
            since=stretch.since if bad else None,
        )
    ]
