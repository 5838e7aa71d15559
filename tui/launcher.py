"""Have presets trained: at once, beside a run in training, or in its place."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App

from latentop.engine.run import commands
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.launch import WaitingWorker
from latentop.presets import catalogue
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.tui.runs import forks, start
from latentop.tui.runs.run_liveness import living
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.messages import ForkRun, TrainPreset

BESIDE = Choice(key="b", word="both", does="it goes on in the background; both share the machine")
INSTEAD = Choice(key="s", word="stop it", does="it ends after a checkpoint; the new one trains alone")


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
        elif old is not None and self._start(message.name, message.preset):
            self.stop(old)  # only now: where the new one can't start, the old one trains on
            back = "l lists it, enter opens it, space trains on from its checkpoint."
            self._app.notify(f"{old.id} stops. To go back: {back}", timeout=10)

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
            self._app.call_later(self.stop, parent)
        self._app.call_later(self._opened, run)

    def _train(self, name: str, preset: Preset, *, asks: bool = True) -> None:
        busy = next(iter(living(self.runs)), None)
        if busy is None or not asks:
            self._start(name, preset)
            return

        def act(answer: str | None) -> None:
            if answer is not None and self._start(name, preset) and answer == INSTEAD.word:
                self.stop(busy)

        question = f"{busy.id} is in training. Train {name} too?"
        self._app.push_screen(ChoiceScreen(question, (BESIDE, INSTEAD)), act)

    def _start(self, name: str, preset: Preset) -> bool:
        """Start it and show it; False, with the reason told, where that can't be."""
        waiting, self._waiting = self._waiting, None
        try:
            self._opened(start.start(self.runs, name, preset, waiting=waiting))
        except (LatentopError, PresetError) as error:
            self._waiting = waiting
            self._complain(error)
            return False
        return True
