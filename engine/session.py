"""One stretch of training, from start or resumption to end or stop: trainer, recorder and control at work."""

import platform
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from importlib.metadata import version

import psutil

from engine import checkpoint, compute, devices, drift
from engine.control import Control
from engine.data import load
from engine.guard import Guard
from engine.hooks import Hooks
from engine.recorder import Recorder
from engine.rollback import Rollback
from engine.run.events import AlarmRaised, Facts, Mark
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.reader import Reader
from engine.run.store import Store
from engine.saver import Saver
from engine.stopwatch import Stopwatch
from engine.trainer import Trainer
from presets import catalogue
from presets.schema import Preset


class Session:
    """Trains one run. ``say`` sets facts of the run, before the recorder does."""

    def __init__(
        self,
        run: RunFolder,
        preset: Preset,
        *,
        say: Callable[[Mapping[str, object]], None],
        terminated: threading.Event,
        hooks: Hooks,
    ) -> None:
        self._run = run
        self._preset = preset
        self._say = say
        self._terminated = terminated
        self._hooks = hooks

    def train(self, *, resume: bool) -> None:
        """Train to the last step, or until told to stop; then write a checkpoint and say so.

        Raises whatever keeps it from that; what was recorded until then is in the store.
        """
        before, raised = self._before()
        clock = Stopwatch(already=before.elapsed)
        trainer, built = self._trainer(clock, before.compute if resume else None, resume=resume)
        if resume:
            changes = drift.packages(before.versions, _versions())
            self._go_back_to_checkpoint(trainer, changes + drift.preset(before.began_as, self._preset))
        elif self._run.graft.exists():
            self._begin_as_fork(trainer)
        good = checkpoint.good(self._run, until=trainer.step) if resume else []
        for snapshot in good:
            trainer.snapshots.keep(snapshot)
        begun = {"state": "running", "detail": "", "started": time.time(), "ended": None, **_NOT_ENDED}
        self._say({**begun, **built, **trainer.facts().values})
        recorder = Recorder(
            self._run,
            lambda: _pulse(trainer, clock),
            limit=lambda: MEGABYTE * trainer.preset.keep.size,
        )
        saver = Saver(self._run, trainer, recorder.put, good[-1].step if good else None, sync=recorder.sync)
        rollback = Rollback(trainer, saver, recorder.put, raised)
        control = Control(
            self._run, trainer, recorder, saver, rollback, clock=clock, terminated=self._terminated
        )
        used = 0 if before.guard_ended else before.guard_used  # who resumes after its end gives it new tries
        guard = Guard(trainer, rollback, recorder.put, control.stop, used=used)
        recorder.put(guard.facts())
        recorder.put(trainer.snapshots.facts())
        recorder.start()
        try:
            if not resume:
                saver.save()
                self._run.graft.unlink(missing_ok=True)  # from now on it has a checkpoint of its own
            for event in trainer.run():
                recorder.put(event)
                if isinstance(event, AlarmRaised):
                    self._hooks.alarm(event)
                    rollback.note(event)
                guard.see(event)
                control.between_steps()
                if control.stopping:
                    break
            saver.save()
            state = "stopped" if control.stopping else "finished"
            recorder.put(Facts(values={"state": state, "detail": "", "ended": time.time()}))
            control.settle()
        finally:
            recorder.close()
        if recorder.trouble:
            raise recorder.trouble
        self._hooks.ended(state, step=trainer.step, why=guard.ended)

    def _trainer(
        self, clock: Stopwatch, computed: Mapping[str, object] | None, *, resume: bool
    ) -> tuple[Trainer, dict[str, object]]:
        """The trainer, and what is to be said of how it was built; ``computed`` is how it was before."""
        clock.hold()
        device = devices.find(self._preset.device)
        devices.prepare(device)
        self._say({"detail": f"reading {self._preset.data.tag}", "device": devices.name(device)})
        dataset = load(self._preset.data, device)
        if not resume:  # it has been said
            self._mark_data(dataset.notes)
        self._say(
            {
                "detail": "building networks, trying what is fastest",
                "data_source": dataset.source,
                "classes": dataset.classes,
            }
        )
        trainer = Trainer(self._preset, dataset, device, wall=time.time, clock=clock)
        way = compute.way(self._preset, dataset, device, trainer.objective, before=computed)
        way.take(trainer.objective)
        clock.go()
        return trainer, {
            "compute": asdict(way),
            "device": devices.name(device, channels_last=way.channels_last, precision=self._preset.precision),
            "versions": _versions(),
            "began_as": catalogue.dump(self._preset),
        }

    def _mark_data(self, notes: Iterable[str]) -> None:
        """Say what is to be known about the data, such as which files were skipped."""
        with closing(Store(self._run.database)) as store:
            store.write({}, [Mark(step=0, wall=time.time(), kind="data", text=note) for note in notes])

    def _begin_as_fork(self, trainer: Trainer) -> None:
        """Put the trainer where the parent's checkpoint was, with the settings of this run."""
        trainer.graft(checkpoint.load(self._run.graft))
        with closing(Reader(self._run.database)) as reader:
            parent = reader.facts().parent
        text = f"forked from {parent} at step {trainer.step}"
        mark = Mark(step=trainer.step, wall=time.time(), kind="fork", text=text)
        with closing(Store(self._run.database)) as store:
            store.write({}, [mark, Facts(values={"step": trainer.step})])

    def _go_back_to_checkpoint(self, trainer: Trainer, changes: Iterable[str]) -> None:
        """Put the trainer where the newest checkpoint was, and forget what was recorded after it."""
        found = checkpoint.load_newest(self._run, recorded=self._newest_step())
        trainer.restore(found.state)
        said = [f"training again from step {trainer.step}", *changes]
        if found.broken:
            said.append(f"passed over, as it can't be read: {', '.join(found.broken)}")
        if found.beyond:
            said.append(f"passed over, as the record ends before: {', '.join(found.beyond)}")
        mark = Mark(step=trainer.step, wall=time.time(), kind="resume", text="; ".join(said))
        with closing(Store(self._run.database)) as store:
            store.rewind(trainer.step, asked_before=psutil.Process().create_time())
            store.write({}, [mark])

    def _newest_step(self) -> int:
        with closing(Reader(self._run.database)) as reader:
            return reader.newest_step()

    def _before(self) -> tuple[RunFacts, list[tuple[int, str]]]:
        """What the run said of itself before this stretch, and which alarms it raised, at which step."""
        with closing(Reader(self._run.database)) as reader:
            return reader.facts(), [(alarm.raised_step, alarm.sentence) for alarm in reader.alarms()]


def _pulse(trainer: Trainer, clock: Stopwatch) -> Facts:
    """What goes with every flush: proof of life, and how far it is."""
    return Facts(values={"heartbeat": time.time(), "step": trainer.step, "elapsed": clock()})


MEGABYTE = 1_000_000
_NOT_ENDED = {"error": None, "hint": None, "traceback": None, "guard_ended": ""}


def _versions() -> dict[str, str]:
    packages = ("latentop", "torch", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
