"""From a preset to a run in training: the one place where presets meet the engine's launcher."""

from pathlib import Path

from engine.run import launch
from engine.run.errors import UsageError
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from presets import catalogue
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
    preset = catalogue.anchored(preset)
    facts = RunFacts(
        preset=name,
        origin=origin or name,
        title=preset.title,
        kind=preset.tag,
        data=catalogue.data_name(preset),
        seed=preset.seed,
        steps=preset.steps,
        settings=catalogue.live(preset),
    )
    code = _read_code(preset)
    preset = catalogue.with_code(preset, next(iter(code), ""))  # where it lies beside the run's own preset
    run = launch.new(runs, facts, catalogue.dump(preset), code)
    if waiting is None:
        launch.start(run)
    else:
        waiting.claim(run)
    return run


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
