"""Forks: a new run that goes on from a checkpoint of another one, with other settings."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from latentop.engine.run import commands
from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.launch import WaitingWorker
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.presets import catalogue, live
from latentop.presets.schema import Preset
from latentop.tui.model.number_text import spaced
from latentop.tui.model.plain_text import setting
from latentop.tui.runs import current_preset, start
from latentop.tui.runs.current_preset import preset_of, start_again
from latentop.tui.runs.glance import glance
from latentop.tui.runs.run_liveness import liveness_of, trains

_CHECKPOINT_SECONDS = 10.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A run that shall begin at ``step``, a checkpoint of ``parent``, and train ``preset`` from there."""

    parent: RunFolder
    facts: RunFacts
    """The parent's."""
    step: int
    preset: Preset
    own_batch: bool = False
    """Whether the batch was named for this fork."""


def begun(parent: RunFolder, at: int | None = None) -> Fork:
    """A fork with the parent's settings as they are now, from its newest checkpoint up to step ``at``.

    Raises UsageError where there is none, or a script trains the parent, and PresetError or StorageError
    where the parent can't be read.
    """
    facts, _ = glance(parent)
    if facts.scripted:
        raise UsageError(f"{parent.id} {current_preset.no_fork(facts)}", start_again(facts))
    preset = preset_of(parent, facts)
    if preset.code:  # which is run
        refuse_foreign(parent.path, links=False)
        preset = catalogue.with_code(preset, parent.path / preset.code)
    known = parent.checkpoint_steps
    step = max((one for one in known if at is None or one <= at), default=None)
    if step is None:
        there = f"there are: {', '.join(map(spaced, known))}" if known else "none was written"
        where = "" if at is None else f" up to step {spaced(at)}"
        raise UsageError(f"{parent.id} has no checkpoint{where}", there)
    return Fork(parent=parent, facts=facts, step=step, preset=preset)


def with_words(fork: Fork, words: Sequence[str]) -> Fork:
    """With settings given as ``KEY=VALUE``. Raises PresetError, or UsageError where weights would not fit."""
    own_batch = start.names_batch(words)
    return _accepted(replace(fork, own_batch=own_batch), catalogue.override(fork.preset, words))


def with_values(fork: Fork, values: Mapping[str, object]) -> Fork:
    """With settings given by their keys. Raises as above."""
    return _accepted(replace(fork, own_batch="batch" in values), live.changed(fork.preset, values))


def launch(runs: Path, fork: Fork, waiting: WaitingWorker | None = None) -> RunFolder:
    """Make the run and start training it, in the worker that waits where there is one.

    Raises UsageError or StorageError where the runs folder can't be written.
    """
    facts, step = fork.facts, fork.step
    origin = start.Parent(
        run=fork.parent.id, step=step, checkpoint=fork.parent.checkpoints / f"step-{step:09d}.pt"
    )
    return start.start(
        runs,
        facts.preset,
        fork.preset,
        origin=facts.origin,
        own_batch=fork.own_batch,
        parent=origin,
        waiting=waiting,
    )


def freshen(parent: RunFolder) -> None:
    """Have a run in training write a checkpoint, so that a fork begins at the step it is at; wait a while.

    A script's run is left alone: it can't be forked.
    """
    if not trains(liveness_of(parent)):
        return
    try:
        if glance(parent)[0].scripted:
            return
        number = commands.ask(parent, "checkpoint")
        until = time.monotonic() + _CHECKPOINT_SECONDS
        while commands.answer(parent, number).state == "asked" and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
    except LatentopError:
        return  # it has ended meanwhile: with a checkpoint, or its last one will do


def _accepted(fork: Fork, preset: Preset) -> Fork:
    for key, before, after in catalogue.differences(fork.preset, preset):
        rule = live.rule(key)
        if not rule.fits:
            raise UsageError(
                f"{key} = {_told(after)}: {rule.why} (it is {_told(before)})",
                f"leave it as it is, or train anew: latentop train {fork.facts.origin or fork.facts.preset}",
            )
    if preset.steps <= fork.step:
        raise UsageError(
            f"steps = {preset.steps} are over: the checkpoint is of step {spaced(fork.step)}",
            f"ask for more: --steps {2 * fork.step}",
        )
    return replace(fork, preset=preset)


def _told(value: object) -> str:
    return "not there" if value is None else setting(value)
