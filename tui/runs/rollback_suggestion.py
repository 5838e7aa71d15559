"""Going back by hand: what is suggested and what is accepted, in the dialogue and by the command."""

from latentop.engine.run.facts import RunFacts

FACTOR = 0.5
"""Times the learning rates: the same rates and the same random numbers would end in the same way."""
HIGHEST_FACTOR, HIGHEST_SEED = 10.0, 2**32 - 1


def seed(facts: RunFacts) -> int:
    """Another one than that of the run, or of the times that it went back before."""
    return (facts.seed + facts.rewinds + 1) % (HIGHEST_SEED + 1)
