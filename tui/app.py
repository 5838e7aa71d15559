"""The app: mounts screens and routes between them; nothing else."""

import os
import sys
from collections.abc import Iterable, Sequence
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
from tui import keys, leaving, start
from tui.hangup import Hangup
from tui.keys import Place
from tui.living import any_runs, liveness_of, living
from tui.messages import TrainPreset
from tui.runs_list import View
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.compare import CompareScreen
from tui.screens.form import FormScreen
from tui.screens.help import HelpScreen
from tui.screens.presets import PresetsScreen
from tui.screens.run import RunScreen
from tui.screens.runs import RunsScreen
from tui.terminal import Terminal, recognise

BESIDE = Choice(key="b", word="both", does="it goes on in the background; both share the machine")
INSTEAD = Choice(key="s", word="stop it", does="it ends after a checkpoint; the new one trains alone")


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

    def __init__(
        self,
        runs: Path,
        run: RunFolder | None = None,
        terminal: Terminal | None = None,
        compared: Sequence[RunFolder] = (),
    ) -> None:
        environment = dict(os.environ)  # Textual takes NO_COLOR out
        super().__init__()
        self.terminal = terminal or recognise(environment, self.console.color_system)
        self.hangup = Hangup(partial(self.exit, return_code=0))
        self._runs = runs
        self._run = run
        self._compared = compared
        self._list = View()
        self._opened: list[RunFolder] = []
        self._home: Place = "run"
        self._waiting: WaitingWorker | None = None
        self._instead: RunFolder | None = None

    def on_mount(self) -> None:
        """Open the first screen."""
        self.set_class(self.terminal.ascii, "-ascii")
        if not self.is_headless and sys.__stdin__ is not None:
            self.hangup.watch(sys.__stdin__.fileno())
        self._home = "runs" if any_runs(self._runs) else "presets"
        self.action_return()
        if self._compared:
            self._compare(self._compared)

    def on_unmount(self) -> None:
        """Let the worker go that waits for nothing now."""
        self._dismiss()

    def on_runs_screen_chosen(self, message: RunsScreen.Chosen) -> None:
        """Open the run that was chosen."""
        self._open(message.run)

    def on_runs_screen_compared(self, message: RunsScreen.Compared) -> None:
        """Lay the runs beside each other."""
        self._compare(message.runs)

    def on_runs_screen_deleted(self, message: RunsScreen.Deleted) -> None:
        """Forget a run that is no more."""
        self._opened = [run for run in self._opened if run != message.run]
        self._run = None if self._run == message.run else self._run

    def on_train_preset(self, message: TrainPreset) -> None:
        """Train a preset, in the place of the run that one came from; ask first about any other."""
        old, others = self._instead, living(self._runs)
        if message.beside or others != [old]:
            self._train(message.name, message.preset, asks=not message.beside)
        elif old is not None and self._start(message.name, message.preset):
            self._stop(old)  # only now: where the new one can't start, the old one trains on
            back = "l lists it, enter opens it, space trains on from its checkpoint."
            self.notify(f"{old.id} stops. To go back: {back}", timeout=10, markup=False)

    def action_presets(self) -> None:
        """Show what can be trained; from a run in training, in its place."""
        here = self._run if self._place() == "run" else None
        self._instead = here if here is not None and living(self._runs) == [here] else None
        self._prepare()
        back = self._leads_back("presets")
        self._go(PresetsScreen(self.terminal, back=back, instead=self._instead))

    def action_runs(self) -> None:
        """Show all runs."""
        self._prepare()
        self._go(RunsScreen(self._runs, self.terminal, view=self._view(), back=self._leads_back("runs")))

    def action_return(self) -> None:
        """From the lists to the run that was open, else to the list that was there at first."""
        if self._place() == "compare":
            self.pop_screen()
        elif self._run is not None:
            self._open(self._run)
        elif self._place() != self._home:
            self.action_runs() if self._home == "runs" else self.action_presets()

    def action_help(self) -> None:
        """Explain the screen."""
        if (place := self._place()) is not None:
            self.push_screen(HelpScreen(place))

    def action_detach(self) -> None:
        """Close the screen; training goes on."""
        self._depart(self._living())

    def action_leave(self) -> None:
        """Quit, asking what shall become of the training that was started or looked at here."""
        if isinstance(self.screen, FormScreen) and self.screen.unsaved:
            self.screen.action_back()
            return
        runs = self._living()
        if not runs or isinstance(self.screen, ChoiceScreen):
            self._depart(runs)
            return

        def act(answer: str | None) -> None:
            if answer == leaving.STOP.word:
                for run in runs:
                    self._stop(run)
                self.exit(message=Text(leaving.stopped(runs)))
            elif answer is not None:
                self._depart(runs)

        self.push_screen(ChoiceScreen(leaving.question(runs), (leaving.DETACH, leaving.STOP)), act)

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

    def _train_named(self, entry: catalogue.Entry) -> None:
        try:
            self._train(entry.name, catalogue.load(entry))
        except catalogue.PresetError as error:
            self.notify(f"{error.message}. {error.hint}", severity="error", markup=False)

    def _train(self, name: str, preset: Preset, *, asks: bool = True) -> None:
        busy = next(iter(living(self._runs)), None)
        if busy is None or not asks:
            self._start(name, preset)
            return

        def act(answer: str | None) -> None:
            if answer == INSTEAD.word:
                self._stop(busy)
            if answer is not None:
                self._start(name, preset)

        self.push_screen(ChoiceScreen(f"{busy.id} is in training. Train {name} too?", (BESIDE, INSTEAD)), act)

    def _start(self, name: str, preset: Preset) -> bool:
        """Start it and show it; False, with the reason told, where that can't be."""
        waiting, self._waiting = self._waiting, None
        try:
            self._open(start.start(self._runs, name, preset, waiting=waiting))
        except LatentopError as error:
            self._waiting = waiting
            self.notify(f"{error.message}. {error.hint}", severity="error", markup=False)
            return False
        return True

    def _stop(self, run: RunFolder) -> None:
        try:
            commands.ask(run, "stop")
        except LatentopError as error:
            self.notify(f"{error.message}. {error.hint}", severity="error", markup=False)

    def _open(self, run: RunFolder) -> None:
        self._run = run
        if run not in self._opened:
            self._opened.append(run)
        self._dismiss()
        self._go(RunScreen(run, self.terminal))

    def _living(self) -> list[RunFolder]:
        return [run for run in self._opened if liveness_of(run).alive]

    def _depart(self, runs: Sequence[RunFolder]) -> None:
        self.exit(message=Text(leaving.detached(runs)) if runs else None)

    def _leads_back(self, place: Place) -> bool:
        """Whether there is something to go back to from one of the lists."""
        return self._run is not None or place != self._home

    def _compare(self, runs: Sequence[RunFolder]) -> None:
        if not isinstance(self.screen, RunsScreen):
            self.action_runs()
        self.push_screen(CompareScreen(runs, self.terminal))

    def _view(self) -> View:
        """How the list of runs was looked at last."""
        lists = [screen for screen in self.screen_stack if isinstance(screen, RunsScreen)]
        return lists[-1].view if lists else self._list

    def _go(self, screen: Screen[None]) -> None:
        self._list = self._view()
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
        places: dict[type, Place] = {
            RunScreen: "run",
            PresetsScreen: "presets",
            RunsScreen: "runs",
            CompareScreen: "compare",
            FormScreen: "form",
        }
        return places.get(type(screen or self.screen))


def dashboard(runs: Path, run: RunFolder | None = None, compared: Sequence[RunFolder] = ()) -> int:
    """Show runs, one, or some compared, until the person leaves or the terminal is gone; 0 either way.

    Training is not touched.

    Raises UsageError where the folder of runs can't be read.
    """
    folder.every(runs)
    app = LatentopApp(runs, run, compared=compared)
    app.run()
    if app.hangup.happened:
        os._exit(0)  # nobody is there to flush to, and a thread may still wait for the terminal
    return app.return_code or 0
