"""What comes before the first step: a device, the data, networks, and the way in which steps are fastest."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

import numpy as np
import torch

from latentop.engine.data import Dataset, batch, load
from latentop.engine.data.fingerprint import Files
from latentop.engine.data.fingerprint import load as load_files
from latentop.engine.data.fingerprint import save as save_files
from latentop.engine.models import inspection
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Facts, Mark
from latentop.engine.run.facts import BUILDING, RunFacts, told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.writer import say, write
from latentop.engine.train import devices, speed_trial
from latentop.engine.train.stopwatch import Stopwatch
from latentop.engine.train.trainer import Trainer
from latentop.engine.watch.samples import meters
from latentop.presets.data import Images
from latentop.presets.networks import Own
from latentop.presets.schema import Preset

log = logging.getLogger("latentop")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A trainer before its first step, and what it trains on."""

    trainer: Trainer
    dataset: Dataset
    before: Files | None
    """The files that the run, or that which it is a fork of, has trained on; None where nobody knows."""
    device: str
    """In words."""
    facts: Facts
    """How it was built."""


def prepare(run: RunFolder, preset: Preset, before: RunFacts, clock: Stopwatch, *, resume: bool) -> Prepared:
    """Make ready to train, with the clock held, and say in the run what takes its time.

    ``before`` is what the run has said of itself. Raises UsageError or DataError where it can't train.
    """
    clock.hold()
    known = _files_before(run, preset, resume=resume)
    preset, dataset, device = _data(run, preset, before, known, resume=resume)
    files = dataset.files
    building = told(
        detail=BUILDING,
        data_source=dataset.source,
        classes=dataset.classes,
        data_counts=dataset.counts,
        data_files=len(files.names) if files else 0,
        data_fingerprint=files.digest if files else "",
    )
    say(run.database, building)
    with suppress(*([UsageError] if resume else [])):  # then the first check tells it, and training goes on
        meters.try_features(preset, dataset)
    trainer = Trainer(preset, dataset, device, wall=time.time, clock=clock)
    way = speed_trial.way(
        preset, dataset, device, trainer.objective, before=before.compute if resume else None
    )
    way.take(trainer.objective)
    clock.go()
    if files:  # as they are; before its first step it has trained on nothing more
        save_files(files.after(np.empty(0, dtype=np.int64), known), run.files)
    if not resume:
        mark(run, "network", *_remarks(trainer, dataset))
    name = devices.name(device, channels_last=way.channels_last, precision=preset.precision)
    return Prepared(
        trainer=trainer,
        dataset=dataset,
        before=known,
        device=name,
        facts=told(compute=asdict(way), device=name),
    )


def mark(run: RunFolder, kind: str, *texts: str, step: int = 0) -> None:
    """Write marks, while no recorder does: what is to be known before training, such as skipped files."""
    write(run.database, *(Mark(step=step, wall=time.time(), kind=kind, text=text) for text in texts))


def _remarks(trainer: Trainer, dataset: Dataset) -> Iterator[str]:
    """What is odd about networks of somebody's own."""
    for name, network in trainer.objective.networks.items():
        spec = getattr(trainer.preset, name, None)
        if isinstance(spec, Own):
            yield from inspection.remarks(network, spec, dataset.shape, trainer.device)


def _files_before(run: RunFolder, preset: Preset, *, resume: bool) -> Files | None:
    """A fork on another folder begins with other files, whatever their names."""
    known = load_files(run.files)
    elsewhere = known is not None and known.root != getattr(preset.data, "path", None)
    return None if elsewhere and not resume else known


def _data(
    run: RunFolder, preset: Preset, before: RunFacts, known: Files | None, *, resume: bool
) -> tuple[Preset, Dataset, torch.device]:
    """What it trains on, and where; the batch is made to fit where nobody chose it, or files are gone."""
    say(run.database, told(detail="looking for a device"))  # the first look at a GPU takes seconds
    device = _device(run, preset, before.device if resume else "")
    say(run.database, told(detail=f"reading {preset.data.tag}", device=devices.name(device)))
    dataset = load(preset.data, device, before=known)
    if resume:
        _refuse_other_classes(preset, before.classes, dataset.classes)
    notes = list(dataset.notes)
    if (resume or not before.own_batch) and isinstance(preset.data, Images):
        fitting = batch.fitted(preset, dataset)
        if fitting != preset:
            notes.append(f"batch is {fitting.batch}, for there are {len(dataset.train)} training images")
        preset = fitting
    batch.refuse(preset, dataset)
    if not resume:  # it has been said
        mark(run, "data", *notes)
        if preset.device == "auto":
            devices.prepare(device)
            first, device = device, speed_trial.quicker(preset, dataset, device)
            dataset = dataset.to(device)
            devices.release(first)
    devices.prepare(device)
    return preset, dataset, device


def _device(run: RunFolder, preset: Preset, before: str) -> torch.device:
    """The device to train on: of the same kind as ``before``, where the preset leaves the choice.

    Raises UsageError where that kind is gone: nobody trains for days on a CPU without knowing.
    """
    kind, wanted = before.partition(" ")[0].partition(":")[0], preset.device
    if wanted == "auto" and kind == "cpu":
        return devices.CPU
    choice = devices.choose(wanted, before)
    if wanted == "auto" and kind and choice.device.type != kind:
        reasons = "; ".join(choice.notes) or f"torch sees no {kind} device here"
        raise UsageError(
            f"this run was trained on {before}, and {reasons}",
            f"mend that (latentop doctor), or go on here: latentop resume {run.id} "
            f"--set device={choice.device}",
        )
    notes = tuple(filter(None, [*choice.notes, choice.crowded]))
    mark(run, "device", *notes)
    for note in notes:
        log.warning("%s", note)
    return choice.device


def _refuse_other_classes(preset: Preset, before: Sequence[str], now: Sequence[str]) -> None:
    """Raise UsageError where networks that are told the class of an image know another number of classes."""
    told = any(
        getattr(getattr(preset, name, None), "conditional", False) for name in ("generator", "discriminator")
    )
    if told and before and len(before) != len(now):
        raise UsageError(
            f"the networks were trained on {len(before)} classes, and the data have {len(now)} now",
            "put the class folders back as they were, or train anew",
        )
