"""The app: owns its parts, and hands them what is pressed and told."""

import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import SystemCommand
from textual.command import CommandPalette, Provider
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES, Theme

from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.presets.preset_error import PresetError
from latentop.tui import palette_commands, themes
from latentop.tui.launcher import Launcher
from latentop.tui.link.command_palette import Palette
from latentop.tui.link.hang_up import Hangup
from latentop.tui.link.linked_app import LinkedApp
from latentop.tui.link.output import Slowed
from latentop.tui.link.terminal import Terminal, recognise
from latentop.tui.model.plain_text import clean
from latentop.tui.model.state import State
from latentop.tui.navigation import Navigation, place_of
from latentop.tui.preferences import Preferences
from latentop.tui.quit_dialogue import QuitDialogue
from latentop.tui.runs.run_liveness import liveness_of
from latentop.tui.screens.help import HelpScreen
from latentop.tui.screens.messages import ForkRun, TrainPreset
from latentop.tui.screens.run import RunScreen
from latentop.tui.screens.runs import RunsScreen
from latentop.tui.screens.script_edit import ScriptEditScreen
from latentop.tui.settings import Remembered, Settings

HINT = "space pauses, p shows presets, ? explains. Training goes on without this screen."
HINT_OF_A_LOG = "a tells of alarms, ? explains. The log is watched on without this screen."

LONGEST = 400
"""Characters of a notice; longer ones would hide what they are about."""
STARTED_SECONDS = 3.0
"""By then the first screen and its charts are drawn."""


class LatentopApp(LinkedApp):
    """The dashboard. Opens on the run that is given, else on the runs, or the presets if there are none.

    Without ``remembered`` nothing is kept beyond the program, and nobody is taken for a newcomer.
    """

    TITLE = "latentop"
    CSS_PATH = "latentop.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        palette_commands.PaletteCommands
    }
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
        environment = dict(os.environ)  # Textual takes NO_COLOR out
        remembered = remembered or Remembered(settings=Settings(hinted=True))
        super().__init__(max_kbps=remembered.settings.max_kbps if max_kbps is None else max_kbps)
        terminal = terminal or recognise(environment, self.console.color_system)
        self.preferences = Preferences(
            self,
            terminal.plain if ascii else terminal,
            remembered,
            environment=environment,
            complain=self.complain,
        )
        self.launcher = Launcher(self, runs, opened=self.open_run, complain=self.complain)
        self.navigation = Navigation(
            self,
            runs,
            launcher=self.launcher,
            terminal=lambda: self.preferences.terminal,
            open_run=self.open_run,
        )
        self.quit_dialogue = QuitDialogue(self, started, stop=self.launcher.stop)
        self.hangup = Hangup(partial(self.exit, return_code=0))
        self._runs = runs
        self._first = run
        self._compared = compared
        self._opened: RunFolder | None = None
        self._seen = State()

    def on_mount(self) -> None:
        """Open the first screen, and say what is wrong with the settings, if anything is."""
        if not self.is_headless and sys.__stdin__ is not None:
            self.hangup.watch(sys.__stdin__.fileno())
        if self._first is not None:
            self.open_run(self._first)
        else:
            self.navigation.show_home()
        if self._compared:
            self.navigation.compare(self._compared)
        if trouble := self.preferences.remembered.trouble:
            self.notify(trouble, severity="warning", timeout=15)
        self.set_timer(STARTED_SECONDS, _collect_garbage_again)

    def on_unmount(self) -> None:
        """Let the worker go that waits for nothing now."""
        self.launcher.dismiss_worker()

    def open_run(self, run: RunFolder) -> None:
        """Show a run; on leaving, its training is asked about."""
        self._opened, self._seen = run, State()
        self.quit_dialogue.remember(run)
        self.navigation.show_run(run)
        if not self.preferences.remembered.settings.hinted and (state := liveness_of(run)).alive:
            self.notify(HINT_OF_A_LOG if state.watched else HINT, timeout=15)
            self.preferences.change(hinted=True)

    def get_theme(self, theme_name: str) -> Theme | None:
        """The theme of that name; Textual's own are made readable first."""
        theme = super().get_theme(theme_name)
        known = theme is not None and theme.name in BUILTIN_THEMES
        return themes.textuals(theme.name) if theme is not None and known else theme

    def get_css_variables(self) -> dict[str, str]:
        """The theme's, and what follows from them."""
        known = super().get_css_variables()
        self.theme_variables = known | themes.variables_from(known)
        return self.theme_variables

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Tell it as it is, whatever it quotes: nothing in it is markup, nothing moves the cursor."""
        message = clean(message)
        message = message if len(message) <= LONGEST else f"{message[: LONGEST - 3]}..."
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def complain(self, error: LatentopError | PresetError) -> None:
        """Show what is wrong and what to do."""
        self.notify(f"{error.message}; {error.hint}", severity="error")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the keys of this place by name, runs, presets, and settings."""
        place, terminal, change = place_of(screen), self.preferences.terminal, self.preferences.change
        yield from palette_commands.actions(screen, place)
        yield from palette_commands.runs(self._runs, self.open_run)
        yield from palette_commands.presets(self.launcher.train_named)
        yield from palette_commands.images(terminal, change)
        yield from palette_commands.colours(terminal, change)
        yield from palette_commands.switches(self.preferences.remembered.settings, change)
        if place == "run":
            yield from palette_commands.traffic(screen)

    def on_runs_screen_chosen(self, message: RunsScreen.Chosen) -> None:
        """Open the run that was chosen."""
        self.open_run(message.run)

    def on_runs_screen_compared(self, message: RunsScreen.Compared) -> None:
        """Lay the runs beside each other."""
        self.navigation.compare(message.runs)

    def on_runs_screen_deleted(self, message: RunsScreen.Deleted) -> None:
        """Forget a run that is no more."""
        self.quit_dialogue.forget(message.run)
        self.navigation.forget(message.run)

    def on_run_screen_changed(self, message: RunScreen.Changed) -> None:
        """Let the person hear of what is new in the run; one that was left may still have sent something."""
        if message.run == self._opened:
            old, self._seen = self._seen, message.state
            self.preferences.tell(old, message.state)

    def on_run_screen_redrawn(self, message: RunScreen.Redrawn) -> None:
        """Draw images so the next time, too."""
        self.preferences.change(images=str(message.style))

    def on_train_preset(self, message: TrainPreset) -> None:
        """Train a preset."""
        self.launcher.train(message)

    def on_fork_run(self, message: ForkRun) -> None:
        """Fork a run."""
        self.launcher.fork(message)

    def on_slowed(self, message: Slowed) -> None:
        """Draw what the link carries."""
        self.preferences.suit_link(slow=message.slow)

    def action_presets(self) -> None:
        """Show what can be trained."""
        self.navigation.show_presets()

    def action_runs(self) -> None:
        """Show all runs."""
        self.navigation.show_runs()

    def action_return(self) -> None:
        """Step out of a place."""
        self.navigation.go_back()

    def action_help(self) -> None:
        """Explain the screen."""
        if (place := place_of(self.screen)) is not None:
            screen = self.screen
            inabilities = screen.inabilities if isinstance(screen, RunScreen | ScriptEditScreen) else {}
            self.push_screen(HelpScreen(place, inabilities))

    def action_command_palette(self) -> None:
        """Find anything by its name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette())  # without an id: the one before may still be on its way out

    def action_colours(self) -> None:
        """Choose a theme and see it at once."""
        self.preferences.choose_colours()

    def action_change_theme(self) -> None:
        """Textual's name for the same."""
        self.action_colours()

    def action_traffic(self) -> None:
        """Say in the first line of a run what is sent to the terminal, or say it no more."""
        self.preferences.meter()

    def action_detach(self) -> None:
        """Close the screen; training goes on."""
        self.quit_dialogue.detach()

    def action_leave(self) -> None:
        """Quit, asking what shall become of the training."""
        self.quit_dialogue.ask()

    async def action_quit(self) -> None:
        """Quit as with q."""
        self.action_leave()

    def action_help_quit(self) -> None:
        """Quit as with q: who presses ctrl+c wants out."""
        self.action_leave()


def _collect_garbage_again() -> None:
    """Where the start has stopped it; what was made until now stays, and is not looked through any more."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
