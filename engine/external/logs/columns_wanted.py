"""Which columns a person asks for where guessing is not enough: ``--columns generator=G_loss,step=iters``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from latentop.engine.external.logs.formats.number_cells import number
from latentop.engine.external.logs.near_names import no_column
from latentop.engine.external.series_names import ROLES
from latentop.engine.run import series
from latentop.engine.run.errors import UsageError

STEP = "step"
_PAIR = re.compile(r"""\s*([\w/-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,]*))\s*(?:,|$)""")
_ACCEPTED = 'accepted: generator=G_loss,discriminator="D_real+D_fake",step=iters'


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A series as a constant and a sum of columns, each times a number; of one column, that column."""

    series: str
    terms: tuple[tuple[float, str], ...]
    constant: float = 0.0

    @property
    def told(self) -> str:
        """As a person writes it."""
        told = f"{self.constant:g}" if self.constant else ""
        for times, column in self.terms:
            sign = " - " if times < 0 else " + " if told else ""
            told += sign + (column if abs(times) == 1 else f"{abs(times):g}*{column}")
        return told.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsWanted:
    """The columns that were asked for by name; what isn't is guessed.

    ``generator`` and ``discriminator`` are those of the losses, ``columns`` those of any series, sums among
    them, ``step`` is what counts.
    """

    generator: str | None = None
    discriminator: str | None = None
    step: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """What was asked for, by series."""
        roles = {f"loss/{role}": getattr(self, role) for role in ROLES}
        return {name: text for name, text in roles.items() if text is not None} | dict(self.columns)


def parse(text: str) -> ColumnsWanted:
    """What ``--columns`` says. Raises UsageError where it says nothing, or a name that is no series."""
    found: dict[str, str] = {}
    end = 0
    while end < len(text) and (match := _PAIR.match(text, end)):
        name, *values = match.groups()
        column = next((value for value in values if value is not None), "").strip()
        if not column:
            break
        found[name] = column
        end = match.end()
    if end < len(text) or not found:
        raise UsageError(f"--columns {text!r} says no pairs of a series and a column", _ACCEPTED)
    return ColumnsWanted(
        step=found.pop(STEP, None), columns={_series(name): column for name, column in found.items()}
    )


def _series(name: str) -> str:
    """The series that is meant: ``generator`` and ``kl`` are losses."""
    for whole in (name, f"loss/{name}"):
        family = whole.partition("/")[0]
        if whole in series.REGISTRY or (f"{family}/…" in series.REGISTRY and "/" in whole and whole == name):
            return whole
    role = name.partition("-")[0]
    if role in ROLES:
        return f"loss/{name}"
    raise UsageError(f"--columns: {name!r} is no series", f"{_ACCEPTED}, accuracy/discriminator=d_acc")


def formula(place: str, name: str, text: str, columns: Sequence[str]) -> Formula:
    """The formula that a text means over these columns. Raises UsageError for a column that isn't there."""
    if text in columns:
        return Formula(series=name, terms=((1.0, text),))
    terms: dict[str, float] = {}
    for sign, term in _terms(text, columns):
        times, star, column = term.rpartition("*")
        weight = number(times.strip().encode()) if star else 1.0
        if weight is None or column.strip() not in columns:
            raise no_column(place, column.strip(), columns)
        terms[column.strip()] = terms.get(column.strip(), 0.0) + (-weight if sign == "-" else weight)
    return Formula(series=name, terms=tuple((weight, column) for column, weight in terms.items()))


def _terms(text: str, columns: Sequence[str]) -> list[tuple[str, str]]:
    """Signs and terms; a hyphen is a minus only where what it parts are columns."""
    found = []
    for part in text.split("+"):
        first, *others = part.split("-")
        if others and all(one.rpartition("*")[2].strip() in columns for one in (first or others[0], *others)):
            found += [("+", first)] * bool(first.strip()) + [("-", one) for one in others]
        else:
            found.append(("+", part))
    return found
