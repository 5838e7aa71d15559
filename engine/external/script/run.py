"""The run of a script's own loop, as the script calls it."""

import errno
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from latentop.engine.external.script import script_end
from latentop.engine.external.script.calls import values
from latentop.engine.external.script.calls.step_count import whole
from latentop.engine.external.script.config import Config
from latentop.engine.external.script.dropins.wandb_calls import WandbCalls
from latentop.engine.external.script.peers import Peers
from latentop.engine.external.script.script_end import ScriptEnd, State
from latentop.engine.external.script.script_end import Stopped as Stopped
from latentop.engine.external.script.script_session import ScriptSession
from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import told

HANG_UP_SECONDS = 0.5
"""Between the end of a script's terminal and the signal that tells of it, at most."""
EXIT_SECONDS = 2.0
"""How long a script that ends waits for another thread of it that trains."""


class Run(WandbCalls):
    """One training, from ``latentop.init`` to ``finish``. As a context manager it finishes by itself.

    Where another process records it, as in ranks other than 0 and in workers that load data, it takes every
    call, has no ``id``, and records nothing.
    """

    def __init__(
        self, config: Mapping[str, Any], session: ScriptSession | None = None, peers: Peers | None = None
    ) -> None:
        self.config = Config(config, self._tell_config)
        """What the script has said of itself: ``run.config.batch_size``, or ``run.config["batch_size"]``."""
        self._session = session
        self._peers = peers
        self._name = session.opened.title if session else ""
        self._lock = threading.RLock()
        self._given_step = 0
        """The newest step as the script counts."""
        self._over = False
        self._left = session is None
        """Whether this process records nothing of it."""

    @property
    def step(self) -> int:
        """The last step that is recorded; 0 before the first. After a resume, that of the checkpoint."""
        return self._session.training.step if self._session else self._given_step

    @property
    def id(self) -> str:
        """The run's name on disk, as ``latentop ls`` lists it."""
        return self._session.opened.folder.id if self._session else ""

    @property
    def name(self) -> str:
        """What the script calls the run. It may call it otherwise."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = values.printable(str(name))
        if self._records:
            self._records.put(told(title=self._name))

    @property
    def path(self) -> Path:
        """The run's folder; the null device where another process records it."""
        return self._session.opened.folder.path if self._session else Path("/dev/null")

    @property
    def resumed(self) -> bool:
        """Whether it goes on in a run that was there before."""
        return self._session is not None and self._session.opened.resumed

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._over

    @property
    def recording(self) -> bool:
        """Whether it is open, and this process trains it."""
        return self._records is not None

    def log(self, values: Mapping[str, Any], step: int | None = None, *, commit: bool | None = None) -> None:
        """Record values of one training step, and do what was asked of the run meanwhile.

        Args:
            values: By name: numbers, numpy scalars, arrays or tensors with one element, on any device,
                with or without gradients. Nested mappings are joined with ``/``; None is skipped; an
                ``Image``, or a list of them, is shown.
            step: Which step it is, from 0, never less than the last one; by default the one after that.
                Several calls may tell of the same step. Where the run goes back, a counter of the script's
                own goes on, and ``run.step + 1`` is the step after the one that was gone back to.
            commit: False: these values belong to the next call that gives no step either.

        Raises:
            Stopped: Somebody has asked the run to stop; its checkpoint is written.
            UsageError: The very first call is given what can't be recorded. Later trouble is told once, on
                standard error and in the run, and never ends a training.
        """
        waits = commit is False and step is None
        if (session := self._session) is None:
            if not waits:
                self._follow(step)
            return
        if self._left:
            return
        with self._lock:
            if session.shows:
                session.complaints.tell(
                    "latentop.log was called by what a run shows of itself: that is left out"
                )
                return
            if self._over:
                session.complaints.tell(
                    f"run {self.id} is over: nothing is recorded; latentop.init begins another one"
                )
                return
            session.log(values, step, waits=waits)
            if not waits:
                self._obey(session, step)

    def setting(
        self, name: str, value: float, *, minimum: float | None = None, maximum: float | None = None
    ) -> float:
        """A number that can be changed from the screen: declared at the first call, its value now at each.

        Args:
            name: Letters, digits, ``_``, ``-`` and ``.``, such as ``r1`` or ``loss.beta``.
            value: Its first value. A whole number stays whole, a bool a bool.
            minimum: The least that is accepted; None: any.
            maximum: The most that is accepted; None: any.

        Raises:
            UsageError: Before the first ``log``, for what can't be a setting; later that is told once.
        """
        if (session := self._session) is None or self._left:
            return value
        try:
            return session.setting(name, value, (minimum, maximum))
        except UsageError as error:
            session.refuse(error)
            return value

    def images(self, kind: str, pictures: Any, *, step: int | None = None) -> None:
        """Show pictures that the script has made itself, beside those of its ``sample``.

        Args:
            kind: ``samples``, ``real``, ``input``, ``reconstruction``, ``error``, ``codings`` and the like.
            pictures: ``(n, channels, height, width)`` with 1 or 3 channels, in bytes, [0, 1] or [-1, 1].
            step: Of the run, or a later one as the script counts; by default the last one.
        """
        if (session := self._records) is None:
            return
        with self._lock:
            session.show(kind, pictures, self.step if step is None else step)

    def checkpoint(self) -> str | None:
        """Write a checkpoint now and return its name; None where none can be written, which is told once."""
        if (session := self._records) is None:
            return None
        with self._lock:
            return session.save()

    def expect(self, steps: int) -> None:
        """Say how many steps there will be, where ``init`` could not be told."""
        if session := self._records:
            session.training.steps = steps
            session.put(told(steps=steps))

    def note(self, text: str) -> None:
        """Write something into the run's events, at its last step."""
        if self._records:
            self._records.mark("note", values.printable(text))

    def tell(self, text: str) -> None:
        """Say something once, on standard error and in the run's events."""
        if self._session and not self._left:
            self._session.complaints.tell(text)

    def finish(
        self, state: State = "finished", *, why: str = "", story: str = "", exit_code: int | None = None
    ) -> None:
        """End the run, once: with its last pictures and readings, and a checkpoint where it has networks.

        ``state``, ``why`` and ``story`` say how it ended, where that was not well; an exit code other than 0
        says that it failed.
        """
        by_code = script_end.of_code(exit_code)
        if by_code.state == "failed":
            state, why = by_code.state, why or by_code.why
        self._end(ScriptEnd(state=state, why=why, story=story))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.end_with(error)
        return isinstance(error, Stopped)

    def end_with(self, error: BaseException | None) -> None:
        """End the run as an exception says, or well where there is none."""
        session = self._session
        if session and isinstance(error, OSError) and error.errno == errno.EIO:
            session.terminated.wait(HANG_UP_SECONDS)  # its terminal goes before that is told
        if session and session.terminated.hung_up and isinstance(error, Exception):
            self._end(ScriptEnd(state="stopped", why=session.terminated.why))
        else:
            self._end(script_end.of(error))

    def abandon(self) -> None:
        """Record nothing more, and leave the run alone: this process is not the one that trains it."""
        self._left, self._peers = True, None
        if self._session:
            self._session.opened.lock.close()

    def end_at_exit(self, code: object) -> None:
        """End a run that nobody has ended, as the exit code of its process says; None: it is not known.

        Then it has ended well, unless it was meant to take more steps than it has. Where another thread
        trains or is paused, it is stopped, and waited for only so long.
        """
        if (session := self._records) is None:
            return
        if not self._lock.acquire(timeout=EXIT_SECONDS):
            session.terminated.set()
            if not self._lock.acquire(timeout=EXIT_SECONDS):
                self._over = True
                session.leave(ScriptEnd(state="stopped", why="the script ended while its run was busy"))
                return
        try:
            end = script_end.of_code(code)
            if end.state == "finished" and session.training.steps > self.step > 0:
                end = ScriptEnd(state="stopped", why="the script ended before its last step")
            self._end(end)
        finally:
            self._lock.release()

    @property
    def _records(self) -> ScriptSession | None:
        """What records it; None once it is over, and where another process does."""
        return None if self._over or self._left else self._session

    def _tell_config(self, now: Mapping[str, object]) -> None:
        if self._records:
            self._records.put(told(config=now))

    def _obey(self, session: ScriptSession, step: Any) -> None:
        """End where somebody has asked to stop; of several processes, where all do."""
        if self._peers:
            self._count(step)
        if session.control.stopping:
            at_once = session.terminated.is_set() or not self._peers
            if at_once or (self._peers and self._peers.all_stop(self._given_step)):
                signalled = session.terminated.why if session.terminated.is_set() else ""
                self.finish("stopped", why=session.control.why or signalled)
                raise Stopped(128 + session.terminated.number if session.terminated.is_set() else 0)

    def _follow(self, step: Any) -> None:
        """Count a step that another process records, and stop where that one does."""
        self._count(step)
        if self._peers and not self._over and self._peers.stops(self._given_step):
            self._over = True
            raise Stopped(0)

    def _count(self, step: Any) -> None:
        with suppress(UsageError):
            self._given_step = self._given_step + 1 if step is None else whole(step)

    def _end(self, end: ScriptEnd) -> None:
        if self._session is None:
            self._over = True
        if self._records is None:
            return
        with self._lock:
            if session := self._records:
                self._over = True
                session.close(end)
