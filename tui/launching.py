"""The app as far as it has presets trained: at once, beside a run in training, or in its place."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from engine.run import commands
from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from engine.run.launch import WaitingWorker
from presets import catalogue
from presets.schema import Preset
from tui import forking, start
from tui.living import living
from tui.messages import ForkRun, TrainPreset
from tui.personal import PersonalApp
from tui.screens.choice import Choice, ChoiceScreen
from tui.settings import Remembered
from tui.terminal import Terminal

BESIDE = Choice(key="b", word="both", does="it goes on in the background; both share the machine")
INSTEAD = Choice(key="s", word="stop it", does="it ends after a checkpoint; the new one trains alone")


class LaunchingApp(PersonalApp):
    """Keeps a worker in waiting while presets are shown, so that what is chosen there trains at once."""

    def __init__(
        self,
        runs: Path,
        terminal: Terminal | None = None,
        remembered: Remembered | None = None,
        *,
        ascii: bool = False,
        max_kbps: int | None = None,
    ) -> None:
        super().__init__(terminal, remembered, ascii=ascii, max_kbps=max_kbps)
        self.runs = runs
        self.instead: RunFolder | None = None
        """The run in training whose place the next preset takes."""
        self._waiting: WaitingWorker | None = None

    def open_run(self, run: RunFolder) -> None:
        """Show a run; the app itself knows how."""
        raise NotImplementedError

    def on_unmount(self) -> None:
        """Let the worker go that waits for nothing now."""
        self.dismiss_worker()

    def on_train_preset(self, message: TrainPreset) -> None:
        """Train a preset, in the place of the run that one came from; ask first about any other."""
        old, others = self.instead, living(self.runs)
        if message.beside or others != [old]:
            self._train(message.name, message.preset, asks=not message.beside)
        elif old is not None and self._start(message.name, message.preset):
            self.stop(old)  # only now: where the new one can't start, the old one trains on
            back = "l lists it, enter opens it, space trains on from its checkpoint."
            self.notify(f"{old.id} stops. To go back: {back}", timeout=10)

    def on_fork_run(self, message: ForkRun) -> None:
        """Fork a run, once it has written a checkpoint, and show the fork."""
        self.run_worker(partial(self._fork, message.run, message.values, message.instead), thread=True)

    def _fork(self, parent: RunFolder, values: Mapping[str, object], instead: bool) -> None:
        forking.freshen(parent)
        try:
            fork = forking.with_values(forking.begun(parent), values)
            run = forking.launch(self.runs, fork)
        except (LatentopError, catalogue.PresetError) as error:
            self.call_from_thread(self.complain, error)
            return
        if instead:
            self.call_from_thread(self.stop, parent)
        self.call_from_thread(self.open_run, run)

    def train_named(self, entry: catalogue.Entry) -> None:
        """Train the preset of that entry."""
        try:
            self._train(entry.name, catalogue.load(entry))
        except catalogue.PresetError as error:
            self.complain(error)

    def _train(self, name: str, preset: Preset, *, asks: bool = True) -> None:
        busy = next(iter(living(self.runs)), None)
        if busy is None or not asks:
            self._start(name, preset)
            return

        def act(answer: str | None) -> None:
            if answer == INSTEAD.word:
                self.stop(busy)
            if answer is not None:
                self._start(name, preset)

        self.push_screen(ChoiceScreen(f"{busy.id} is in training. Train {name} too?", (BESIDE, INSTEAD)), act)

    def _start(self, name: str, preset: Preset) -> bool:
        """Start it and show it; False, with the reason told, where that can't be."""
        waiting, self._waiting = self._waiting, None
        try:
            self.open_run(start.start(self.runs, name, preset, waiting=waiting))
        except LatentopError as error:
            self._waiting = waiting
            self.complain(error)
            return False
        return True

    def stop(self, run: RunFolder) -> None:
        """Ask a run to end with a checkpoint."""
        try:
            commands.ask(run, "stop")
        except LatentopError as error:
            self.complain(error)

    def prepare(self) -> None:
        """Have a worker import torch, so that the preset that is chosen next trains at once."""
        if self._waiting is None:
            self._waiting = WaitingWorker()

    def dismiss_worker(self) -> None:
        """Let the worker go that waits for nothing now."""
        if self._waiting is not None:
            self._waiting.dismiss()
            self._waiting = None
