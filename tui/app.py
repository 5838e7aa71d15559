"""The app: mounts screens and routes between them; nothing else."""

import os
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from rich.text import Text
from textual.app import App, SystemCommand
from textual.screen import Screen

from engine.run import commands, folder
from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from engine.run.launch import WaitingWorker
from presets import catalogue
from presets.schema import Preset
from tui import keys, start
from tui.hangup import Hangup
from tui.keys import Place
from tui.living import any_runs, living
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.help import HelpScreen
from tui.screens.presets import PresetsScreen
from tui.screens.run import RunScreen
from tui.screens.runs import RunsScreen
from tui.terminal import Terminal, recognise

BESIDE = Choice(key="b", word="both", does="it goes on in the background; both share the machine")
INSTEAD = Choice(key="s", word="stop it", does="it ends after a checkpoint; the new one trains alone")
DETACH = Choice(key="d", word="detach", does="training goes on; latentop brings this screen back")
STOP = Choice(key="s", word="stop", does="it ends after a checkpoint; latentop resume trains on")


class LatentopApp(App[None]):
    """The dashboard. Opens on the run that is given, else on the runs, or the presets if there are none."""

    TITLE = "latentop"
    CSS_PATH = "latentop.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012, Textual declares them so
        (0, "-slim"),
        (60, "-narrow"),
        (100, "-wide"),
        (160, "-very-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012, Textual declares them so
        (0, "-flat"),
        (16, "-low"),
        (32, "-tall"),
        (50, "-very-tall"),
    ]

    def __init__(self, runs: Path, run: RunFolder | None = None, terminal: Terminal | None = None) -> None:
        environment = dict(os.environ)  # Textual takes NO_COLOR out
        super().__init__()
        self.terminal = terminal or recognise(environment, self.console.color_system)
        self.hangup = Hangup(partial(self.exit, return_code=0))
        self._runs = runs
        self._run = run
        self._waiting: WaitingWorker | None = None

    def on_mount(self) -> None:
        """Open the first screen."""
        self.set_class(self.terminal.ascii, "-ascii")
        if not self.is_headless and sys.__stdin__ is not None:
            self.hangup.watch(sys.__stdin__.fileno())
        if self._run is not None:
            self._open(self._run)
        elif any_runs(self._runs):
            self.action_runs()
        else:
            self.action_presets()

    def on_unmount(self) -> None:
        """Let the worker go that waits for nothing now."""
        self._dismiss()

    def on_runs_screen_chosen(self, message: RunsScreen.Chosen) -> None:
        """Open the run that was chosen."""
        self._open(message.run)

    def on_presets_screen_chosen(self, message: PresetsScreen.Chosen) -> None:
        """Train the preset that was chosen; ask first what becomes of a run in training."""
        self._train(message.name, message.preset)

    def action_presets(self) -> None:
        """Show what can be trained."""
        self._prepare()
        self._go(PresetsScreen(self.terminal))

    def action_runs(self) -> None:
        """Show all runs."""
        self._prepare()
        self._go(RunsScreen(self._runs, self.terminal))

    def action_return(self) -> None:
        """From the lists to the run that was open; from the presets else to the runs."""
        if self._run is not None:
            self._open(self._run)
        elif isinstance(self.screen, PresetsScreen) and any_runs(self._runs):
            self.action_runs()

    def action_help(self) -> None:
        """Explain the screen."""
        if (place := self._place()) is not None:
            self.push_screen(HelpScreen(place))

    def action_detach(self) -> None:
        """Close the screen; training goes on."""
        screen = self.screen
        if isinstance(screen, RunScreen) and screen.state.liveness.alive:
            self.exit(message=_farewell(screen.run))
        else:
            self.exit()

    def action_leave(self) -> None:
        """Quit, asking what shall become of the training on the screen."""
        screen = self.screen
        if self._place() is None or not isinstance(screen, RunScreen) or not screen.state.liveness.alive:
            self.exit()
            return
        question = f"{screen.state.facts.preset} is {screen.words}. What shall become of it?"
        self.push_screen(ChoiceScreen(question, (DETACH, STOP)), partial(self._left, screen.run))

    def action_help_quit(self) -> None:
        """Quit as with q: who presses ctrl+c wants out."""
        self.action_leave()

    async def action_quit(self) -> None:
        """Quit as with q."""
        self.action_leave()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the keys of this place by name, every preset, and the theme."""
        place = self._place(screen)
        for key in keys.of(place) if place else ():
            if not key.built_in:
                yield SystemCommand(key.does, f"key: {key.shown}", partial(screen.run_action, key.action))
        for entry in catalogue.entries():
            yield SystemCommand(
                f"Train {entry.name}", f"a preset of {entry.group}", partial(self._train_named, entry)
            )
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)

    def _left(self, run: RunFolder, answer: str | None) -> None:
        if answer == STOP.word:
            self._stop(run)
        if answer is not None:
            self.exit(message=_farewell(run) if answer == DETACH.word else None)

    def _train_named(self, entry: catalogue.Entry) -> None:
        try:
            self._train(entry.name, catalogue.load(entry))
        except catalogue.PresetError as error:
            self.notify(f"{error.message}. {error.hint}", severity="error", markup=False)

    def _train(self, name: str, preset: Preset) -> None:
        busy = next(iter(living(self._runs)), None)
        if busy is None:
            self._start(name, preset)
            return

        def act(answer: str | None) -> None:
            if answer == INSTEAD.word:
                self._stop(busy)
            if answer is not None:
                self._start(name, preset)

        self.push_screen(ChoiceScreen(f"{busy.id} is in training. Train {name} too?", (BESIDE, INSTEAD)), act)

    def _start(self, name: str, preset: Preset) -> None:
        waiting, self._waiting = self._waiting, None
        try:
            self._open(start.start(self._runs, name, preset, waiting))
        except LatentopError as error:
            self._waiting = waiting
            self.notify(f"{error.message}. {error.hint}", severity="error", markup=False)

    def _stop(self, run: RunFolder) -> None:
        try:
            commands.ask(run, "stop")
        except LatentopError as error:
            self.notify(f"{error.message}. {error.hint}", severity="error", markup=False)

    def _open(self, run: RunFolder) -> None:
        self._run = run
        self._dismiss()
        self._go(RunScreen(run, self.terminal))

    def _go(self, screen: Screen[None]) -> None:
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) == 2:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def _prepare(self) -> None:
        """Have a worker import torch, so that the preset that is chosen next trains at once."""
        if self._waiting is None:
            self._waiting = WaitingWorker()

    def _dismiss(self) -> None:
        if self._waiting is not None:
            self._waiting.dismiss()
            self._waiting = None

    def _place(self, screen: Screen[object] | None = None) -> Place | None:
        places: dict[type, Place] = {RunScreen: "run", PresetsScreen: "presets", RunsScreen: "runs"}
        return places.get(type(screen or self.screen))


def _farewell(run: RunFolder) -> Text:
    return Text(f"{run.id} trains on. Back to it: latentop attach. End it: latentop stop {run.id}")


def dashboard(runs: Path, run: RunFolder | None = None) -> int:
    """Show runs until the person leaves or the terminal is gone; 0 either way. Training is not touched.

    Raises UsageError where the folder of runs can't be read.
    """
    folder.every(runs)
    app = LatentopApp(runs, run)
    app.run()
    if app.hangup.happened:
        os._exit(0)  # nobody is there to flush to, and a thread may still wait for the terminal
    return app.return_code or 0
