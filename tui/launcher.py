"""Have presets trained: at once, beside a run in training, or in its place."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App
from textual.worker import get_current_worker

from latentop.engine.run import commands
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.facts import BUILDING
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.launch import WaitingWorker
from latentop.presets import catalogue
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.tui.runs import forks, start
from latentop.tui.runs.glance import glance
from latentop.tui.runs.run_liveness import living
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.messages import ForkRun, TrainPreset

BESIDE = Choice(key="b", word="both", does="it goes on in the background; both share the machine")
INSTEAD = Choice(key="s", word="stop it", does="it ends after a checkpoint; the new one trains alone")
_LOOK_SECONDS = 0.2


class Launcher:
    """Keeps a worker in waiting while presets are shown, so that what is chosen there trains at once."""

    def __init__(
        self,
        app: App[Any],
        runs: Path,
        *,
        opened: Callable[[RunFolder], object],
        complain: Callable[[LatentopError | PresetError], object],
    ) -> None:
        """``opened`` shows a run that was launched, ``complain`` why one can't be."""
        self.runs = runs
        self.instead: RunFolder | None = None
        """The run in training whose place the next preset takes."""
        self._app = app
        self._opened = opened
        self._complain = complain
        self._waiting: WaitingWorker | None = None

    def train(self, message: TrainPreset) -> None:
        """Train a preset, in the place of the run that one came from; ask first about any other."""
        old, others = self.instead, living(self.runs)
        if message.beside or others != [old]:
            self._train(message.name, message.preset, asks=not message.beside)
        elif old is not None and (new := self._start(message.name, message.preset)):
            self._replace(old, new)

    def train_named(self, entry: catalogue.Entry) -> None:
        """Train the preset of that entry."""
        try:
            self._train(entry.name, catalogue.load(entry))
        except PresetError as error:
            self._complain(error)

    def fork(self, message: ForkRun) -> None:
        """Fork a run, once it has written a checkpoint, and show the fork."""
        self._app.run_worker(partial(self._fork, message.run, message.values, message.instead), thread=True)

    def stop(self, run: RunFolder) -> None:
        """Ask a run to end with a checkpoint."""
        try:
            commands.ask(run, "stop")
        except LatentopError as error:
            self._complain(error)

    def prepare(self) -> None:
        """Have a worker import torch, so that the preset that is chosen next trains at once."""
        if self._waiting is None:
            with suppress(LatentopError):  # where no process can be started now, one may later
                self._waiting = WaitingWorker()

    def dismiss_worker(self) -> None:
        """Let the worker go that waits for nothing now."""
        if self._waiting is not None:
            self._waiting.dismiss()
            self._waiting = None

    def _fork(self, parent: RunFolder, values: Mapping[str, object], instead: bool) -> None:
        forks.freshen(parent)
        try:
            fork = forks.with_values(forks.begun(parent), values)
            run = forks.launch(self.runs, fork)
        except (LatentopError, PresetError) as error:
            self._app.call_later(self._complain, error)
            return
        if instead:
            self._app.call_later(self._replace, parent, run)
        self._app.call_later(self._opened, run)

    def _replace(self, old: RunFolder, new: RunFolder) -> None:
        """Stop a run once another one trains in its place; where that fails before, the old one trains on."""
        self._app.run_worker(partial(self._await_first_step, old, new), thread=True, group="replacing")

    def _await_first_step(self, old: RunFolder, new: RunFolder) -> None:
        worker = get_current_worker()
        while (begun := _has_begun(new)) is None and not worker.is_cancelled:
            time.sleep(_LOOK_SECONDS)
        if begun is None:  # the screen is left: it was to be stopped all the same
            with suppress(LatentopError):
                commands.ask(old, "stop")
        elif begun:
            back = "l lists it, enter opens it, space trains on from its checkpoint."
            said = f"{old.id} stops. To go back: {back}"
            self._app.call_later(self.stop, old)
        else:
            said = f"{new.id} did not begin: {old.id} trains on. l lists it, enter opens it."
        if begun is not None:
            self._app.call_later(partial(self._app.notify, said, timeout=10))

    def _train(self, name: str, preset: Preset, *, asks: bool = True) -> None:
        busy = next(iter(living(self.runs)), None)
        if busy is None or not asks:
            self._start(name, preset)
            return

        def act(answer: str | None) -> None:
            if answer is not None and (new := self._start(name, preset)) and answer == INSTEAD.word:
                self._replace(busy, new)

        question = f"{busy.id} is in training. Train {name} too?"
        self._app.push_screen(ChoiceScreen(question, (BESIDE, INSTEAD)), act)

    def _start(self, name: str, preset: Preset) -> RunFolder | None:
        """Start it and show it; None, with the reason told, where that can't be."""
        waiting, self._waiting = self._waiting, None
        try:
            run = start.start(self.runs, name, preset, waiting=waiting)
        except (LatentopError, PresetError) as error:
            self._waiting = waiting
            self._complain(error)
            return None
        self._opened(run)
        return run


def _has_begun(run: RunFolder) -> bool | None:
    """Whether a run trains, or is about to, with its data read; None as long as it may still.

    What is fastest here is tried then, beside nothing else that trains.
    """
    try:
        facts, state = glance(run)
    except LatentopError:
        return False  # it was deleted
    trained = facts.step > facts.parent_step
    if state.alive:
        return True if trained or facts.detail == BUILDING else None
    return trained or state.name == "finished"
