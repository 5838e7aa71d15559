"""The app: mounts screens and routes between them; nothing else."""

import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import SystemCommand
from textual.command import CommandPalette, Provider
from textual.screen import Screen

from engine.run import folder
from engine.run.folder import RunFolder
from tui import palette, settings
from tui.hangup import Hangup
from tui.keys import Place
from tui.living import any_runs, living
from tui.quitting import QuittingApp
from tui.runs_list import View
from tui.screens.compare import CompareScreen
from tui.screens.edit import EditScreen
from tui.screens.form import FormScreen
from tui.screens.help import HelpScreen
from tui.screens.keeping import Keeping
from tui.screens.presets import PresetsScreen
from tui.screens.reading import Reading
from tui.screens.run import RunScreen
from tui.screens.runs import RunsScreen
from tui.settings import Remembered
from tui.state import State
from tui.terminal import Terminal

HINT = "space pauses, p shows presets, ? explains. Training goes on without this screen."

STARTED_SECONDS = 3.0
"""By then the first screen and its charts are drawn."""


class LatentopApp(QuittingApp):
    """The dashboard. Opens on the run that is given, else on the runs, or the presets if there are none."""

    TITLE = "latentop"
    CSS_PATH = "latentop.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {palette.Commands}
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
        remembered: Remembered | None = None,
        *,
        compared: Sequence[RunFolder] = (),
        started: Sequence[RunFolder] = (),
        ascii: bool = False,
        max_kbps: int | None = None,
    ) -> None:
        """``started``: runs that the command which shows the screen has begun or put in line."""
        super().__init__(runs, terminal, remembered, ascii=ascii, max_kbps=max_kbps)
        self.hangup = Hangup(partial(self.exit, return_code=0))
        self._run = run
        self._compared = compared
        self._list = View()
        self.opened = list(started)
        self._behind: list[Place] = []
        self._seen = State()

    def on_mount(self) -> None:
        """Open the first screen."""
        if not self.is_headless and sys.__stdin__ is not None:
            self.hangup.watch(sys.__stdin__.fileno())
        if self._run is not None:
            self.open_run(self._run)
        else:
            self._show(self._home())
        if self._compared:
            self._compare(self._compared)
        self.set_timer(STARTED_SECONDS, _collect_garbage_again)

    def on_runs_screen_chosen(self, message: RunsScreen.Chosen) -> None:
        """Open the run that was chosen."""
        self.open_run(message.run)

    def on_runs_screen_compared(self, message: RunsScreen.Compared) -> None:
        """Lay the runs beside each other."""
        self._compare(message.runs)

    def on_keeping_deleted(self, message: Keeping.Deleted) -> None:
        """Forget a run that is no more."""
        self.opened = [run for run in self.opened if run != message.run]
        self._run = None if self._run == message.run else self._run

    def on_run_screen_changed(self, message: RunScreen.Changed) -> None:
        """Let the person hear of what is new in the run."""
        old, self._seen = self._seen, message.state
        self.tell(old, message.state)

    def on_reading_redrawn(self, message: Reading.Redrawn) -> None:
        """Draw images so the next time, too."""
        self.remember(images=str(message.style))

    def action_presets(self) -> None:
        """Show what can be trained; from a run in training, in its place."""
        here = self._run if self._place() == "run" else None
        self.instead = here if here is not None and living(self.runs) == [here] else None
        self._leave_behind()
        self._show("presets")

    def action_runs(self) -> None:
        """Show all runs; a comparison lies over their list."""
        if self._place() == "compare":
            self.pop_screen()
            return
        self._leave_behind()
        self._show("runs")

    def action_return(self) -> None:
        """One layer out: from a list to where it was opened, from a run to the list of runs."""
        place = self._place()
        if place == "compare":
            self.pop_screen()
        elif self._behind:
            before = self._behind.pop()
            if before == "run" and self._run is not None:
                self.open_run(self._run)
            else:
                self._show(before)
        elif place not in (None, self._home()):
            self._show(self._home())

    def action_help(self) -> None:
        """Explain the screen."""
        if (place := self._place()) is not None:
            self.push_screen(HelpScreen(place))

    def action_command_palette(self) -> None:
        """Find anything by its name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(palette.Palette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the keys of this place by name, runs, presets, and settings."""
        yield from palette.actions(screen, self._place(screen))
        yield from palette.runs(self.runs, self.open_run)
        yield from palette.presets(self.train_named)
        yield from palette.images(self.terminal, self.remember)
        yield from palette.colours(self.terminal, self.remember)
        yield from palette.switches(self.remembered.settings, self.remember)
        if self._place(screen) == "run":
            yield from palette.traffic(screen)

    def open_run(self, run: RunFolder) -> None:
        """Show a run."""
        self._run = run
        self._behind.clear()
        self._seen = State()
        if run not in self.opened:
            self.opened.append(run)
        self.dismiss_worker()
        self._go(RunScreen(run, self.terminal))
        if not self.remembered.settings.hinted:
            self.notify(HINT, timeout=15)
            self.remember(hinted=True)

    def _show(self, place: Place) -> None:
        """Show one of the lists."""
        back = bool(self._behind) or place != self._home()
        if place == "presets":
            self.prepare()
            self._go(PresetsScreen(self.terminal, back=back, instead=self.instead))
        else:
            self.dismiss_worker()
            self._go(RunsScreen(self.runs, self.terminal, view=self._view(), back=back))

    def _home(self) -> Place:
        """The outermost list: the runs, or the presets while there are none."""
        return "runs" if any_runs(self.runs) else "presets"

    def _leave_behind(self) -> None:
        """Remember the way back from the list that is shown next."""
        if (place := self._place()) is not None:
            self._behind.append(place)

    def _compare(self, runs: Sequence[RunFolder]) -> None:
        if not isinstance(self.screen, RunsScreen):
            self.action_runs()
        self.call_next(self.push_screen, CompareScreen(runs, self.terminal))

    def _view(self) -> View:
        """How the list of runs was looked at last."""
        lists = [screen for screen in self.screen_stack if isinstance(screen, RunsScreen)]
        return lists[-1].view if lists else self._list

    def _go(self, screen: Screen[None]) -> None:
        """Show one of the places, once the app is done with what it is at."""
        self._list = self._view()
        self.call_next(self._change, screen)

    async def _change(self, screen: Screen[None]) -> None:
        await self.at_rest()
        while len(self.screen_stack) > 2:
            await self.pop_screen()
        await (self.switch_screen(screen) if len(self.screen_stack) == 2 else self.push_screen(screen))

    def _place(self, screen: Screen[object] | None = None) -> Place | None:
        places: dict[type, Place] = {
            RunScreen: "run",
            PresetsScreen: "presets",
            RunsScreen: "runs",
            CompareScreen: "compare",
            FormScreen: "form",
            EditScreen: "edit",
        }
        return places.get(type(screen or self.screen))


def dashboard(
    runs: Path,
    run: RunFolder | None = None,
    *,
    compared: Sequence[RunFolder] = (),
    started: Sequence[RunFolder] = (),
    ascii: bool = False,
    max_kbps: int | None = None,
) -> int:
    """Show runs, one, or some compared, until the person leaves or the terminal is gone; 0 either way.

    Training is not touched. Who leaves is asked about runs in training that were ``started`` for this screen.

    ``ascii``: send nothing but ASCII, whatever the terminal says of itself. ``max_kbps``: send at most so
    many kilobits a second, whatever the settings say.

    Raises UsageError where the folder of runs can't be read.
    """
    folder.every(runs)
    app = LatentopApp(
        runs,
        run,
        remembered=Remembered(settings.path()),
        compared=compared,
        started=started,
        ascii=ascii,
        max_kbps=max_kbps,
    )
    app.run()
    if app.hangup.happened:
        os._exit(0)  # nobody is there to flush to, and a thread may still wait for the terminal
    return app.return_code or 0


def _collect_garbage_again() -> None:
    """Where the start has stopped it; what was made until now stays, and is not looked through any more."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
