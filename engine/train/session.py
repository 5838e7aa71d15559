"""One stretch of training, from start or resumption to end or stop: trainer, recorder and control at work."""

import platform
import time
import traceback
from collections.abc import Container, Sequence
from contextlib import closing, suppress
from importlib.metadata import version

import msgspec
import psutil

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.checkpoint.intervals import Saver
from latentop.engine.control.guard import Guard
from latentop.engine.control.listener import Control
from latentop.engine.control.rollback import Rollback
from latentop.engine.data.fingerprint import Files
from latentop.engine.data.fingerprint import save as save_files
from latentop.engine.record.recorder import Recorder
from latentop.engine.run.events import AlarmRaised, Facts, Scalars
from latentop.engine.run.facts import RunFacts, told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import removal
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.run.store.reader import Alarm, Reader
from latentop.engine.run.store.writer import Store, say
from latentop.engine.train import changed_since, devices
from latentop.engine.train.hooks import Hooks
from latentop.engine.train.preparation import Prepared, mark, prepare
from latentop.engine.train.stopwatch import Stopwatch
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue, live
from latentop.presets.schema import Preset
from latentop.presets.wording import spaced


class Session:
    """Trains one run, from its preset as it lies in its folder."""

    def __init__(
        self,
        run: RunFolder,
        preset: Preset,
        *,
        terminated: Terminated,
        hooks: Hooks,
    ) -> None:
        self._run = run
        self._preset = preset
        self._terminated = terminated
        self._hooks = hooks
        self._files: Files | None = None
        """What it trains on from its first step on, until that is written down."""

    def train(self, *, resume: bool, words: Sequence[str] = ()) -> None:
        """Train to the last step, or until told to stop; then write a checkpoint and say so.

        ``words`` change settings before that: those that can be changed while training, and the device.

        Raises whatever keeps it from that; what was recorded until then is in the store.
        """
        before, raised = self._before()
        asked = catalogue.override(self._preset, words)
        preset = msgspec.structs.replace(self._preset, device=asked.device) if resume else asked
        clock = Stopwatch(already=before.elapsed)
        prepared = prepare(self._run, preset, before, clock, resume=resume)
        trainer, self._files = prepared.trainer, prepared.dataset.files
        if resume:
            self._go_back_to_checkpoint(prepared, before)
            if words:
                self._change(trainer, asked, [word.partition("=")[0].strip() for word in words])
        elif self._run.graft.exists():
            self._begin_as_fork(trainer)
        good = checkpoint_file.good(self._run, until=trainer.step) if resume else []
        for snapshot in good:
            trainer.snapshots.keep(snapshot)
        begun = told(state="running", detail="", started=time.time(), ended=None, guard_ended="")
        unbroken = told(error=None, hint=None, traceback=None)
        built = prepared.facts | told(versions=_versions(), began_as=catalogue.dump(self._preset))
        say(self._run.database, begun | unbroken | built | trainer.facts())
        recorder = Recorder(
            self._run,
            lambda: _pulse(trainer, clock),
            limit=lambda: MEGABYTE * trainer.preset.keep.size,
            # A graph that is being recorded minds what else is asked of the device.
            alone=trainer.device.type == "mps" or devices.graphs_wanted(),
        )
        saver = Saver(self._run, trainer, recorder.put, good[-1].step if good else None, sync=recorder.sync)
        rollback = Rollback(
            trainer, saver, recorder.put, [(alarm.raised_step, alarm.sentence) for alarm in raised]
        )
        control = Control(
            self._run, trainer, recorder, saver, rollback, clock=clock, terminated=self._terminated
        )
        used = 0 if before.guard_ended else before.guard_used  # who resumes after its end gives it new tries
        standing = {alarm.name: alarm.sentence for alarm in raised}
        guard = Guard(trainer, rollback, recorder.put, control.stop, used=used, standing=standing)
        recorder.put(guard.facts())
        recorder.put(trainer.snapshots.facts())
        recorder.start()
        try:
            if not resume:
                saver.save(first=True)
                self._run.graft.unlink(missing_ok=True)  # from now on it has a checkpoint of its own
            while not self._trained(trainer, recorder, rollback, guard, control):
                devices.release(trainer.device)
            if not control.removed:
                saver.save()
            state = "stopped" if control.stopping else "finished"
            removed = control.removed
            detail = removal.WHY if removed else ""
            recorder.put(told(state=state, detail=detail, removed=removed, ended=time.time()))
            control.settle()
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell
                recorder.close()
            raise
        recorder.close()
        if recorder.trouble:
            raise recorder.trouble
        self._hooks.ended(state, step=trainer.step, why=guard.ended)

    def _trained(
        self, trainer: Trainer, recorder: Recorder, rollback: Rollback, guard: Guard, control: Control
    ) -> bool:
        """Train to the end or to a stop; False where an edit was taken back, for which memory was short."""
        try:
            for event in trainer.run():
                recorder.put(event)
                if self._files and isinstance(event, Scalars):  # what it trains on is never held out again
                    save_files(self._files, self._run.files)
                    self._files = None
                if isinstance(event, AlarmRaised):
                    self._hooks.alarm(event)
                    rollback.note(event)
                guard.see(event)
                control.between_steps()
                if control.stopping:
                    break
            return True
        except (RuntimeError, MemoryError) as error:
            if not devices.out_of_memory(error):
                raise
            short = error
        # What the broken step holds goes first: the state before it has to fit beside nothing but itself.
        traceback.clear_frames(short.__traceback__)
        devices.release(trainer.device)
        if not control.take_back_edits():
            raise short
        return False

    def _begin_as_fork(self, trainer: Trainer) -> None:
        """Put the trainer where the parent's checkpoint was, with the settings of this run."""
        lost = trainer.graft(checkpoint_file.load(self._run.graft))
        with closing(Reader(self._run.database)) as reader:
            parent = reader.facts().parent
        said = [f"forked from {parent} at step {spaced(trainer.step)}", *filter(None, [lost])]
        mark(self._run, "fork", "; ".join(said), step=trainer.step)
        say(self._run.database, told(step=trainer.step))

    def _go_back_to_checkpoint(self, prepared: Prepared, before: RunFacts) -> None:
        """Put the trainer where the newest checkpoint was, and forget what was recorded after it."""
        trainer, dataset = prepared.trainer, prepared.dataset
        found = checkpoint_file.load_newest(self._run, recorded=self._newest_step())
        lost = trainer.restore(found.state)
        files = changed_since.data(prepared.before, dataset.files)
        said = [
            f"training again from step {spaced(trainer.step)}",
            *changed_since.packages(before.versions, _versions()),
            *changed_since.device(before.device, prepared.device),
            *changed_since.preset(before.began_as, self._preset),
            *files,
            *filter(None, [lost]),
            *changed_since.batch(found.state["settings"]["batch"], trainer.preset.batch, len(dataset.train)),
        ]
        if found.broken:
            said.append(f"passed over, as it can't be read: {', '.join(found.broken)}")
        if found.beyond:
            said.append(f"passed over, as the record ends before: {', '.join(found.beyond)}")
        with closing(Store(self._run.database)) as store:
            store.rewind(trainer.step, asked_before=psutil.Process().create_time())
        mark(self._run, "resume", "; ".join(said), step=trainer.step)
        if files:
            trainer.watch.look_again()
            mark(self._run, "data", *dataset.notes, step=trainer.step)

    def _change(self, trainer: Trainer, asked: Preset, keys: Container[str]) -> None:
        """Give settings the values that were asked for, and mark it as an edit."""
        before = trainer.settings
        trainer.change({key: value for key, value in live.settings(asked).items() if key in keys})
        now = trainer.settings
        if changes := live.differences(before, now):
            trainer.former.append({key: value for key, value in before.items() if now[key] != value})
            mark(self._run, "edit", ", ".join(changes), step=trainer.step)

    def _newest_step(self) -> int:
        with closing(Reader(self._run.database)) as reader:
            return reader.newest_step()

    def _before(self) -> tuple[RunFacts, tuple[Alarm, ...]]:
        """What the run said of itself before this stretch, and which alarms it raised."""
        with closing(Reader(self._run.database)) as reader:
            return reader.facts(), reader.alarms()


def _pulse(trainer: Trainer, clock: Stopwatch) -> Facts:
    """What goes with every flush: proof of life, how far it is, and what it is at."""
    doing, since = trainer.doing
    known = told(step=trainer.step, elapsed=clock(), doing=doing, doing_since=since)
    return known | told(heartbeat=time.time())


MEGABYTE = 1_000_000


def _versions() -> dict[str, str]:
    packages = ("latentop", "torch", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
