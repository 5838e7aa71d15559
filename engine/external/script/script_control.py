"""What others ask of a script's run, and what its guard does by itself: between two steps."""

from collections.abc import Callable

from latentop.engine.checkpoint.intervals import Saver
from latentop.engine.control.guard import Guard
from latentop.engine.control.listener import Control
from latentop.engine.control.rollback import Rollback
from latentop.engine.external.script.opened import NO_NETWORKS, Opened
from latentop.engine.external.script.script_trainer import ScriptTrainer
from latentop.engine.record.recorder import Recorder
from latentop.engine.run.errors import StorageError
from latentop.engine.run.events import AlarmRaised, Event, Facts
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.train.hooks import Hooks

LOOK_SECONDS = 0.5
"""Between two looks at what others ask."""


class NothingToSave(Saver):
    """Of a run without networks: nothing is written, and whoever asks is told."""

    def save(self, *, first: bool = False) -> str:
        """Raise StorageError."""
        self._plan()
        raise StorageError(NO_NETWORKS, "give networks= to latentop.init")


class ScriptControl:
    """Obeys and guards one training. ``terminated`` asks it to stop, too; ``put`` takes events."""

    def __init__(
        self,
        opened: Opened,
        training: ScriptTrainer,
        recorder: Recorder,
        put: Callable[[Event], None],
        *,
        terminated: Terminated,
    ) -> None:
        saves = NothingToSave if "checkpoint" in opened.unable else Saver
        self._saver = saves(opened.folder, training, put, opened.good, sync=recorder.sync)
        self._hooks = Hooks(opened.folder)
        self._rollback = Rollback(training, self._saver, put, opened.raised)
        self._control = Control(
            opened.folder,
            training,
            recorder,
            self._saver,
            self._rollback,
            clock=opened.clock,
            terminated=terminated,
            waits=False,
            every=LOOK_SECONDS,
        )
        self._guard = Guard(
            training,
            self._rollback,
            put,
            self._control.stop,
            used=opened.guard_used,
            standing=opened.standing,
        )

    @property
    def stopping(self) -> bool:
        """Whether the training is to end after the step that it is at."""
        return self._control.stopping

    @property
    def removed(self) -> bool:
        """Whether the run's folder is gone, so that nothing of it can be kept."""
        return self._control.removed

    @property
    def why(self) -> str:
        """Why the guard has stopped it; empty where somebody else has."""
        return self._guard.ended

    def facts(self) -> Facts:
        """How many tries of the guard are used."""
        return self._guard.facts()

    def see(self, event: Event) -> None:
        """Do about what a look has found what the guard is to do."""
        if isinstance(event, AlarmRaised):
            self._hooks.alarm(event)
            self._rollback.note(event)
        self._guard.see(event)

    def obey(self) -> None:
        """Do what was asked; while it is paused, wait."""
        self._control.between_steps()

    def save(self) -> str:
        """Write a checkpoint now and return its name. Raises StorageError where that can't be."""
        return self._saver.save()

    def ended(self, state: str, *, step: int, why: str) -> None:
        """Run what somebody has the end of a run start."""
        self._hooks.ended(state, step=step, why=why)
