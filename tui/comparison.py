"""Runs side by side: which settings differ, who is ahead, who differs in nothing but the seed. Pure but for
reading presets."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from engine.run import files, series
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.liveness import Liveness
from presets import catalogue
from presets.catalogue import PresetError
from tui import presence, states
from tui.wording import duration, natural, percent, setting, share, short, spaced

FIRST = (
    "loss/generator",
    "loss/discriminator",
    "diversity/coverage",
    "loss/total",
    "loss/reconstruction",
    "valid/reconstruction",
    "valid/loss",
    "loss/kl",
    "diversity/density",
    "diversity/modes",
    "score/real",
    "score/fake",
    "accuracy/fine-tuned",
    "accuracy/frozen",
    "accuracy/scratch",
)
"""The series that one compares first; the others follow by their names."""
LAST = ("lr/", "speed/")
PROSE = ("title", "shows", "look_for", "source")
SEED = "seed"
ABSENT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A run that is compared: ``letter`` names it in charts and tables, ``values`` are its newest.

    ``label`` is what it is called, such that no other one is called so.
    """

    letter: str
    label: str
    run: RunFolder
    facts: RunFacts
    liveness: Liveness
    values: Mapping[str, float]
    settings: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the table: a cell for each contender; ``best`` are the indices of those that are ahead."""

    name: str
    cells: tuple[str, ...] = ()
    best: frozenset[int] = frozenset()
    heading: bool = False


def resolved(run: RunFolder, facts: RunFacts) -> dict[str, object]:
    """The preset as resolved, with what was changed while training; only the latter where it is damaged."""
    try:
        preset = catalogue.parse(files.text(run.preset), str(run.preset))
    except (PresetError, OSError, UnicodeDecodeError):
        return dict(facts.settings)
    kept = {key: value for key, value in catalogue.flatten(preset).items() if key not in PROSE}
    return {**kept, **facts.settings}


def letters(count: int) -> list[str]:
    """``A``, ``B``, … and after ``Z`` ``A2``, ``B2``, …"""
    rounds = [
        f"{letter}{round or ''}" for round in (0, *range(2, 2 + count // 26)) for letter in ascii_uppercase
    ]
    return rounds[:count]


def differing(settings: Sequence[Mapping[str, object]]) -> list[tuple[str, tuple[object, ...]]]:
    """``(key, value of each)`` of every setting that is not the same in all; None where one lacks it."""
    keys = dict.fromkeys(key for one in settings for key in one)
    rows = [(key, tuple(one.get(key) for one in settings)) for key in keys]
    return [(key, values) for key, values in rows if any(value != values[0] for value in values)]


def alike(contenders: Sequence[Contender]) -> list[tuple[int, ...]]:
    """The indices of the contenders, those together that differ in the seed and in nothing else.

    A fork has the past of its parent: it is nobody's seed.
    """
    groups: list[list[int]] = []
    for index, one in enumerate(contenders):
        for group in groups:
            if all(_seeds(contenders[member], one) for member in group):
                group.append(index)
                break
        else:
            groups.append([index])
    return [tuple(group) for group in groups]


def _seeds(one: Contender, other: Contender) -> bool:
    """Whether they differ in the seed alone."""
    keys = [key for key, _ in differing([one.settings, other.settings])]
    return keys == [SEED] and not (one.facts.parent or other.facts.parent)


def in_order(names: Iterable[str]) -> list[str]:
    """Names of series, those first that one compares first."""
    places = {name: place for place, name in enumerate(FIRST)}

    def place(name: str) -> tuple[object, ...]:
        return places.get(name, len(FIRST)), name.startswith(LAST), natural(name)

    return sorted(set(names), key=place)


def table(contenders: Sequence[Contender]) -> list[Row]:
    """States and verdicts, newest values, and the settings that differ, a column for each contender."""
    return [*_states(contenders), *_values(contenders), *_settings(contenders)]


def _states(contenders: Sequence[Contender]) -> list[Row]:
    def row(name: str, cells: Iterable[str]) -> Row:
        return Row(name=name, cells=tuple(cells))

    rows = [
        row("state", (states.state(one.liveness) for one in contenders)),
        row("verdict", (_verdict(one) for one in contenders)),
        row("step", (spaced(one.facts.step) for one in contenders)),
        row("done", (_done(one.facts) for one in contenders)),
        row("trained for", (duration(one.facts.elapsed) for one in contenders)),
    ]
    if any(one.facts.note for one in contenders):
        rows.append(row("note", (one.facts.note for one in contenders)))
    return rows


def _done(facts: RunFacts) -> str:
    return percent(math.floor(100 * facts.step / facts.steps) / 100) if facts.steps > 0 else ""


def newest(name: str, value: float | None) -> str:
    """The newest value of a series in few characters, yet such that two runs which differ look different."""
    if value is None:
        return ABSENT
    if series.describe(name)[0] in ("share", "of real") and math.isfinite(value):
        return share(value)
    return short(value)


def title(name: str, contenders: Sequence[Contender]) -> str:
    """What a series is called: its name, unless all that have it call it otherwise, by the name of a mode."""
    called = {presence.titles(one.facts, one.values)[name] for one in contenders if name in one.values}
    return called.pop() if len(called) == 1 else name


def _verdict(one: Contender) -> str:
    return states.verdict(one.facts.verdict, alive=one.liveness.alive) if one.values else ""


def _values(contenders: Sequence[Contender]) -> list[Row]:
    rows = [Row(name="newest values", heading=True)]
    for name in in_order(name for one in contenders for name in one.values):
        values = [one.values.get(name) for one in contenders]
        cells = tuple(newest(name, value) for value in values)
        rows.append(Row(name=title(name, contenders), cells=cells, best=_best(name, values)))
    return rows if len(rows) > 1 else [Row(name="no values yet", heading=True)]


def _best(name: str, values: Sequence[float | None]) -> frozenset[int]:
    """Who is ahead, where one way is better and not all are there."""
    better = series.describe(name)[1]
    known = {index: value for index, value in enumerate(values) if value is not None and math.isfinite(value)}
    if better == "neither" or len(set(known.values())) < 2:
        return frozenset()
    most = (max if better == "larger" else min)(known.values())
    return frozenset(index for index, value in known.items() if value == most)


def _settings(contenders: Sequence[Contender]) -> list[Row]:
    found = differing([one.settings for one in contenders])
    if not found:
        return [Row(name="all settings are the same", heading=True)]
    rows = [Row(name="settings that differ", heading=True)]
    for key, values in found:
        rows.append(Row(name=key, cells=tuple(ABSENT if one is None else setting(one) for one in values)))
    return rows
