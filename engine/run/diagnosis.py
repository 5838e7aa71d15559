"""What a diagnosis says, as records that travel from the process that diagnoses as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from latentop.engine.run.events import Severity

Source = Literal["run", "mirror", "csv", "table", "text", "json", "tensorboard", "trackio", "wandb", "mlflow"]

"""``mirror`` is a run of ours that holds another program's log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSeries:
    """A series that was judged: our name for it, the column or tag it came from, and how many values."""

    name: str
    column: str
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An alarm over some steps; ``cleared_step`` is None where it stands at the end.

    ``recorded`` says that it was raised live, while the run trained; else the series gave it away now, and
    ``raised_step`` is where it began.
    """

    name: str
    severity: Severity
    raised_step: int
    cleared_step: int | None
    sentence: str
    advice: str
    evidence: Mapping[str, float]
    recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What happened when, and the verdict on how it ended.

    ``rows`` counts the steps that hold values, from ``first_step`` to ``last_step``. ``notes`` say what was
    done to the log before it was judged; ``unknown`` what can't be judged from it, and why.
    """

    path: str
    source: Source
    rows: int
    first_step: int | None
    last_step: int | None
    series: tuple[ReadSeries, ...]
    notes: tuple[str, ...]
    alarms: tuple[Finding, ...]
    unknown: tuple[str, ...]
    verdict: str
    exit_code: int
    alive: bool = False
    """Whether it is a run that still trains, or whose log is still read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no diagnosis, what to do about it, and the exit code."""

    error: str
    hint: str
    exit_code: int


def to_json(answer: Diagnosis | Refusal) -> bytes:
    """One line of JSON."""
    return msgspec.json.encode(answer)


def from_json(text: bytes) -> Diagnosis | Refusal:
    """What :func:`to_json` wrote. Raises ValueError for anything else."""
    try:
        return msgspec.json.decode(text, type=Diagnosis)
    except msgspec.ValidationError:
        return msgspec.json.decode(text, type=Refusal)
