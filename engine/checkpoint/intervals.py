"""When checkpoints are written: early and then at intervals, when asked, and at the end."""

import logging
import time
from collections.abc import Callable, Container
from contextlib import suppress

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.checkpoint.retention import worth_keeping
from latentop.engine.control.controllable import Training
from latentop.engine.run.errors import StorageError
from latentop.engine.run.events import Event, Mark, Saved
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.good_states import GOOD

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
        training: Training,
        put: Callable[[Event], None],
        good: int | None = None,
        sync: Callable[[], None] = lambda: None,
    ) -> None:
        self._run = run
        self._training = training
        self._put = put
        self._sync = sync
        self._good = good
        self._interval = EARLY_SECONDS / 2
        self._plan()

    def save(self, *, first: bool = False) -> str:
        """Write a checkpoint now and return its name. Raises StorageError, with older ones kept.

        The ``first`` one, of what it begins with, puts off none that comes later.
        """
        if not first:
            self._plan()
        self._training.begin("writing a checkpoint")
        state, keep = self._training.state(), self._training.keep.last
        self._put(Saved(step=state["step"]))
        self._sync()
        try:
            name = checkpoint_file.save(self._run, state, keep=keep, worth=self._worth()).name
        except StorageError as error:
            log.error("%s; %s", error.message, error.hint)
            wall = time.time()
            self._put(Mark(step=self._training.step, wall=wall, kind="trouble", text=error.message))
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
        steps = checkpoint_file.steps(self._run)
        try:
            return {self._good, *worth_keeping(self._run, steps, self._training.keep.best)}
        except StorageError:
            return steps

    def _plan(self) -> None:
        self._interval = min(2 * self._interval, self._training.keep.checkpoints)
        self._next = time.monotonic() + self._interval
