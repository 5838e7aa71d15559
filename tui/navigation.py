"""Which place is shown: a run, a list, a comparison; and the way back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from textual.screen import Screen

from latentop.engine.run.folder import RunFolder
from latentop.tui.keys import Place
from latentop.tui.launcher import Launcher
from latentop.tui.link.linked_app import LinkedApp
from latentop.tui.link.terminal import Terminal
from latentop.tui.runs.run_list import RunListView
from latentop.tui.runs.run_liveness import any_runs, living
from latentop.tui.screens.compare import CompareScreen
from latentop.tui.screens.edit import EditScreen
from latentop.tui.screens.form import FormScreen
from latentop.tui.screens.presets import PresetsScreen
from latentop.tui.screens.run import RunScreen
from latentop.tui.screens.runs import RunsScreen
from latentop.tui.screens.script_edit import ScriptEditScreen

PLACES: dict[type, Place] = {
    RunScreen: "run",
    PresetsScreen: "presets",
    RunsScreen: "runs",
    CompareScreen: "compare",
    FormScreen: "form",
    EditScreen: "edit",
    ScriptEditScreen: "edit",
}


def place_of(screen: Screen[object]) -> Place | None:
    """The place that a screen is; a dialogue is none."""
    return PLACES.get(type(screen))


class Navigation:
    """Shows one place at a time, and lays what belongs to it over it."""

    def __init__(
        self,
        app: LinkedApp,
        runs: Path,
        *,
        launcher: Launcher,
        terminal: Callable[[], Terminal],
        open_run: Callable[[RunFolder], object],
    ) -> None:
        """``open_run`` shows a run again, ``terminal`` says how images are drawn now."""
        self._app = app
        self._runs = runs
        self._launcher = launcher
        self._terminal = terminal
        self._open_run = open_run
        self._run: RunFolder | None = None
        self._view = RunListView()
        self._behind: list[Place] = []

    def show_home(self) -> None:
        """Show the outermost list."""
        self._show(self._home())

    def show_run(self, run: RunFolder) -> None:
        """Show a run."""
        self._run = run
        self._behind.clear()
        self._launcher.dismiss_worker()
        self._go(lambda: RunScreen(run, self._terminal()))
        self._view = replace(self._view, cursor=run.id)  # the list that is shown next begins at this run

    def show_presets(self) -> None:
        """Show what can be trained; from a run in training, in its place."""
        here = self._run if self._place == "run" else None
        alone = here is not None and living(self._runs) == [here]
        self._launcher.instead = here if alone else None
        self._leave_behind()
        self._show("presets")

    def show_runs(self) -> None:
        """Show all runs; a comparison lies over their list."""
        if self._place == "compare":
            self._app.pop_screen()
            return
        self._leave_behind()
        self._show("runs")

    def compare(self, runs: Sequence[RunFolder]) -> None:
        """Lay runs beside each other."""
        if not isinstance(self._app.screen, RunsScreen):
            self.show_runs()
        self._app.call_next(self._app.push_screen, CompareScreen(runs, self._terminal()))

    def go_back(self) -> None:
        """One layer out: from a list to where it was opened, from a run to the list of runs."""
        if self._place == "compare":
            self._app.pop_screen()
        elif self._behind:
            before = self._behind.pop()
            if before == "run" and self._run is not None:
                self._open_run(self._run)
            else:
                self._show(before)
        elif self._place not in (None, self._home()):
            self.show_home()

    def forget(self, run: RunFolder) -> None:
        """No way leads back to a run that is no more."""
        self._run = None if self._run == run else self._run

    @property
    def _place(self) -> Place | None:
        return place_of(self._app.screen)

    def _show(self, place: Place) -> None:
        """Show one of the lists."""
        back = bool(self._behind) or place != self._home()
        if place == "presets":
            self._launcher.prepare()
            instead = self._launcher.instead
            self._go(lambda: PresetsScreen(self._runs, self._terminal(), back=back, instead=instead))
        else:
            self._launcher.dismiss_worker()
            view = self._last_view()
            self._go(lambda: RunsScreen(self._runs, self._terminal(), view=view, back=back))

    def _home(self) -> Place:
        """The outermost list: the runs, or the presets while there are none."""
        return "runs" if any_runs(self._runs) else "presets"

    def _leave_behind(self) -> None:
        """Remember the way back from the list that is shown next."""
        if (place := self._place) is not None:
            self._behind.append(place)

    def _last_view(self) -> RunListView:
        """How the list of runs was looked at last."""
        lists = [screen for screen in self._app.screen_stack if isinstance(screen, RunsScreen)]
        return lists[-1].view if lists else self._view

    def _go(self, make: Callable[[], Screen[None]]) -> None:
        """Make and show one of the places, once the app is done with what it is at."""
        self._view = self._last_view()
        self._app.call_next(self._change, make)

    async def _change(self, make: Callable[[], Screen[None]]) -> None:
        app = self._app
        await app.type_ahead.at_rest()
        while len(app.screen_stack) > 2:
            await app.pop_screen()
        screen = make()  # as the terminal is looked at now
        await (app.switch_screen(screen) if len(app.screen_stack) == 2 else app.push_screen(screen))
