"""Runs side by side: which settings differ, who is ahead, who differs in nothing but the seed. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from string import ascii_uppercase

from latentop.engine.run import series
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.series import PRESENCE
from latentop.engine.run.verdicts import unjudged
from latentop.tui.model import judgement, mode_presence, run_state
from latentop.tui.model.number_text import brief, duration, percent, spaced
from latentop.tui.model.plain_text import RECENT, setting
from latentop.tui.model.shown_series import in_order

SEEDS = ("seed", "config/seed")
"""Of a preset, and of what a script says of itself."""
ABSENT = "-"
FEATURES = ("diversity/", "quality/")
"""What begins the names of what is measured in features of images."""
PIXELS = ("diversity/detail", "diversity/copied")
"""Those among them that are measured in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A run that is compared: ``letter`` names it in charts and tables, ``values`` are its newest,
    of series that jump from batch to batch recent means.

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
class ComparisonRow:
    """A row of the table: a cell for each contender; ``best`` are the indices of those that are ahead."""

    name: str
    cells: tuple[str, ...] = ()
    best: frozenset[int] = frozenset()
    heading: bool = False


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
    return len(keys) == 1 and keys[0] in SEEDS and not (one.facts.parent or other.facts.parent)


def table(contenders: Sequence[Contender]) -> list[ComparisonRow]:
    """States and verdicts, values and means, the settings that differ: a column for each contender."""
    return [*_states(contenders), *_values(contenders), *_settings(contenders)]


def _states(contenders: Sequence[Contender]) -> list[ComparisonRow]:
    def row(name: str, cells: Iterable[str]) -> ComparisonRow:
        return ComparisonRow(name=name, cells=tuple(cells))

    rows = [
        row("state", (run_state.state(one.liveness) for one in contenders)),
        row("verdict", (_verdict(one) for one in contenders)),
        row("step", (spaced(one.facts.step) for one in contenders)),
        row("done", (_done(one.facts) for one in contenders)),
    ]
    if not same_features(contenders):
        rows.append(row("measured in", (_features(one) for one in contenders)))
    if any(times := [_trained(one.facts) for one in contenders]):
        rows.append(row("trained for", times))
    if any(reasons := [_unjudged(one) for one in contenders]):
        rows.insert(2, row("not judged", reasons))
    if any(one.facts.note for one in contenders):
        rows.append(row("note", (one.facts.note for one in contenders)))
    return rows


def same_features(contenders: Sequence[Contender]) -> bool:
    """Whether all whose samples are measured are so in the same features: values of others are others."""
    return len({one.facts.features for one in contenders if _measured(one)}) < 2


def _measured(one: Contender) -> bool:
    return any(name.startswith(FEATURES) and name not in PIXELS for name in one.values)


def _features(one: Contender) -> str:
    return one.facts.features if _measured(one) else ""


def _trained(facts: RunFacts) -> str:
    """How long; nothing where the log of another program doesn't tell."""
    return duration(facts.elapsed) if facts.elapsed or not facts.watches else ""


def _done(facts: RunFacts) -> str:
    return percent(math.floor(100 * facts.step / facts.steps) / 100) if facts.steps > 0 else ""


def newest(name: str, value: float | None) -> str:
    """The newest value of a series in few characters, yet such that two runs which differ look different."""
    if value is None:
        return ABSENT
    return brief(value, relative=series.of(name).relative)


def title(name: str, contenders: Sequence[Contender]) -> str:
    """What a series is called: its name; a mode by its own, or by its number where the runs differ."""
    called = {mode_presence.titles(one.facts, one.values)[name] for one in contenders if name in one.values}
    if len(called) == 1:
        return called.pop()
    return series.of(name).label if name.startswith(PRESENCE) else name


def _verdict(one: Contender) -> str:
    return judgement.verdict(one.facts, alive=one.liveness.alive) if one.values else ""


def _unjudged(one: Contender) -> str:
    """Why it was not judged, without the numbers: a column is narrow."""
    found = unjudged(one.facts, alive=one.liveness.alive) if one.values else None
    return found.why.partition(":")[0] if found else ""


def _values(contenders: Sequence[Contender]) -> list[ComparisonRow]:
    rows: dict[str, list[ComparisonRow]] = {"newest values": [], f"{RECENT}s": []}
    same_data, features = len({one.facts.data for one in contenders}) == 1, same_features(contenders)

    def comparable(name: str) -> bool:
        in_features = name.startswith(FEATURES) and name not in PIXELS
        return (same_data or series.of(name).unit == "of real") and (features or not in_features)

    for name in in_order(name for one in contenders for name in one.values):
        values = [one.values.get(name) for one in contenders]
        cells = tuple(newest(name, value) for value in values)
        best = _best(name, values) if comparable(name) else frozenset[int]()
        kind = f"{RECENT}s" if series.of(name).noisy else "newest values"
        rows[kind].append(ComparisonRow(name=title(name, contenders), cells=cells, best=best))
    found = [(ComparisonRow(name=kind, heading=True), *some) for kind, some in rows.items() if some]
    return list(chain(*found)) or [ComparisonRow(name="no values yet", heading=True)]


def _best(name: str, values: Sequence[float | None]) -> frozenset[int]:
    """Who is ahead, where one way is better and not all are there."""
    known = {index: value for index, value in enumerate(values) if value is not None and math.isfinite(value)}
    if series.of(name).better == "neither" or len(set(known.values())) < 2:
        return frozenset()
    behind = {index: series.behind(name, value) for index, value in known.items()}
    return frozenset(index for index, value in behind.items() if value == min(behind.values()))


def _settings(contenders: Sequence[Contender]) -> list[ComparisonRow]:
    found = differing([one.settings for one in contenders])
    if not found:
        return [ComparisonRow(name="all settings are the same", heading=True)]
    rows = [ComparisonRow(name="settings that differ", heading=True)]
    for key, values in found:
        rows.append(
            ComparisonRow(name=key, cells=tuple(ABSENT if one is None else setting(one) for one in values))
        )
    return rows
