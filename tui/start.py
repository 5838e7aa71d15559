"""From a preset to a run in training: the one place where presets meet the engine's launcher."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.run import launch
from engine.run.errors import UsageError
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from presets import catalogue, live
from presets.schema import Preset


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """What a fork begins with: a checkpoint, and the id of the run and the step that it is of."""

    run: str
    step: int
    checkpoint: Path


def start(
    runs: Path,
    name: str,
    preset: Preset,
    *,
    origin: str = "",
    parent: Parent | None = None,
    waiting: launch.WaitingWorker | None = None,
) -> RunFolder:
    """Make a run of that preset and start training it, in the worker that waits where there is one.

    ``origin`` is what ``latentop train`` takes for the preset, where that is not its name. With a ``parent``
    it is a fork, and begins where that was.

    Raises UsageError or StorageError where the runs folder can't be written.
    """
    run = _make(runs, name, preset, origin, parent=parent)
    if waiting is None:
        launch.start(run)
    else:
        waiting.claim(run)
    return run


def start_several(
    runs: Path, name: str, preset: Preset, *, seeds: Sequence[int], jobs: int, origin: str = ""
) -> list[RunFolder]:
    """Make a run of that preset for each seed, and the queue that trains them, ``jobs`` at a time.

    Raises PresetError for a seed that can't be, and UsageError or StorageError as above: then none is made.
    """
    presets = [catalogue.override(preset, [f"seed={seed}"]) for seed in seeds]
    made: list[RunFolder] = []
    try:
        for one in presets:
            made.append(_make(runs, name, one, origin, queued=True))
        launch.queue(made, jobs)
    except BaseException:
        for run in made:
            shutil.rmtree(run.path, ignore_errors=True)
        raise
    return made


def _make(
    runs: Path,
    name: str,
    preset: Preset,
    origin: str,
    *,
    queued: bool = False,
    parent: Parent | None = None,
) -> RunFolder:
    preset = catalogue.anchored(preset)
    facts = RunFacts(
        preset=name,
        origin=origin or name,
        title=preset.title,
        kind=preset.tag,
        data=catalogue.data_name(preset),
        seed=preset.seed,
        steps=preset.steps,
        settings=live.settings(preset),
        parent=parent.run if parent else "",
        parent_step=parent.step if parent else 0,
        step=parent.step if parent else 0,
    )
    code = _read_code(preset)
    preset = catalogue.with_code(preset, next(iter(code), ""))  # where it lies beside the run's own preset
    run = launch.new(runs, facts, catalogue.dump(preset), code, queued=queued)
    if parent:
        _keep(parent.checkpoint, run)
    return run


def _keep(checkpoint: Path, run: RunFolder) -> None:
    """Let the run have the checkpoint, whatever becomes of the parent. Raises UsageError, with no run."""
    try:
        try:
            os.link(checkpoint, run.graft)
        except OSError:  # another disk, or one without links
            shutil.copyfile(checkpoint, run.graft)
            run.graft.chmod(0o600)
    except OSError as error:
        shutil.rmtree(run.path, ignore_errors=True)
        raise UsageError(
            f"{checkpoint} can't be copied: {error.strerror}", "fork from another one"
        ) from error


def _read_code(preset: Preset) -> dict[str, bytes]:
    """The file with the preset's own networks, which the run keeps as it is now. Raises UsageError."""
    if not preset.code:
        return {}
    path = Path(preset.code)
    try:
        return {path.name: path.read_bytes()}
    except OSError as error:
        raise UsageError(
            f"{path} can't be read: {error.strerror}", "the preset says code = FILE.py"
        ) from error
