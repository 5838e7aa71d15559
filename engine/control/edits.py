"""Edits: settings changed while a run trains, between two steps, and taken back again.

An edit takes effect at the next step; weights and what the optimisers have gathered stay. The state before
it is kept to go back to. After its first step a checkpoint is written with it, so that it survives the
worker. A batch that does not fit into memory is taken back at that step, and no resumption meets it again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from latentop.engine.checkpoint.intervals import Saver
from latentop.engine.checkpoint.snapshots import Snapshot
from latentop.engine.control.controllable import Training
from latentop.engine.control.rollback import Rollback
from latentop.engine.run.errors import StorageError, UsageError
from latentop.engine.run.events import Event, Mark, Saved
from latentop.engine.run.good_states import GOOD
from latentop.presets import live
from latentop.presets.preset_error import PresetError

Answer = tuple[bool, str]
"""Whether it was done, and what to answer."""


class Edits:
    """The edits of one training, told through ``put``. Those that stand are undone newest first."""

    def __init__(
        self, training: Training, saver: Saver, rollback: Rollback, put: Callable[[Event], None]
    ) -> None:
        self._training = training
        self._saver = saver
        self._put = put
        self._untried: Snapshot | None = None
        """The state before the first edit that no step has followed yet."""
        self._unsaved = False
        self._went_back = ""
        """What is said of the last time that training went back, if it did."""
        rollback.gone_back = self._forget_abandoned

    def change(self, values: Mapping[str, object]) -> Answer:
        """Give settings other values, by their dotted keys: all of them, or none where one can't be."""
        known = self._training.settings
        for key in values:
            if why := self._training.fixed(key):
                return False, why
        try:
            snapshot = self._training.take_snapshot()
        except UsageError as error:
            return False, f"{error.message}; {error.hint}"
        done, text = self._apply(values)
        former = self._changed({key: known[key] for key in values})
        if not done:
            return False, text
        if not former:
            return True, "nothing changed: it had that value"
        self._training.former.append(former)
        if self._worth(snapshot):
            self._training.snapshots.keep(snapshot)
            self._put(Saved(step=snapshot.step))
            self._put(self._training.snapshots.facts())
        return self._tell(text, snapshot)

    def undo(self) -> Answer:
        """Give the settings of the newest edit that stands the values that they had before it."""
        if not self._training.former:
            return False, f"no edit is left to undo{self._went_back}"
        try:
            snapshot = self._training.take_snapshot()
        except UsageError as error:
            return False, f"{error.message}; {error.hint}"
        done, text = self._apply(self._training.former[-1])
        self._training.former.pop()  # one that can't be undone any more bars no older one
        if not done:
            return False, f"it can't be undone: {text}; undo again takes back the one before"
        return self._tell(f"undone: {text}" if text else "undone: it had that value again", snapshot)

    def save(self, *, paused: bool = False) -> None:
        """Write down the edits that a step has followed; in a pause, which may be long, all of them."""
        if self._untried is not None and (paused or self._training.step > self._untried.step):
            if not paused:
                self._untried = None
            if self._unsaved or not paused:
                self._unsaved = False
                with suppress(StorageError):  # it has been told, and training goes on with what was asked
                    self._saver.save()

    def take_back(self) -> bool:
        """Go back to before the edits whose first step found too little memory; whether there were any."""
        if self._untried is None:
            return False
        training, tried = self._training, self._training.settings
        training.go_back(self._untried)
        self._untried = None
        changes = ", ".join(live.differences(training.settings, tried))
        text = f"taken back, for there is too little memory: {changes}"
        self._put(Mark(step=training.step, wall=time.time(), kind="edit", text=text))
        self._put(training.facts())
        return True

    def _forget_abandoned(self, taken: Sequence[str]) -> None:
        """Going back has left behind the state before an edit that no step had followed, and those edits."""
        self._untried = None
        of = f": going back took back the edits of {', '.join(taken)}" if taken else ""
        self._went_back = f"{of}; what going back has changed is set by hand"

    def _worth(self, snapshot: Snapshot) -> bool:
        """Whether all is well, so that it is worth going back to, and none of this step is kept."""
        others = self._training.snapshots
        return snapshot.verdict in GOOD and not any(one.step == snapshot.step for one in others)

    def _apply(self, values: Mapping[str, object]) -> Answer:
        """Have the training adopt the values; what became of each setting, or why none did."""
        training, before = self._training, self._training.settings
        try:
            training.change(values)
        except (PresetError, UsageError) as error:
            return False, f"{error.message}; {error.hint}"
        return True, ", ".join(live.differences(before, training.settings))

    def _changed(self, before: Mapping[str, object]) -> dict[str, object]:
        """Those of the values that are others now."""
        now = self._training.settings
        return {key: value for key, value in before.items() if now[key] != value}

    def _tell(self, text: str, before: Snapshot) -> Answer:
        """Say what was done, for those who look at charts; a step has to follow before it is written down."""
        self._put(Mark(step=self._training.step, wall=time.time(), kind="edit", text=text))
        self._put(self._training.facts())
        self._untried, self._unsaved = self._untried or before, True
        return True, text
