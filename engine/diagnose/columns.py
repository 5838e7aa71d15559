"""Which column of somebody else's log is which series of ours, by its name."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.diagnose.log import JUDGED, columns_told
from engine.run import series
from engine.run.errors import UsageError

Role = Literal["generator", "discriminator"]

_ROLES: dict[Role, frozenset[str]] = {
    "generator": frozenset({"g", "gen", "generator", "netg"}),
    "discriminator": frozenset({"d", "dis", "disc", "discr", "discriminator", "critic", "netd"}),
}
_LOSS = frozenset({"loss", "losses", "err", "error", "cost"})
_NEUTRAL = frozenset(
    {"train", "training", "avg", "mean", "average", "total", "adv", "adversarial", "gan", "net"}
)
_GLUED = {"gloss": ("g", "loss"), "dloss": ("d", "loss"), "lossg": ("loss", "g"), "lossd": ("loss", "d")}
# In "lossD", "netG" and "GLoss", as in "loss_D", capitals begin a word.
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The columns that were asked for by name; None where they are to be guessed."""

    generator: str | None = None
    discriminator: str | None = None


def choose(place: str, columns: Sequence[str], wanted: Wanted) -> dict[str, str]:
    """Our names of series, each with its column: both losses, and what bears a name of ours.

    ``place`` names the log in messages. Raises UsageError where a loss is missing or could be two columns.
    """
    ours = {name: column for column in columns if (name := _ours(column))}
    chosen: dict[str, str] = {}
    for role in _ROLES:
        name, asked = f"loss/{role}", getattr(wanted, role)
        if asked is not None:
            chosen[name] = _named(place, columns, asked)
        elif name in ours:
            chosen[name] = ours[name]
        elif found := _guess(place, columns, role):
            chosen[name] = found
    if len(chosen) == 2 and len(set(chosen.values())) == 1:
        raise UsageError(
            f"{place}: {next(iter(chosen.values()))!r} is named as both losses", "name two columns"
        )
    chosen |= {name: column for name, column in ours.items() if name not in chosen}
    _require_losses(place, columns, wanted, chosen)
    return chosen


def _require_losses(place: str, columns: Sequence[str], wanted: Wanted, chosen: Mapping[str, str]) -> None:
    """Both losses, unless one alone was asked for by name or the log holds another loss of ours."""
    missing = [role for role in _ROLES if f"loss/{role}" not in chosen]
    if any(name.startswith("loss/") for name in chosen) and (
        len(missing) == 2 or wanted.generator is not None or wanted.discriminator is not None
    ):
        return
    if missing:
        whose = " and ".join(f"{role}'s" for role in missing)
        raise UsageError(
            f"{place} has no column that looks like the {whose} loss; it has: {columns_told(columns)}",
            "name it: " + " ".join(f"--{role} COLUMN" for role in missing),
        )


def _named(place: str, columns: Sequence[str], asked: str) -> str:
    if asked in columns:
        return asked
    near = difflib.get_close_matches(asked, columns, n=1)
    raise UsageError(
        f"{place} has no column {asked!r}; it has: {columns_told(columns)}",
        f"did you mean {near[0]!r}?" if near else "name one of these",
    )


def _guess(place: str, columns: Sequence[str], role: Role) -> str | None:
    """The one column whose name fits the role best; None where none does."""
    ranks: dict[int, list[str]] = {}
    for column in columns:
        if (rank := _rank(column, role)) is not None:
            ranks.setdefault(rank, []).append(column)
    if not ranks:
        return None
    best = ranks[min(ranks)]
    if len(best) > 1:
        raise UsageError(
            f"{place} has {len(best)} columns that may be the {role}'s loss: {columns_told(best)}",
            f"name the one that is meant: --{role} {best[0]}",
        )
    return best[0]


def _rank(column: str, role: Role) -> int | None:
    """0: loss and role alone (``g_loss``), 1: with other words (``val/g_loss``), 2: role alone (``G``)."""
    words = {part for word in _WORD.findall(column) for part in _GLUED.get(word.lower(), (word.lower(),))}
    if not words & _ROLES[role] or any(words & other for name, other in _ROLES.items() if name != role):
        return None
    others = words - _ROLES[role] - _LOSS - _NEUTRAL
    if words & _LOSS:
        return 1 if others else 0
    return 2 if words <= _ROLES[role] else None


def _ours(column: str) -> str | None:
    """The series of ours that the column is by its name: ``grad/generator``, also as ``grad_generator``."""
    plain = column.strip().lower()
    for name in (plain, plain.replace("_", "/", 1), plain.replace(".", "/", 1)):
        if name.startswith(JUDGED) and series.describe(name)[0]:
            return name
    return None
