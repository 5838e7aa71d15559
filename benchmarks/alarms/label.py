"""What really happened in a run, from the truth beside its trace alone: which failure, and from when on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmarks.alarms.ground_truth import Look
from benchmarks.alarms.recipes import RECIPES
from benchmarks.alarms.run_trace import Trace

Kind = Literal[
    "healthy",
    "collapse",
    "divergence",
    "oscillation",
    "memorising",
    "over-fitting",
    "posterior-collapse",
    "unclear",
]

MADE = frozenset(recipe.name for recipe in RECIPES if recipe.kind == "made images")
RAN_AWAY = 100.0
"""Times the largest weight at the first look, and at least this much in itself: the weights ran away."""
GOOD, WELL = 0.15, 0.3
"""Share of good samples: counting modes means something from here on, so that a run that ends with fewer is
unclear; and they are well drawn from here."""
QUARTER, HALF, MOST, LASTING = 0.25, 0.5, 0.75, 5
"""Where most modes were there, half of all is a collapse, else half of what was there; for so many looks.
A quarter of all, to the end, is one too; of made images, whose modes no classifier takes for others, half."""
ALIKE = 0.4
"""Of real images' distance: samples nearer to one another are the same."""
LATELY, KEPT = 9, 0.75
"""A healthy run ends, over so many looks, with this share of the most modes and good samples it ever had."""
COPYING, COPIES = 0.25, 0.5
WORSE = 1.1
"""Times its best error on unseen images: over-fitted."""
SAME = 0.05
"""Reconstructions that vary by less than this share of the images' variance: all the same answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """``onset`` is the step at which it began, ``damage`` that at which half was lost.

    None where healthy; no damage where there never was anything to lose."""

    kind: Kind
    also: tuple[Kind, ...] = ()
    """Other failures that are true of it."""
    onset: int | None = None
    damage: int | None = None


def label(trace: Trace) -> Label:
    """The failure of a run; of several the one that leaves least to be saved, and the others with it."""
    looks = trace.truth
    found = (_divergence(trace), _memorising(looks), _collapse(trace), _swinging(trace), _autoencoder(looks))
    failures = [one for one in found if one is not None]
    if not failures:
        return Label(kind="healthy" if _fine(looks) else "unclear")
    first, *others = failures
    return replace(first, also=tuple(one.kind for one in others))


def _divergence(trace: Trace) -> Label | None:
    """Losses that are no numbers, or weights that are none or a hundred times what they were."""
    broken = [
        int((~np.isfinite(values)).argmax()) + 1
        for values in trace.series.values()
        if not np.isfinite(values).all()
    ]
    limit = max(RAN_AWAY, RAN_AWAY * trace.truth[0].largest)
    away = [one.step for one in trace.truth if not one.finite or one.largest > limit]
    if not broken and not away:
        return None
    damage = min(broken + away)
    before = [one.step for one in trace.truth if one.step < damage and one.largest < limit / 10]
    return Label(kind="divergence", onset=before[-1] if before else 0, damage=damage)


def _memorising(looks: Sequence[Look]) -> Label | None:
    copies = [(one.step, one.copies) for one in looks if one.copies is not None]
    if not copies or np.median([share for _, share in copies[-3:]]) < COPIES:
        return None
    return Label(
        kind="memorising",
        onset=next(step for step, share in copies if share > COPYING),
        damage=next(step for step, share in copies if share > COPIES),
    )


def _collapse(trace: Trace) -> Label | None:
    return _lost(trace.truth) or _alike(trace.twins) or _few(trace)


def _lost(looks: Sequence[Look]) -> Label | None:
    """Half of the modes that it had, and it had more than half of all, gone for ``LASTING`` looks."""
    counted = _counted(looks)
    had = 0.0
    for place, (step, _) in enumerate(counted):
        soon = [modes for _, modes in counted[place : place + LASTING]]
        if had > HALF and len(soon) == LASTING and max(soon) <= (HALF if had > MOST else had / 2):
            whole = [one for one, there in counted[:place] if there >= 0.9 * had]
            return Label(kind="collapse", onset=whole[-1] if whole else step, damage=step)
        had = max(had, float(np.median([there for _, there in counted[max(0, place - 2) : place + 1]])))
    return None


def _alike(twins: Sequence[tuple[int, float]]) -> Label | None:
    """The same image again and again, to the end."""
    apart = [step for step, share in twins if not share < ALIKE]
    alike = [step for step, _ in twins if not apart or step > apart[-1]]
    if len(alike) < LASTING:
        return None
    return Label(kind="collapse", onset=alike[0], damage=alike[0] if apart else None)


def _few(trace: Trace) -> Label | None:
    """A quarter of the modes at most, or half, well drawn, to the end: there never were more to lose."""
    looks = trace.truth
    last = looks[-2 * LASTING :]
    most = HALF if trace.recipe in MADE else QUARTER
    if any(one.modes is None or one.good is None for one in last):
        return None
    good = float(np.median([one.good or 0.0 for one in last]))
    if good < WELL or float(np.median([one.modes or 0.0 for one in last])) > most:
        return None
    return Label(kind="collapse", onset=next(one.step for one in looks if (one.good or 0) >= GOOD))


def _counted(looks: Sequence[Look]) -> list[tuple[int, float]]:
    """Step and share of modes, where enough samples are good."""
    return [(one.step, one.modes) for one in looks if one.modes is not None and (one.good or 0) >= GOOD]


def _swinging(trace: Trace) -> Label | None:
    """The Dirac generator's place swings to both sides and as far as ever: without an end (its weight)."""
    place = trace.series.get("dirac/generator")
    if place is None:
        return None
    early, late = (part for part in np.array_split(place, 3)[::2])
    if min(late.max(), -late.min()) < HALF * np.abs(early).max():
        return None
    return Label(kind="oscillation", onset=1)


def _autoencoder(looks: Sequence[Look]) -> Label | None:
    known = [(one.step, one.unseen, one.answers) for one in looks if one.unseen is not None]
    if not known:
        return None
    steps = [step for step, _, _ in known]
    errors = [unseen for _, unseen, _ in known]
    answers = [answer for _, _, answer in known if answer is not None]
    if np.median(answers[-3:]) < SAME:
        return Label(kind="posterior-collapse", onset=steps[0])
    best = int(np.argmin(errors))
    worse = [step for step, error in zip(steps, errors, strict=True) if error > WORSE * errors[best]]
    late = [step for step in worse if step > steps[best]]
    if len(late) >= LASTING and errors[-1] > WORSE * errors[best]:
        return Label(kind="over-fitting", onset=steps[best], damage=late[0])
    return None


def _fine(looks: Sequence[Look]) -> bool:
    """Whether it has the modes and good samples that it ever had, half of all modes, and most if well drawn.

    Of samples few of which are good no classifier can say that they show the other half.
    """
    if looks[-1].unseen is not None:  # an autoencoder, whose samples are blurred by nature
        return True
    modes, good = [there for _, there in _counted(looks)], [one.good for one in looks if one.good is not None]
    if good and _lately(good)[-1] < GOOD:
        return False
    if good and modes and _lately(modes)[-1] < (MOST if _lately(good)[-1] >= WELL else HALF):
        return False
    return all(_lately(known)[-1] >= KEPT * max(_lately(known)) for known in (modes, good) if known)


def _lately(values: Sequence[float]) -> list[float]:
    """The median over the last few looks, wherever there are so many."""
    wide = min(LATELY, len(values))
    return [float(np.median(values[end - wide : end])) for end in range(wide, len(values) + 1)]
