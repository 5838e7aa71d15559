"""What really happened in a run, from the truth beside its trace alone: which failure, and from when on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.alarms.trace import Trace
from benchmarks.alarms.truth import Look

Kind = Literal[
    "healthy", "collapse", "divergence", "memorising", "over-fitting", "posterior-collapse", "unclear"
]

RAN_AWAY = 100.0
"""Times the largest weight at the first look, and at least this much in itself: the weights ran away."""
GOOD = 0.3
"""Share of good samples from which on counting their modes means something."""
HALF, MOST, LASTING = 0.5, 0.8, 5
"""Modes: gone at half of them for so many looks; there with most of them at the end."""
COPYING, COPIES = 0.25, 0.5
WORSE = 1.1
"""Times its best error on unseen images: over-fitted."""
SAME = 0.05
"""Reconstructions that vary by less than this share of the images' variance: all the same answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """``onset`` is the step at which it began, ``damage`` that at which half was lost; None where healthy."""

    kind: Kind
    onset: int | None = None
    damage: int | None = None


def label(trace: Trace) -> Label:
    """The failure of a run; of several the one that leaves least to be saved."""
    looks = trace.truth
    return (
        _divergence(trace)
        or _memorising(looks)
        or _collapse(looks)
        or _autoencoder(looks)
        or Label(kind="healthy" if _fine(looks) else "unclear")
    )


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


def _collapse(looks: Sequence[Look]) -> Label | None:
    counted = [one for one in looks if one.modes is not None and one.good is not None]
    gone = [one.modes is not None and one.modes <= HALF and (one.good or 0) >= GOOD for one in counted]
    for place, one in enumerate(counted):
        if all(gone[place : place + LASTING]) and len(gone) - place >= LASTING:
            before = [earlier.modes or 0.0 for earlier in counted[:place]]
            whole = [p for p, modes in enumerate(before) if modes >= 0.9 * max(before)]
            onset = counted[whole[-1]].step if whole else one.step
            return Label(kind="collapse", onset=onset, damage=one.step)
    return None


def _autoencoder(looks: Sequence[Look]) -> Label | None:
    known = [(one.step, one.unseen, one.answers) for one in looks if one.unseen is not None]
    if not known:
        return None
    steps = [step for step, _, _ in known]
    errors = [unseen for _, unseen, _ in known]
    answers = [answer for _, _, answer in known if answer is not None]
    if np.median(answers[-3:]) < SAME:
        return Label(kind="posterior-collapse", onset=steps[0], damage=steps[-1])
    best = int(np.argmin(errors))
    worse = [step for step, error in zip(steps, errors, strict=True) if error > WORSE * errors[best]]
    late = [step for step in worse if step > steps[best]]
    if len(late) >= LASTING and errors[-1] > WORSE * errors[best]:
        return Label(kind="over-fitting", onset=steps[best], damage=late[0])
    return None


def _fine(looks: Sequence[Look]) -> bool:
    """Whether most modes are there at the end, where there are any to count."""
    modes = [one.modes for one in looks if one.modes is not None]
    return not modes or float(np.median(modes[-3:])) >= MOST
