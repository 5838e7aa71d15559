"""From a preset to a run in training: the one place where presets meet the engine's launcher."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from engine.run import launch
from engine.run.errors import UsageError
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from presets import catalogue, live
from presets.schema import Preset


def start(
    runs: Path,
    name: str,
    preset: Preset,
    *,
    origin: str = "",
    waiting: launch.WaitingWorker | None = None,
) -> RunFolder:
    """Make a run of that preset and start training it, in the worker that waits where there is one.

    ``origin`` is what ``latentop train`` takes for the preset, where that is not its name.

    Raises UsageError or StorageError where the runs folder can't be written.
    """
    run = _make(runs, name, preset, origin)
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


def _make(runs: Path, name: str, preset: Preset, origin: str, *, queued: bool = False) -> RunFolder:
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
    )
    code = _read_code(preset)
    preset = catalogue.with_code(preset, next(iter(code), ""))  # where it lies beside the run's own preset
    return launch.new(runs, facts, catalogue.dump(preset), code, queued=queued)


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
