"""What keys on a run ask of its worker: pause, go on, stop, write a checkpoint, change a setting."""

from collections.abc import Mapping
from functools import partial
from subprocess import Popen

from textual.reactive import reactive

from engine.run import commands, launch
from engine.run.commands import Name
from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from presets.catalogue import PresetError
from tui import states, wording
from tui.messages import ForkRun
from tui.present import preset_of
from tui.screens import rollback
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.edit import EditScreen, Wanted
from tui.screens.place import PlaceScreen
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.preview import Preview

STOP = (
    Choice(key="s", word="stop", does="it ends after a checkpoint; space trains on from there"),
    Choice(key="p", word="pause", does="it waits; space lets it go on at once"),
)
LEAVE_LINE = (Choice(key="s", word="stop", does="it never begins; space trains it nevertheless"),)
TRAIN_ON = (Choice(key="t", word="train on", does="what was recorded after that step is forgotten"),)
BEGIN = (Choice(key="t", word="train", does="it begins at once, whatever else trains"),)


class Commanding(PlaceScreen[None]):
    """The screen of a run that can be asked; first of all it makes sure that somebody is there to hear."""

    state: reactive[State] = reactive(State, repaint=False)

    def __init__(self, run: RunFolder, terminal: Terminal) -> None:
        super().__init__()
        self.run = run
        self._terminal = terminal
        self.checkpoint: int | None = None
        """The step that a run which ended early can train on from."""
        self._resumed: Popen[bytes] | None = None

    def action_pause(self) -> None:
        """Pause, or go on; a run that ended early trains on from its last checkpoint, if that is meant."""

        def act(answer: str | None) -> None:
            if answer is not None:
                self.run_worker(self._train_on, thread=True)

        if self.state.liveness.alive or self.checkpoint is None:
            self._ask("resume" if self.state.liveness.name in states.HELD else "pause")
        elif self._resumed is not None and self._resumed.poll() is None:
            self.notify("Its new worker is on the way.")
        elif not self.checkpoint:
            self.app.push_screen(ChoiceScreen("Train it from its first step?", BEGIN), act)
        else:
            step = wording.spaced(self.checkpoint)
            self.app.push_screen(
                ChoiceScreen(f"Train on from its last checkpoint, step {step}?", TRAIN_ON), act
            )

    def action_checkpoint(self) -> None:
        """Write a checkpoint now."""
        self._ask("checkpoint")

    def action_stop(self) -> None:
        """End training, if that is really meant."""

        def act(answer: str | None) -> None:
            if answer == "stop":
                self._ask("stop")
            elif answer == "pause":
                self._ask("pause")

        if not self._hears():
            return
        if self.state.liveness.name == "queued":
            self.app.push_screen(ChoiceScreen("Take it out of the queue?", LEAVE_LINE), act)
        else:
            self.app.push_screen(ChoiceScreen("Stop training?", STOP), act)

    def action_edit(self) -> None:
        """Change settings, undo the last change, or fork the run; one that has ended can only be forked."""

        def act(wanted: Wanted | None) -> None:
            if wanted is None:
                return
            if wanted.action == "fork":
                self.post_message(ForkRun(self.run, wanted.values, instead=wanted.instead))
            else:
                self._ask(wanted.action, wanted.values)

        trains = self.state.liveness.alive
        if self.run.newest_checkpoint is None and not self._hears():
            return
        try:
            preset = preset_of(self.run, self.state.facts)
        except (LatentopError, PresetError) as error:
            self.notify(f"{error.message}; {error.hint}", severity="error")
            return
        self.app.push_screen(EditScreen(self._terminal, self.run, preset, trains=trains), act)

    def action_rollback(self) -> None:
        """Go back to a good state."""

        def act(wanted: rollback.Wanted | None) -> None:
            if wanted is not None:
                self._ask("rollback", wanted.arguments)

        if not self._hears():
            return
        if self.state.facts.snapshots:
            self.app.push_screen(rollback.RollbackScreen(self.run, self.state.facts, self.preview()), act)
        else:
            self.notify("There is no good state to go back to yet.")

    def preview(self) -> Preview:
        """What draws a few images, in the way of this screen."""
        raise NotImplementedError

    def _ask(self, name: Name, arguments: Mapping[str, object] | None = None) -> None:
        if self._hears():
            self.run_worker(partial(self._leave, name, arguments), thread=True)

    def _hears(self) -> bool:
        """Whether a worker is there to be asked; says so where none is."""
        state = self.state.liveness
        if not state.alive:
            self.notify(f"It is {states.state(state)}: nobody is there to ask.")
        return state.alive

    def _train_on(self) -> None:
        try:
            self._resumed = launch.start(self.run, resume=True)
        except LatentopError as error:
            self.notify(f"{error.message}; {error.hint}", severity="error")
        except OSError as error:
            self.notify(f"No worker could be started: {error}", severity="error")

    def _leave(self, name: Name, arguments: Mapping[str, object] | None) -> None:
        try:
            commands.ask(self.run, name, arguments)
        except LatentopError as error:
            self.notify(f"{error.message}; {error.hint}", severity="error")
