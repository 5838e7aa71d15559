"""A run's verdict in words; where it has none, why, and what to do: silence sounds like good news. Pure."""

from textwrap import shorten

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.verdicts import Unjudged, unjudged
from latentop.tui.model import run_state

_UNMEASURED = "diversity can't be measured: "
_NOT_JUDGED = "not judged"
_REMARK_WIDTH = 60


def verdict(facts: RunFacts, *, alive: bool) -> str:
    """The verdict in a word or two: ``unknown`` where no more training will tell."""
    found = unjudged(facts, alive=alive)
    return run_state.verdict(facts.verdict, alive=alive and not (found and found.lasting))


def why_not(facts: RunFacts, *, alive: bool) -> str:
    """``not judged: …``, or ``too early to judge: …`` while training may tell; empty where it was judged."""
    found = unjudged(facts, alive=alive)
    return why_of(found, alive=alive) if found else ""


def why_of(found: Unjudged, *, alive: bool) -> str:
    """The reason as a clause, after what it means."""
    said = run_state.VERDICTS["unknown"] if alive and not found.lasting else _NOT_JUDGED
    return f"{said}: {found.why}"


def remark(facts: RunFacts, *, alive: bool) -> str:
    """Why no more training will tell, in few words: ``not judged: it takes 200 images, and there are 125``.

    Empty where it was judged, and where time may tell.
    """
    found = unjudged(facts, alive=alive)
    if not (found and found.lasting):
        return ""
    why = wordings(found)[-1].partition("; ")[0]
    return shorten(f"{_NOT_JUDGED}: {why}", _REMARK_WIDTH, placeholder=" …")


def wordings(found: Unjudged) -> tuple[str, ...]:
    """The reason, and where there is one a shorter wording, which says the same."""
    return tuple(dict.fromkeys((found.why, found.why.removeprefix(_UNMEASURED))))


def advice(facts: RunFacts, *, alive: bool) -> str:
    """What makes it possible to judge; empty where it was judged, or where nothing but time does."""
    found = unjudged(facts, alive=alive)
    return found.advice if found else ""


def in_full(facts: RunFacts, *, alive: bool) -> str:
    """Why it was not judged, and what to try, in a line; empty where it was."""
    parts = (why_not(facts, alive=alive), advice(facts, alive=alive))
    return " · try: ".join(filter(None, parts))
