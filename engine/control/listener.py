"""What others ask of a training run, carried out between two steps, and answered."""

import time
from contextlib import suppress
from dataclasses import replace

from latentop.engine.checkpoint.intervals import Saver
from latentop.engine.control.controllable import Training
from latentop.engine.control.edits import Edits
from latentop.engine.control.rollback import Rollback
from latentop.engine.record.recorder import Recorder
from latentop.engine.run.commands import Asked, Inbox
from latentop.engine.run.errors import StorageError, UsageError
from latentop.engine.run.events import Mark, Reply
from latentop.engine.run.facts import told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import removal
from latentop.engine.run.process.removal import Removal
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.train.stopwatch import Stopwatch
from latentop.presets.wording import spaced

LOOK_SECONDS = 0.05


class Control:
    """Listens for a run's commands, and for ``terminated``; holds the training while it is paused."""

    def __init__(
        self,
        run: RunFolder,
        training: Training,
        recorder: Recorder,
        saver: Saver,
        rollback: Rollback,
        *,
        clock: Stopwatch,
        terminated: Terminated,
        waits: bool = True,
        every: float = LOOK_SECONDS,
    ) -> None:
        """It looks every so many seconds.

        ``waits``: training is held while nothing can be recorded, and ends where the run's folder is removed.
        """
        self.stopping = False
        self._training = training
        self._recorder = recorder
        self._saver = saver
        self._rollback = rollback
        self._clock = clock
        self._terminated = terminated
        self._waits = waits
        self._every = every
        self._inbox = Inbox(run)
        self._removal = Removal(run)
        self._edits = Edits(training, saver, rollback, recorder.put)
        self._paused = False
        self._over = False
        self._next_look = 0.0

    @property
    def removed(self) -> bool:
        """Whether the run's folder is gone, so that nothing of it can be kept. A script trains on without."""
        return self._removal.noticed

    def between_steps(self) -> None:
        """Look around; returns at once, or when training may go on, or with ``stopping`` set."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + self._every
        self._look()
        self._edits.save()
        self._saver.save_if_due()
        if self._held():
            self._hold()

    def take_back_edits(self) -> bool:
        """Undo the edits whose first step found too little memory; whether there were any."""
        return self._edits.take_back()

    def settle(self) -> None:
        """Return when all is recorded: on a full disk, when there is room again or when told to stop."""
        self._over = True
        self._look()
        while not self._recorder.idle and not self.stopping:
            self._terminated.wait(LOOK_SECONDS)
            self._look()
        self._recorder.sync()
        self._look()  # that it is over is written: from here on nobody can ask

    def _look(self) -> None:
        for command in self._inbox.new():
            applied, text = self._carry_out(command)
            self._recorder.put(
                Reply(
                    command=command.id, applied=applied, step=self._training.step, wall=time.time(), text=text
                )
            )
        if self._terminated.is_set() and not self.stopping:
            self.stop(self._terminated.why)
        if self._waits and self.removed and not self.stopping:
            self.stop(f"as {removal.WHY}")

    def _carry_out(self, command: Asked) -> tuple[bool, str]:
        """Whether the command was applied, and what to answer."""
        if (self._over or self.stopping) and command.name not in ("stop", "checkpoint"):
            return False, "its training is over"
        match command.name:
            case "pause":
                return self._pause()
            case "resume":
                return self._resume()
            case "stop":
                return self.stop("as asked")
            case "checkpoint":
                return self._save()
            case "set":
                return self._edits.change(command.arguments)
            case "undo":
                return self._edits.undo()
            case "rollback":
                return self._rollback.asked(command.arguments)

    def _pause(self) -> tuple[bool, str]:
        if self._paused:
            return False, "it is paused already"
        self._paused = True
        self._mark("pause", "paused")
        self._recorder.put(told(state="paused", detail=""))
        with suppress(StorageError):  # a pause may be long, and the machine may not live through it
            self._saver.save()
        return True, f"paused at step {spaced(self._training.step)}"

    def _resume(self) -> tuple[bool, str]:
        if not self._paused:
            return False, "it is not paused"
        self._paused = False
        self._mark("resume", "resumed")
        self._recorder.put(told(state="running", detail=""))
        return True, f"training again from step {spaced(self._training.step)}"

    def stop(self, why: str) -> tuple[bool, str]:
        """End the training after the step it is in; whether it does, and how to say so."""
        was_stopping, self.stopping = self.stopping, True
        if self._over:
            return True, "its training is over: what is recorded is written, as far as there is room"
        if was_stopping:
            return True, "it is stopping already"
        self._mark("stop", f"stopped {why}")
        self._recorder.put(told(state="stopping", detail="writing a checkpoint"))
        return True, f"stopping at step {spaced(self._training.step)} with a checkpoint"

    def _save(self) -> tuple[bool, str]:
        try:
            self._mark("checkpoint", self._saver.save())
        except StorageError as error:
            return False, f"{error.message}; {error.hint}"
        with suppress(UsageError):  # it is on disk, where memory has no room for it
            self._training.snapshots.keep(replace(self._training.take_snapshot(), own=True))
            self._recorder.put(self._training.snapshots.facts())
        return True, f"checkpoint at step {spaced(self._training.step)}"

    def _held(self) -> bool:
        full = self._waits and self._recorder.trouble is not None
        return (self._paused or full) and not (self.stopping or self.removed)

    def _hold(self) -> None:
        """Wait, listening, until told to go on; or until what was recorded can be written again."""
        self._clock.hold()
        while self._held():
            self._terminated.wait(LOOK_SECONDS)
            self._look()
            self._edits.save(paused=True)
        self._training.begin("training on")
        self._clock.go()

    def _mark(self, kind: str, text: str) -> None:
        self._recorder.put(Mark(step=self._training.step, wall=time.time(), kind=kind, text=text))
