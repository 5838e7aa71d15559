"""Which columns of somebody else's log are which series of ours, by their names."""

from collections.abc import Sequence
from contextlib import suppress

from latentop.engine.external import series_names
from latentop.engine.external.logs.columns_wanted import ColumnsWanted, Formula, formula
from latentop.engine.external.logs.near_names import listed, short
from latentop.engine.external.series_names import FAKE, LOSS, REAL, ROLES, Role
from latentop.engine.run import series
from latentop.engine.run.errors import UsageError

_ADVERSARIAL = frozenset({"gan", "adv", "adversarial"})
_SIGNS = "signs/real", "signs/fake"


class Columns:
    """Learns the columns of a log as they come, and says which series each is, or is a part of.

    ``place`` names the log in messages. What is nothing of ours is a series under its own name.
    """

    def __init__(self, place: str, wanted: ColumnsWanted) -> None:
        self._place = place
        self._wanted = wanted
        self._names: list[str] = []
        self.formulas: dict[str, Formula] = {}
        """By series."""

    def learn(self, names: Sequence[str]) -> None:
        """Hear of columns, in their order; those that are known already change nothing.

        Raises UsageError where several of the first ones may be the same loss.
        """
        if new := [name for name in names if name not in self._names]:
            first = not self._names
            self._names += new
            self._choose(new, first=first)

    def require_wanted(self) -> None:
        """Raise UsageError where a column that was asked for has not come."""
        for name, text in self._wanted.texts().items():
            formula(self._place, name, text, self._names)

    def told(self) -> dict[str, str]:
        """Of every series, what it is made of; what one asks for first comes first."""
        return {name: self.formulas[name].told for name in sorted(self.formulas, key=series.place)}

    def require_losses(self) -> None:
        """Raise UsageError where there is no loss, or the generator's alone, or the discriminator's.

        One that was asked for by name is enough.
        """
        if not self._names:
            raise UsageError(f"{self._place} holds no values", "log the losses as numbers")
        has = self.formulas.keys()
        missing = [role for role in ROLES if not any(name.startswith(f"loss/{role}") for name in has)]
        judged = any(name.startswith(("loss/", "valid/", "quality/")) for name in has)
        if not missing or (judged and (len(missing) == 2 or self._wanted.texts())):
            return
        whose, has_columns = " and ".join(f"{role}'s" for role in missing), listed(self._names)
        raise UsageError(
            f"{self._place} has no column that looks like the {whose} loss; it has: {has_columns}",
            "name it: --columns " + ",".join(f"{role}=COLUMN" for role in missing),
        )

    def _choose(self, new: Sequence[str], *, first: bool) -> None:
        self._ask()
        used = {column for one in self.formulas.values() for _, column in one.terms}
        asked = self._wanted.texts()
        for role in ROLES:
            if f"loss/{role}" not in asked.keys() | self.formulas.keys() and (
                found := self._loss(role, first=first)
            ):
                self.formulas[f"loss/{role}"] = found
        self._refuse_one_for_both()
        self._accuracy()
        own = []
        for column in sorted(new, key=lambda one: (_of(one) != one, len(series_names.words(one)))):
            name = _of(column)
            if name is None or name in self.formulas or column in used:
                own.append(column)
            else:
                self.formulas[name] = Formula(series=name, terms=((1.0, column),))
        taken = {column for one in self.formulas.values() if len(one.terms) == 1 for _, column in one.terms}
        for column in own:
            if column not in taken and column not in self.formulas:
                self.formulas[column] = Formula(series=column, terms=((1.0, column),))

    def _ask(self) -> None:
        """Take what was asked for by name, as far as it has come."""
        for name, text in self._wanted.texts().items():
            if name not in self.formulas:
                with suppress(UsageError):
                    self.formulas[name] = formula(self._place, name, text, self._names)

    def _refuse_one_for_both(self) -> None:
        """Raise UsageError where both losses are the same column."""
        both = [f"loss/{role}" for role in ROLES]
        losses = [self.formulas[name].terms for name in both if name in self.formulas]
        if len(losses) == 2 and losses[0] == losses[1]:
            told = losses[0][0][1]
            raise UsageError(f"{self._place}: {short(told)!r} is named as both losses", "name two columns")

    def _loss(self, role: Role, *, first: bool) -> Formula | None:
        """The loss of a role: one column, or the sum of both parts; None where nothing looks like it.

        Raises UsageError where the first columns leave it open; of later ones, none is taken then.
        """
        name = f"loss/{role}"
        named = (set(map(_of, self._names)) | self._wanted.texts().keys()) - {None, REAL, FAKE}
        if any(str(other).startswith(f"{name}-") for other in named):
            return None  # it is one of several
        ranks: dict[int, list[str]] = {}
        for column in self._names:
            if (rank := _rank(column, role)) is not None:
                ranks.setdefault(rank, []).append(column)
        if role == "discriminator" and 0 not in ranks and (parts := self._parts()):
            return Formula(series=name, terms=tuple((1.0, part) for part in parts))
        if not ranks:
            return None
        best = ranks[min(ranks)]
        if len(best) > 1:
            if not first:
                return None
            several = ",".join(f"{role}-{end}={short(one)}" for end, one in zip("ab", best, strict=False))
            raise UsageError(
                f"{self._place} has {len(best)} columns that may be the {role}'s loss: {listed(best)}",
                f"name the one that is meant: --columns '{role}={short(best[0])}', "
                f"or those of two GANs: '{several}'",
            )
        return Formula(series=name, terms=((1.0, best[0]),))

    def _parts(self) -> list[str]:
        """The columns of the discriminator's loss on real and on generated data, where each is one."""
        parts = []
        for part, word, number in ((REAL, "real", "1"), (FAKE, "fake", "2")):
            called = [column for column in self._names if _of(column) == part]
            bare = [
                column
                for column in self._names
                if (said := series_names.words(column)) & ROLES["discriminator"]
                and said - ROLES["discriminator"] in ({word}, {number})
                and _of(column) is None
            ]
            one = called or bare
            if len(one) != 1:
                return []
            parts += one
        return parts

    def _accuracy(self) -> None:
        """A discriminator's accuracy, of the mean signs of its scores: 1 where all are above 0, -1 below."""
        signs = [[column for column in self._names if column.lower().endswith(end)] for end in _SIGNS]
        if "accuracy/discriminator" not in self.formulas and all(len(one) == 1 for one in signs):
            (real,), (fake,) = signs
            self.formulas["accuracy/discriminator"] = Formula(
                series="accuracy/discriminator", terms=((0.25, real), (-0.25, fake)), constant=0.5
            )


def choose(place: str, columns: Sequence[str], wanted: ColumnsWanted) -> dict[str, str]:
    """Our names of series, each with the columns that it is made of, where all columns are known.

    Raises UsageError where a loss is missing or could be several columns.
    """
    found = Columns(place, wanted)
    found.learn(columns)
    found.require_wanted()
    found.require_losses()
    return found.told()


def tells(column: str) -> bool:
    """Whether a column may tell how a training goes: it is a series of ours, or looks like a loss."""
    return _of(column) is not None or any(_rank(column, role) is not None for role in ROLES)


def _of(column: str) -> str | None:
    """The series that a column is by its name."""
    return _twin(column) or series_names.known(column)


def _twin(column: str) -> str | None:
    """Of several GANs in one log, as CycleGAN's prints them: ``D_A``, ``cycle_B``, ``idt_A``."""
    head, _, letter = column.strip().rpartition("_")
    if letter not in ("A", "B"):
        return None
    end = letter.lower()
    for role, known_as in ROLES.items():
        if head.lower() in known_as:
            return f"loss/{role}-{end}"
    return {"cycle": f"loss/cycle-{end}", "idt": f"loss/identity-{end}"}.get(head)


def _rank(column: str, role: Role) -> int | None:
    """How well a column may be a role's loss, best first; None where it can't be.

    0: loss and role alone (``g_loss``), 1: those of whole epochs, 2: with a word for the adversarial one
    (``G_GAN``), 3: with other words (``val/g_loss``), 4: role alone (``G``).
    """
    words = series_names.words(column)
    if not words & ROLES[role] or any(words & known_as for other, known_as in ROLES.items() if other != role):
        return None
    if (name := _of(column)) is not None and name != f"loss/{role}":
        return None
    if words & LOSS:
        return 3 if name is None else 1 if "epoch" in words else 0
    if role == "generator" and words - ROLES[role] and words - ROLES[role] <= _ADVERSARIAL:
        return 2
    return 4 if words <= ROLES[role] else None
