"""From a preset to a run in training: the one place where presets meet the engine's launcher."""

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.events import AlarmRaised
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import device_probe, launch
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import write
from latentop.presets import batch_bound, catalogue, feature_choice, image_folder, live
from latentop.presets.data import Folder, Images
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset


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
    own_batch: bool = False,
    parent: Parent | None = None,
    waiting: launch.WaitingWorker | None = None,
) -> RunFolder:
    """Make a run of that preset and start training it, in the worker that waits where there is one.

    ``origin`` is what ``latentop train`` takes for the preset, where that is not its name. ``own_batch``:
    somebody named the batch, even if the preset has the same. With a ``parent`` it is a fork, and begins
    where that was.

    Raises UsageError or StorageError where the runs folder can't be written, LatentopError, with no run,
    where no process can be started, and PresetError, with no run, where ``check`` does.
    """
    run = _make(runs, name, preset, origin, own_batch=own_batch, parent=parent)
    try:
        if waiting is None:
            launch.start(run)
        else:
            waiting.claim(run)
    except LatentopError:
        shutil.rmtree(run.path, ignore_errors=True)
        raise
    return run


def check(preset: Preset, *, resumes: bool = False) -> None:
    """Raise PresetError where it is seen at once that the preset can't be trained here.

    So are a folder of images that can't be trained on, a device that isn't there, a file without a network.
    A run that ``resumes`` goes on without the latter: its samples are unmeasured then.
    """
    try:
        device_probe.check(preset.device)
    except UsageError as error:
        raise PresetError(error.message, error.hint, key="device") from error
    anchored = catalogue.anchored(preset)
    if isinstance(anchored.data, Folder):
        image_folder.check(anchored.data)
    if not resumes:
        feature_choice.check(anchored.watch.features)


def start_several(
    runs: Path,
    name: str,
    preset: Preset,
    *,
    seeds: Sequence[int],
    jobs: int,
    origin: str = "",
    own_batch: bool = False,
) -> list[RunFolder]:
    """Make a run of that preset for each seed, and the queue that trains them, ``jobs`` at a time.

    Raises PresetError for a seed that can't be, or as ``check`` does, UsageError or StorageError as above:
    then none is made.
    """
    presets = [catalogue.override(preset, [f"seed={seed}"]) for seed in seeds]
    made: list[RunFolder] = []
    try:
        for one in presets:
            made.append(_make(runs, name, one, origin, own_batch=own_batch, queued=True))
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
    own_batch: bool,
    queued: bool = False,
    parent: Parent | None = None,
) -> RunFolder:
    preset = catalogue.anchored(preset)
    check(preset)
    own_batch = own_batch or not _is_batch_of(origin or name, preset)
    if own_batch or not isinstance(preset.data, Images):  # else it is made to fit
        batch_bound.check(preset)
    facts = RunFacts(
        preset=name,
        origin=origin or name,
        title=preset.title,
        kind=preset.tag,
        data=catalogue.data_name(preset),
        seed=preset.seed,
        steps=preset.steps,
        settings=live.settings(preset),
        own_batch=own_batch,
        parent=parent.run if parent else "",
        parent_step=parent.step if parent else 0,
        step=parent.step if parent else 0,
    )
    code = _read_code(preset)
    preset = catalogue.with_code(preset, next(iter(code), ""))  # where it lies beside the run's own preset
    run = launch.new(runs, facts, catalogue.dump(preset), code, queued=queued)
    if parent:
        _keep(parent, run)
        _inherit(parent, run)
    return run


def names_batch(words: Iterable[str]) -> bool:
    """Whether one of the settings ``KEY=VALUE`` is the batch."""
    return any(word.partition("=")[0].strip() == "batch" for word in words)


def _is_batch_of(name: str, preset: Preset) -> bool:
    """Whether that preset has the batch that it is found with, so that nobody chose another."""
    try:
        return catalogue.load(catalogue.find(name)).batch == preset.batch
    except PresetError:
        return False


def _keep(parent: Parent, run: RunFolder) -> None:
    """Let the run have the checkpoint, and what the parent trained on, whatever becomes of the parent.

    Raises UsageError, with no run.
    """
    checkpoint, files = parent.checkpoint, RunFolder(parent.checkpoint.parent.parent).files
    try:
        try:
            os.link(checkpoint, run.graft)
        except OSError:  # another disk, or one without links
            shutil.copyfile(checkpoint, run.graft)
            run.graft.chmod(0o600)
        if files.exists():  # a copy: each run writes its own
            shutil.copyfile(files, run.files)
            run.files.chmod(0o600)
    except OSError as error:
        shutil.rmtree(run.path, ignore_errors=True)
        raise UsageError(
            f"{checkpoint} can't be copied: {error.strerror}", "fork from another one"
        ) from error


def _inherit(parent: Parent, run: RunFolder) -> None:
    """Let the alarms stand that stood at the parent's checkpoint: the watch goes on with them."""
    with closing(Reader(RunFolder(parent.checkpoint.parent.parent).database)) as reader:
        alarms = reader.alarms()
    events = [
        AlarmRaised(
            name=one.name,
            severity="critical" if one.severity == "critical" else "warning",
            step=one.raised_step,
            wall=one.raised_wall,
            sentence=f"{one.sentence} · in its parent, {parent.run}",
            advice=one.advice,
            evidence=one.evidence,
        )
        for one in alarms
        if one.raised_step <= parent.step and (one.cleared_step is None or one.cleared_step > parent.step)
    ]
    write(run.database, *events)


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
