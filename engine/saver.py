"""When checkpoints are written: early and then at intervals, when asked, and at the end."""

import logging
import time
from collections.abc import Callable, Container
from contextlib import suppress

from engine import checkpoint
from engine.retention import worth_keeping
from engine.run.errors import StorageError
from engine.run.events import Event, Mark, Saved
from engine.run.folder import RunFolder
from engine.snapshots import GOOD
from engine.trainer import Trainer

EARLY_SECONDS = 15.0
log = logging.getLogger("latentop")


class Saver:
    """Writes checkpoints of one training: the first after EARLY_SECONDS, then at intervals that double up to
    ``keep.checkpoints``. One that can't be written is said through ``put``, as a mark. The newest that was
    written while all was well stays, however old: at first that of the step ``good``. ``sync`` returns when
    what was put is on disk: training that goes on from beyond its record would leave a gap there.
    """

    def __init__(
        self,
        run: RunFolder,
        trainer: Trainer,
        put: Callable[[Event], None],
        good: int | None = None,
        sync: Callable[[], None] = lambda: None,
    ) -> None:
        self._run = run
        self._trainer = trainer
        self._put = put
        self._sync = sync
        self._good = good
        self._interval = EARLY_SECONDS / 2
        self._plan()

    def save(self) -> str:
        """Write a checkpoint now and return its name. Raises StorageError, with older ones kept."""
        self._plan()
        state, keep = self._trainer.state(), self._trainer.preset.keep.last
        self._put(Saved(step=state["step"]))
        self._sync()
        try:
            name = checkpoint.save(self._run, state, keep=keep, worth=self._worth()).name
        except StorageError as error:
            log.error("%s; %s", error.message, error.hint)
            wall = time.time()
            self._put(Mark(step=self._trainer.step, wall=wall, kind="trouble", text=error.message))
            raise
        if state["verdict"] in GOOD:
            self._good = state["step"]
        return name

    def save_if_due(self) -> None:
        """Write a checkpoint if it is time for one; where it can't be written, training goes on without."""
        if time.monotonic() >= self._next:
            with suppress(StorageError):
                self.save()

    def _worth(self) -> Container[int | None]:
        """The checkpoints that are kept for what they are; all of them where that can't be told now."""
        steps = checkpoint.steps(self._run)
        try:
            return {self._good, *worth_keeping(self._run, steps)}
        except StorageError:
            return steps

    def _plan(self) -> None:
        self._interval = min(2 * self._interval, self._trainer.preset.keep.checkpoints)
        self._next = time.monotonic() + self._interval
