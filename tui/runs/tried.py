"""What the runs of a folder tell of presets: which were trained here, how that went, how long one takes."""

import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from latentop.engine.run import deletion, folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.verdicts import rank
from latentop.presets import catalogue, fields
from latentop.presets.preset_error import PresetError
from latentop.presets.preview import Preview
from latentop.tui.runs.current_preset import resolved
from latentop.tui.runs.glance import glance

FEWEST_STEPS, LEAST_SECONDS = 50, 5.0
"""Of a run that tells how fast this machine is."""
FREE = re.compile(r"steps|seed|data\.path|keep\..+|watch\..+|.+\.(lr|schedule|beta1|beta2|initialisation)")
"""Settings that have no say in how long a step takes, or next to none."""
FAILED = ("failed", "crashed")
WELL, ILL, BEGUN = "✔", "✖", "·"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The newest run of a preset. ``speed`` is that of the newest which tells it: steps a second, here.

    Only a run on the same data and with the same settings tells it, and what it takes on disk.
    """

    mark: str
    speed: float | None = None
    measured: str = ""
    """The run that was so fast."""
    size: int | None = None
    """Bytes that the newest run which finished takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """How long a preset takes, in seconds, and by what that is judged; ``here``: by this machine."""

    seconds: float
    judged_by: str
    here: bool


def tried(runs: Path) -> dict[str, Tried]:
    """The presets that the folder has runs of; what can't be read is passed over."""
    found: dict[str, Tried] = {}
    try:
        every = folder.every(runs)
    except (LatentopError, OSError):
        return found
    here = socket.gethostname()
    settings = cache(_settings)
    for run in every:  # newest first
        try:
            facts, state = glance(run)
        except Exception:  # a damaged run may fail in any way, and must not stand in the way of others
            continue
        if facts.scripted or not facts.preset:
            continue
        known = found.get(facts.preset)
        alike = _slowing(resolved(run, facts)) == settings(facts.preset)
        speed = _speed(facts) if alike and facts.host == here else None
        finished = alike and state.name == "finished"
        measured = bool(speed) and (known is None or known.speed is None)
        found[facts.preset] = Tried(
            mark=known.mark if known else _mark(facts, state),
            speed=speed if measured else known.speed if known else None,
            measured=run.id if measured else known.measured if known else "",
            size=known.size if known and known.size else deletion.size(run) if finished else None,
        )
    return found


def takes(name: str, steps: int, known: Mapping[str, Tried], previews: Mapping[str, Preview]) -> Takes | None:
    """How long so many steps of a preset take; None where nothing tells.

    Who never trained it here is told by the speed of the machine that made its preview, and by how other
    presets compare with that here.
    """
    one, preview = known.get(name), previews.get(name)
    if one is not None and one.speed:
        return Takes(seconds=steps / one.speed, judged_by=one.measured, here=True)
    if preview is None or preview.speed <= 0:
        return None
    paces = [
        other.speed / previews[called].speed
        for called, other in known.items()
        if other.speed and called in previews and previews[called].speed > 0
    ]
    pace = median(paces) if paces else 1.0
    by = f"{_counted(paces)} trained here" if paces else "the machine that made the preview"
    return Takes(seconds=steps / (preview.speed * pace), judged_by=by, here=False)


def _counted(paces: Sequence[float]) -> str:
    return "another preset" if len(paces) == 1 else f"{len(paces)} other presets"


def _mark(facts: RunFacts, state: Liveness) -> str:
    if state.name in FAILED or rank(facts.verdict) == 0:
        return ILL
    return WELL if facts.verdict == "healthy" else BEGUN


def _settings(name: str) -> Mapping[str, object] | None:
    """What has a say in how long a step of the preset takes; None where there is no such preset now."""
    try:
        return _slowing(catalogue.flatten(catalogue.load(catalogue.find(name))))
    except PresetError:
        return None


def _slowing(settings: Mapping[str, object]) -> dict[str, object]:
    return {
        key: value for key, value in settings.items() if key not in fields.ABOUT and not FREE.fullmatch(key)
    }


def _speed(facts: RunFacts) -> float | None:
    steps = facts.step - facts.parent_step
    return steps / facts.elapsed if steps >= FEWEST_STEPS and facts.elapsed >= LEAST_SECONDS else None
