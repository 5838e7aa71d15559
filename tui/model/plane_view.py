"""What a run's points are in the plane: samples over modes, codings by class, a trail. Pure."""

from collections.abc import Sequence
from math import isfinite

import numpy as np

from latentop.engine.run import plane
from latentop.engine.run.verdicts import unjudged_samples
from latentop.tui.draw.charts.axis import Limits, value_axis
from latentop.tui.draw.charts.plane import Crowd, Entry, Plane, Spot
from latentop.tui.draw.charts.reduction import Floats, Integers
from latentop.tui.model import derived, mode_presence
from latentop.tui.model.plain_text import clean
from latentop.tui.model.state import State

MARGIN = 1.2
"""How much more of the plane is seen than what has to be."""
WITHIN = 0.995
"""Of codings so many, one way and the other, have room; the rest lie on the edge."""
SMALLEST = 0.5
"""The least that is seen to each side of the place that a trail goes around."""
FEWEST = 150
"""Fewer points than that have a sign each, in the place of dots."""
FEW = 0.5
"""Of its share of real data: a mode with less is rare."""
CLASSES = (
    "#1f77b4",
    "#ff7f0e",
    "#2ca02c",
    "#d62728",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#9a9a9a",
    "#bcbd22",
    "#17becf",
)
"""The colours of classes, ten well-known ones; then again from the first."""
FAINT = "faint"
"""The colour of what lies far back."""
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What stands for a class where there are no colours."""
ANGLE = "pca/angle"
"""The series that tells how far a linear autoencoder's plane is off PCA's, in degrees."""
EXACT = 0.01
"""Degrees below which they are one."""
AGES = (FAINT, FAINT, "primary", "accent")
"""The colours of a trail, the newest last."""
FULL, SOME, NONE, PLACE, NOW = "●", "◐", "○", "○", "◆"
"""The signs of modes by how many samples they have, of a place that should be reached, and of what is now."""
DOTS = "·"
Cloud = tuple[Floats, Integers]
Reach = tuple[Limits, Limits]


def plane_of(state: State, kinds: Sequence[str], before: Reach | None = None) -> Plane | None:
    """The plane with the points of frames of these kinds; None where these are images, or of older runs.

    ``before``: what was seen of the plane, which moves only where it must.
    """
    clouds = {kind: cloud for kind in kinds if (cloud := _cloud(state, kind)) is not None}
    if not clouds:
        return None
    first = next(iter(clouds))
    axes = state.facts.axes.get(first, ("", ""))
    if first == "codings":
        return _by_class(state, clouds[first], axes, before)
    if "reconstruction" in clouds or first == "input":
        return _reconstructed(state, clouds, axes, before)
    marks = _marks(state)
    if len(marks) == 1:
        return _trail(clouds[first], marks, axes, before)
    return _over_modes(state, clouds, marks, axes, before)


def _cloud(state: State, kind: str) -> Cloud | None:
    frame = state.frames.get(f"{kind}{plane.SUFFIX}")
    return None if frame is None else plane.unpacked(frame.images)


def _marks(state: State) -> Floats:
    frame = state.frames.get(plane.MARKS)
    return np.zeros((0, 2)) if frame is None else plane.unpacked(frame.images)[0]


def _over_modes(
    state: State, clouds: dict[str, Cloud], marks: Floats, axes: tuple[str, str], before: Reach | None
) -> Plane:
    """Samples, or real points, or both, over the modes of a mixture."""
    crowds, legend = [], []
    kinds = (("real", "r", "success", "real points"), ("samples", "", "primary", "samples"))
    for kind, letter, colour, text in kinds:
        if kind in clouds:
            crowds.append(Crowd(places=clouds[kind][0], colour=colour, letter=letter))
            beside = letter if len(clouds) > 1 else ""
            legend.append(Entry(sign=DOTS, text=text, colour=colour, letter=beside))
    spots, told = _modes(state, marks) if "samples" in clouds else _places(marks)
    real = _cloud(state, "real")
    base = next(iter(clouds.values()))[0] if real is None else real[0]
    x, y = _around(marks) if len(marks) else _reach(base, before, WITHIN)
    return Plane(
        crowds=tuple(crowds), spots=spots, legend=(*told, *legend), axes=axes, x=x, y=y, outside=False
    )


def _places(marks: Floats) -> tuple[tuple[Spot, ...], tuple[Entry, ...]]:
    spots = tuple(Spot(x=x, y=y, sign=PLACE, colour="accent") for x, y in marks.tolist())
    return spots, (Entry(sign=PLACE, text="modes", colour="accent"),) if spots else ()


def _modes(state: State, marks: Floats) -> tuple[tuple[Spot, ...], tuple[Entry, ...]]:
    """The modes, each by how many samples it has; and what the signs say."""
    modes = mode_presence.modes(state)
    if len(modes) != len(marks):
        return _places(marks)
    early = unjudged_samples(state.facts, alive=True) is not None
    kinds = {
        "full": (FULL, "success", "found"),
        "few": (SOME, "warning", "few"),
        "none": (NONE, "foreground" if early else "error", "none"),
    }
    found = [_how(mode) for mode in modes]
    spots = tuple(
        Spot(x=x, y=y, sign=kinds[how][0], colour=kinds[how][1], name=clean(mode.name))
        for (x, y), how, mode in zip(marks.tolist(), found, modes, strict=True)
    )
    return spots, tuple(
        Entry(sign=sign, text=f"{text} {found.count(how)}", colour=colour)
        for how, (sign, colour, text) in kinds.items()
    )


def _how(mode: mode_presence.Mode) -> str:
    return "none" if not mode.there else "few" if mode.share < FEW else "full"


def _trail(cloud: Cloud, marks: Floats, axes: tuple[str, str], before: Reach | None) -> Plane:
    """Where two numbers went, around the place where both should end."""
    places, ages = cloud
    crowds = [Crowd(places=places[ages == age], colour=colour) for age, colour in enumerate(AGES)]
    (centre,) = marks.tolist()
    spots = [Spot(x=centre[0], y=centre[1], sign=PLACE, colour="success")]
    if len(places):
        spots.append(Spot(x=float(places[-1, 0]), y=float(places[-1, 1]), sign=NOW, colour="accent"))
    mirrored = np.concatenate([places, 2 * marks - places, marks - SMALLEST, marks + SMALLEST])
    x, y = _reach(mirrored, before, 1.0)
    return Plane(
        crowds=tuple(crowds),
        spots=tuple(spots),
        legend=(
            Entry(sign=PLACE, text="equilibrium", colour="success"),
            Entry(sign=NOW, text="now", colour="accent"),
            Entry(sign=DOTS, text="the steps before", colour="primary"),
        ),
        axes=axes,
        x=x,
        y=y,
    )


def _by_class(state: State, cloud: Cloud, axes: tuple[str, str], before: Reach | None) -> Plane:
    """Codings, in the colours of their classes."""
    places, labels = cloud
    count = max(len(state.facts.classes), int(labels.max(initial=0)) + 1)
    names = [clean(one) for one in state.facts.classes] or [f"class {number}" for number in range(count)]
    names += [f"class {number}" for number in range(len(names), count)]
    shown = [number for number in range(count) if (labels == number).any()]
    crowds = tuple(
        Crowd(places=places[labels == number], colour=_hue(number), letter=LETTERS[number % len(LETTERS)])
        for number in shown
    )
    legend = tuple(
        Entry(sign=FULL, text=names[number], colour=_hue(number), letter=LETTERS[number % len(LETTERS)])
        for number in shown
    )
    x, y = _reach(places, before, WITHIN)
    return Plane(
        crowds=crowds,
        legend=legend if len(shown) > 1 else (),
        axes=axes,
        x=x,
        y=y,
        layered=False,
        outside=True,
        stretched=True,
    )


def _hue(number: int) -> str:
    return CLASSES[number % len(CLASSES)]


def _reconstructed(
    state: State, clouds: dict[str, Cloud], axes: tuple[str, str], before: Reach | None
) -> Plane:
    """Data, and over them what was made of their codings."""
    crowds, legend = [], []
    kinds = (("input", NONE, "foreground", "data"), ("reconstruction", FULL, "accent", "reconstructions"))
    for kind, sign, colour, text in kinds:
        if kind in clouds:
            places = clouds[kind][0]
            few = len(places) < FEWEST
            letter = kind[0]
            crowds.append(Crowd(places=places, colour=colour, letter=letter, sign=sign if few else ""))
            told = f"{text}{_off(state)}" if kind == "reconstruction" else text
            beside = "" if few else letter
            legend.append(Entry(sign=sign if few else DOTS, text=told, colour=colour, letter=beside))
    x, y = _reach(next(iter(clouds.values()))[0], before, 1.0)
    return Plane(crowds=tuple(crowds), legend=tuple(legend), axes=axes, x=x, y=y, outside=True)


def _off(state: State) -> str:
    """How far a linear autoencoder's plane is off PCA's, where that is measured."""
    angle = derived.typical(state, ANGLE)
    if angle is None or not isfinite(angle):
        return ""
    return f", {angle:.2g}° off PCA" if angle >= EXACT else f", <{EXACT:g}° off PCA"


def _around(places: Floats) -> Reach:
    """The square that holds all places with a margin."""
    low, high = places.min(axis=0), places.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-6) * MARGIN
    x, y = ((float(middle) - half, float(middle) + half) for middle in (low + high) / 2)
    return x, y


def _reach(places: Floats, before: Reach | None, within: float) -> Reach:
    """Round limits that hold so much of the places; those of before while they do."""
    if not len(places):
        return before or ((-1.0, 1.0), (-1.0, 1.0))
    low, high = (np.quantile(places, share, axis=0) for share in (1 - within, within))
    x, y = (
        value_axis(float(low[axis]), float(high[axis]), before[axis] if before else None) for axis in (0, 1)
    )
    return x, y
