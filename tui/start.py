"""From a preset to a run in training: the one place where presets meet the engine's launcher."""

from pathlib import Path

from engine.run import launch
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from presets import catalogue
from presets.schema import Preset


def start(runs: Path, name: str, preset: Preset, waiting: launch.WaitingWorker | None = None) -> RunFolder:
    """Make a run of that preset and start training it, in the worker that waits where there is one.

    Raises UsageError or StorageError where the runs folder can't be written.
    """
    preset = catalogue.anchored(preset)
    facts = RunFacts(
        preset=name,
        title=preset.title,
        kind=preset.tag,
        data=catalogue.data_name(preset),
        seed=preset.seed,
        steps=preset.steps,
        settings=catalogue.live(preset),
    )
    run = launch.new(runs, facts, catalogue.dump(preset))
    if waiting is None:
        launch.start(run)
    else:
        waiting.claim(run)
    return run
