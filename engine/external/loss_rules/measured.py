"""How sure each sign has been: of the logs of the benchmark that raised it, those that truly failed.

``python -m benchmarks.logs`` measures it; a test holds these numbers to benchmarks/RESULTS.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """Of ``logs`` in which the alarm was raised, ``right`` were of trainings that failed."""

    right: int
    logs: int


MEASURED: Mapping[str, Measured] = {
    "break": Measured(4, 4),
    "discriminator-wins": Measured(25, 26),
    "exploding": Measured(3, 3),
    "generator-wins": Measured(1, 1),
    "oscillation": Measured(1, 1),
    "runaway-logits": Measured(4, 4),
    "stalled": Measured(1, 1),
}
"""By alarm; what isn't here was raised by no log of the benchmark, or by too few to say."""

FEWEST = 10
"""Logs that a share is told of."""


def told(name: str) -> str:
    """What an alarm from losses alone can't see, and how sure it has been."""
    one = MEASURED.get(name)
    sure = "how sure such a sign is was not measured"
    if one is not None and one.logs >= FEWEST:
        sure = f"such a sign was right in {one.right} of {one.logs} logs of failures made on purpose"
    return f"from the log's numbers alone, which can't show whether samples are alike; {sure}"
