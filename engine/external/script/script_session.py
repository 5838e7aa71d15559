"""A script's training as a run: what is recorded of its steps, and what is done between two of them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from latentop.engine.external.script import surroundings
from latentop.engine.external.script.calls import picture
from latentop.engine.external.script.calls.log_call import HELD_OUT, Logged
from latentop.engine.external.script.calls.step_count import StepCount
from latentop.engine.external.script.complaints import Complaints, said
from latentop.engine.external.script.live_numbers import declared
from latentop.engine.external.script.opened import Opened
from latentop.engine.external.script.script_control import ScriptControl
from latentop.engine.external.script.script_end import ScriptEnd
from latentop.engine.external.script.script_trainer import ScriptTrainer
from latentop.engine.pictures.exhibit import frame
from latentop.engine.record.recorder import Recorder
from latentop.engine.run.errors import LatentopError, StorageError, UsageError
from latentop.engine.run.events import Event, Facts, Mark, Scalars
from latentop.engine.run.facts import told
from latentop.engine.run.process.terminated import Terminated
from latentop.presets.wording import spaced

END_SECONDS = 20.0
"""How long a run that ends well looks at itself once more: real data may be slow to read."""
BOUNDARY_SECONDS = 0.005
"""Between two steps after which anything but recording is done, at least: loops may be fast."""


class ScriptSession:
    """Records, watches and guards one training, and obeys whoever asks. One thread at a time calls it."""

    def __init__(
        self,
        opened: Opened,
        training: ScriptTrainer,
        complaints: Complaints,
        *,
        terminated: Terminated,
    ) -> None:
        self.opened = opened
        self.training = training
        self.complaints = complaints
        self.begun = False
        """Whether a call of ``log`` has succeeded: from then on trouble ends nothing."""
        self.waiting: dict[str, Any] = {}
        """Values that belong to the next step."""
        self.shows = False
        """Whether the run is looking at itself just now, and calls the script's own functions."""
        self.terminated = terminated
        self._newest: Scalars | None = None
        """What is known of the step that was logged last."""
        self._looked = 0.0
        self._count = StepCount(resumed=opened.resumed, tell=partial(self.mark, "data"))
        self._logged = Logged(self._trouble, complaints.tell)
        folder, put = opened.folder, self.put
        self._recorder = Recorder(
            folder,
            self._pulse,
            limit=lambda: 1e6 * training.keep.size,
            alone=torch.backends.mps.is_available(),  # whatever it is given: it may log what lies there
        )
        self.control = ScriptControl(opened, training, self._recorder, put, terminated=terminated)
        put(self.control.facts())
        put(training.facts())
        put(training.snapshots.facts())
        complaints.into(partial(self.mark, "trouble"), self._gone)
        self._recorder.start()

    def log(self, given: Mapping[str, Any], step: int | None, *, waits: bool = False) -> None:
        """Record values of a step; after a new one, do what is due. Do what was asked, whatever is given.

        With ``waits`` they are those of the next call. Raises UsageError where nothing of the very first one
        can be recorded; later trouble is said once.
        """
        new = False
        try:
            if waits:
                self.waiting.update(given)
                return
            waiting, self.waiting = self.waiting, {}
            new = self._take({**waiting, **given} if waiting else given, step)
        except LatentopError as error:
            self.refuse(error)
        except Exception as error:
            self.complaints.tell(said(error, "latentop.log"))
        self.begun = True
        if not new:
            self._listen()

    def show(self, kind: Any, pictures: Any, step: Any) -> None:
        """Show pictures of the script's own; where they can't be shown, that is said once."""
        try:
            self._show(kind, pictures, self._count.shown(step, self.training.step))
        except LatentopError as error:
            self.complaints.tell(f"{error.message}; {error.hint}")
        except Exception as error:
            self.complaints.tell(said(error, f"images({kind!r})"))

    def setting(self, name: str, value: float, bounds: tuple[Any, Any]) -> float:
        """A number of the script's as it is now, declared if it isn't yet. Raises UsageError."""
        numbers = self.training.numbers
        if name not in numbers:
            numbers[name] = declared(name, value, bounds, self.opened.settings)
            self.put(self.training.facts())
        now = numbers[name].read()
        return now if isinstance(now, int | float) else value

    def save(self) -> str | None:
        """Write a checkpoint now and return its name; None where that can't be, which is said once."""
        try:
            with surroundings.set_aside():
                return self.control.save()
        except StorageError as error:
            self.complaints.tell(f"{error.message}; {error.hint}")
            return None

    def put(self, event: Event) -> None:
        """Record an event."""
        self._recorder.put(event)

    def mark(self, kind: str, text: str) -> None:
        """Record that something has happened, at the newest step."""
        self.put(Mark(step=self.training.step, wall=time.time(), kind=kind, text=text))

    def refuse(self, error: LatentopError) -> None:
        """Raise it before a call of ``log`` has succeeded; later say it once."""
        if not self.begun:
            raise error
        self.complaints.tell(f"{error.message}; {error.hint}" if error.hint else error.message)

    def close(self, end: ScriptEnd) -> None:
        """End the run: where that is well, with its last pictures and readings, and a checkpoint."""
        try:
            if self.waiting:
                self.log({}, None)
            with surroundings.set_aside():
                self._wind_up(end)
        finally:
            self.leave(end)

    def leave(self, end: ScriptEnd) -> None:
        """End the run as it is."""
        self.training.end()
        failed = end.state == "failed"
        ended = told(state=end.state, detail="" if failed else end.why, ended=time.time())
        if failed:
            hint = f"latentop show {self.opened.folder.id}"
            ended |= told(error=end.why, hint=hint, traceback=end.story)
        with suppress(Exception):  # a recorder that broke has said so
            self.put(ended)
        with suppress(Exception):
            self._recorder.close()
        if self._recorder.trouble:
            self.complaints.tell(f"{self._recorder.trouble.message}; {self._recorder.trouble.hint}")
        self.control.ended(end.state, step=self.training.step, why=end.why)
        self.opened.close()
        self.complaints.end()

    def _take(self, given: Mapping[str, Any], step: int | None) -> bool:
        """Record what is given; whether it is of a new step, after which all was done that is due."""
        found, shown = self._logged.read(given)
        training = self.training
        at = self._count.placed(step, training.step)
        if at is None:
            return False
        wall = time.time()
        new = at > training.step or not self.begun
        if new:
            self._complete()
            training.step, self._newest = at, Scalars(step=at, wall=wall, values=found)
            self.put(self._newest)
        elif found:
            self.put(Scalars(step=at, wall=wall, values=found))
            before = self._newest.values if self._newest else {}
            self._newest = Scalars(step=at, wall=wall, values={**before, **found})
        for kind, pictures in shown:
            self._show(kind, pictures, at)
        if new and not 0 <= wall - self._looked < BOUNDARY_SECONDS:
            self._looked = wall
            with surroundings.set_aside():
                self._boundary()
        return new

    def _show(self, kind: Any, pictures: Any, step: int) -> None:
        training = self.training
        sampling = training.given.sampling
        lies_in = sampling.value_range if sampling else None
        known, found = picture.shown(kind, pictures, most=training.keep.images, lies_in=lies_in)
        self.put(frame(known, found, step, time.time()))

    def _boundary(self) -> None:
        """Between two steps: look, keep a state, and do what others ask."""
        training = self.training
        stands = training.step
        try:
            self._look()
        except Exception as error:  # whoever asks to stop is still heard
            self.complaints.tell(said(error, "looking at the run"))
        self._obey(stands)
        if self.control.stopping:
            return
        for event in training.offer():
            self.put(event)
        training.before_step()
        training.begin(f"taking step {spaced(training.step + 1)}")

    def _listen(self) -> None:
        """Do what others ask where no new step is logged, as where all values are refused."""
        try:
            with surroundings.set_aside():
                self._obey(self.training.step)
        except Exception as error:
            self.complaints.tell(said(error, "what was asked"))

    def _obey(self, stands: int) -> None:
        """Do what others ask, and see whether the run has gone back from the step at which it stood."""
        self.control.obey()
        if self.training.step != stands:
            self._newest = None
            self._count.went_back(stands, self.training.step)
            self.mark("data", "the script reads on in its data")

    def _look(self) -> None:
        """Whatever is due, and what the guard does about it."""
        stands = self.training.step
        for event in self._looked_at(last=False):
            self.put(event)
            self.control.see(event)
            if self.training.step != stands:
                break

    def _looked_at(self, *, last: bool) -> Iterator[Event]:
        """What the training shows, while nothing is logged: a sample might."""
        self.shows = True
        try:
            yield from self.training.look(last=last)
        finally:
            self.shows = False

    def _complete(self) -> None:
        """Have the watch take in the step before, all of it."""
        seen, self._newest = self._newest, None
        if seen is None or not seen.values:
            return
        training = self.training
        if training.learn_kind(seen.values):
            self.put(training.facts())
        if self._logged.held_out:
            held_out = {name: one for name, one in seen.values.items() if name.startswith(HELD_OUT)}
            if held_out:
                training.validated(held_out)
                rest = {name: one for name, one in seen.values.items() if name not in held_out}
                seen = replace(seen, values=rest)
        if seen.values:
            training.saw(seen)

    def _wind_up(self, end: ScriptEnd) -> None:
        """What a run that ends well still has to say; what is wrong with that ends nothing."""
        with suppress(Exception):
            self._complete()
            if end.state == "finished" and self.begun:
                until = time.monotonic() + END_SECONDS
                for event in self._looked_at(last=True):
                    self.put(event)
                    if time.monotonic() > until:
                        break
        if end.state != "failed" and self.begun:
            with suppress(Exception):
                self.control.save()

    def _pulse(self) -> Facts:
        """What goes with every flush."""
        if gone := self._gone():
            self.complaints.tell(gone)
        doing, since = self.training.doing
        known = told(step=self.training.step, elapsed=self.opened.clock(), doing=doing, doing_since=since)
        return known | told(heartbeat=time.time())

    def _gone(self) -> str:
        """What is to be said of a run whose folder was removed, in the place of all else; else empty."""
        folder = self.opened.folder
        if self.control.removed:
            return f"{folder.path} is gone, and with it what the run records"
        if folder.path.exists() and not folder.database.exists():  # a folder of another name was only moved
            return f"{folder.database} is gone, and with it what the run records"
        return ""

    def _trouble(self, what: str, accepted: str = "") -> None:
        self.refuse(UsageError(what, accepted))
