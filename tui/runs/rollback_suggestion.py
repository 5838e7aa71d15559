"""Going back by hand: what is suggested and what is accepted, in the dialogue and by the command."""

from latentop.engine.run.facts import KnownSnapshot, RunFacts
from latentop.engine.run.good_states import AFTER, GOOD, is_after
from latentop.tui.model import run_state

FACTOR = 0.5
"""Times the learning rates: the same rates and the same random numbers would end in the same way."""
HIGHEST_FACTOR, HIGHEST_SEED = 10.0, 2**32 - 1


def seed(facts: RunFacts) -> int:
    """Another one than that of the run, or of the times that it went back before."""
    return (facts.seed + facts.rewinds + 1) % (HIGHEST_SEED + 1)


def judged(one: KnownSnapshot, since: int | None) -> str:
    """How a state was when it was kept; ``since`` is where the first alarm began that stands by now."""
    late = one.verdict in GOOD and is_after(one, since)
    words = AFTER if late else run_state.verdict(one.verdict, alive=True)
    return f"{words}, your checkpoint" if one.own else words
