"""Edits: settings changed while a run trains, between two steps, and taken back again.

An edit takes effect at the next step; weights and what the optimisers have gathered stay. The state before
it is kept to go back to, if all is well, and a checkpoint is written with it, so that it survives the worker.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from engine.run.errors import StorageError, UsageError
from engine.run.events import Event, Mark, Saved
from engine.saver import Saver
from engine.snapshots import GOOD, Snapshot
from engine.trainer import Trainer
from presets import live
from presets.catalogue import PresetError

Answer = tuple[bool, str]
"""Whether it was done, and what to answer."""


class Edits:
    """The edits of one training, told through ``put``. Those that stand are undone newest first."""

    def __init__(self, trainer: Trainer, saver: Saver, put: Callable[[Event], None]) -> None:
        self._trainer = trainer
        self._saver = saver
        self._put = put

    def change(self, values: Mapping[str, object]) -> Answer:
        """Give settings other values, by their dotted keys: all of them, or none where one can't be."""
        known = live.settings(self._trainer.preset)
        for key in values:
            if key not in known:
                return False, _why_not(key)
        snapshot = self._before()
        done, text = self._apply(values)
        former = self._changed({key: known[key] for key in values})
        if not done:
            return False, text
        if not former:
            return True, "nothing changed: it had that value"
        self._trainer.former.append(former)
        if snapshot:
            self._trainer.snapshots.keep(snapshot)
            self._put(Saved(step=snapshot.step))
            self._put(self._trainer.snapshots.facts())
        return self._keep(text)

    def undo(self) -> Answer:
        """Give the settings of the newest edit that stands the values that they had before it."""
        if not self._trainer.former:
            return False, "no edit is left to undo; what going back has changed is set by hand"
        done, text = self._apply(self._trainer.former[-1])
        self._trainer.former.pop()  # one that can't be undone any more bars no older one
        if not done:
            return False, f"it can't be undone: {text}; undo again takes back the one before"
        return self._keep(f"undone: {text}" if text else "undone: it had that value again")

    def _before(self) -> Snapshot | None:
        """The state as it is, to go back to; None where all is not well, or one of this step is kept."""
        trainer = self._trainer
        if trainer.watch.verdict not in GOOD or any(one.step == trainer.step for one in trainer.snapshots):
            return None
        return trainer.take_snapshot()

    def _apply(self, values: Mapping[str, object]) -> Answer:
        """Have the trainer adopt the values; what became of each setting, or why none did."""
        trainer, before = self._trainer, self._trainer.preset
        try:
            trainer.adopt(live.changed(before, values))
        except (PresetError, UsageError) as error:
            return False, f"{error.message}; {error.hint}"
        return True, ", ".join(live.differences(before, trainer.preset))

    def _changed(self, before: Mapping[str, object]) -> dict[str, object]:
        """Those of the values that are others now."""
        now = live.settings(self._trainer.preset)
        return {key: value for key, value in before.items() if now[key] != value}

    def _keep(self, text: str) -> Answer:
        """Say what was done, for those who look at charts, and write it down."""
        trainer = self._trainer
        self._put(Mark(step=trainer.step, wall=time.time(), kind="edit", text=text))
        self._put(trainer.facts())
        with suppress(StorageError):  # it has been told, and training goes on with what was asked
            self._saver.save()
        return True, text


def _why_not(key: str) -> str:
    rule = live.rule(key)
    instead = "fork the run to change it" if rule.fits else "train a new run with it"
    why = rule.why or "this run has no such setting"
    return f"{key} can't be changed while training: {why}; {instead}"
