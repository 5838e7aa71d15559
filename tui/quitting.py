"""The app as far as a person leaves it: at once, or asked what shall become of the training."""

from collections.abc import Sequence

from rich.text import Text

from engine.run.folder import RunFolder
from tui import leaving
from tui.launching import LaunchingApp
from tui.living import liveness_of
from tui.screens.choice import ChoiceScreen
from tui.screens.form import FormScreen


class QuittingApp(LaunchingApp):
    """Knows which runs were ``opened``, here or by the command that shows the screen."""

    opened: list[RunFolder]

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
            if answer == leaving.STOP:
                message = leaving.stopped(runs)
                for run in reversed(runs):  # the last in line first: no place that falls free is taken
                    self.stop(run)
                self.exit(message=Text(message))
            elif answer is not None:
                self._depart(runs)

        self.push_screen(ChoiceScreen(leaving.question(runs), leaving.answers(runs)), act)

    def action_help_quit(self) -> None:
        """Quit as with q: who presses ctrl+c wants out."""
        self.action_leave()

    async def action_quit(self) -> None:
        """Quit as with q."""
        self.action_leave()

    def _living(self) -> list[RunFolder]:
        return [run for run in self.opened if liveness_of(run).alive]

    def _depart(self, runs: Sequence[RunFolder]) -> None:
        self.exit(message=Text(leaving.detached(runs)) if runs else None)
