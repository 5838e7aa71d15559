"""How a person leaves: at once, or asked what shall become of the training."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.text import Text
from textual.app import App

from latentop.engine.run.folder import RunFolder
from latentop.tui.runs import leave
from latentop.tui.runs.run_liveness import liveness_of
from latentop.tui.screens.choice import ChoiceScreen
from latentop.tui.screens.entry import Entry
from latentop.tui.screens.settings_form import SettingsForm


class QuitDialogue:
    """Asks about runs that were ``opened``, here or by the command that shows the screen."""

    def __init__(
        self, app: App[Any], opened: Sequence[RunFolder], *, stop: Callable[[RunFolder], object]
    ) -> None:
        """``stop`` asks a run to end."""
        self._app = app
        self._opened = list(opened)
        self._stop = stop

    def remember(self, run: RunFolder) -> None:
        """Ask about it, too."""
        if run not in self._opened:
            self._opened.append(run)

    def forget(self, run: RunFolder) -> None:
        """Ask about it no more."""
        self._opened = [one for one in self._opened if one != run]

    def detach(self) -> None:
        """Close the screen; training goes on."""
        self._depart(self._living())

    def ask(self) -> None:
        """Quit, asking what shall become of the training that was started or looked at here.

        Where something is typed in a form or a dialogue, that asks instead, whatever else lies over it.
        """
        typed = [
            one for one in self._app.screen_stack if isinstance(one, SettingsForm | Entry) and one.unsaved
        ]
        if typed:
            while self._app.screen is not typed[-1]:
                self._app.pop_screen()
            typed[-1].action_back()
            return
        runs = self._living()
        if not runs or isinstance(self._app.screen, ChoiceScreen):
            self._depart(runs)
            return

        def act(answer: str | None) -> None:
            if answer == leave.STOP:
                message = leave.stopped(runs)
                for run in reversed(runs):  # the last in line first: no place that falls free is taken
                    self._stop(run)
                self._app.exit(message=Text(message))
            elif answer is not None:
                self._depart(runs)

        self._app.push_screen(ChoiceScreen(leave.question(runs), leave.answers(runs)), act)

    def _living(self) -> list[RunFolder]:
        return [run for run in self._opened if liveness_of(run).alive]

    def _depart(self, runs: Sequence[RunFolder]) -> None:
        self._app.exit(message=Text(leave.detached(runs)) if runs else None)
