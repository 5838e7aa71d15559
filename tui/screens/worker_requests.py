"""What the keys on a run ask of its worker, what they mean while it is as it is, and what it answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from subprocess import Popen

from textual.app import App
from textual.screen import Screen

from latentop.engine.run import commands
from latentop.engine.run.commands import Name
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, script_start
from latentop.engine.run.store.reader import Command
from latentop.presets.preset_error import PresetError
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import remedies, run_state
from latentop.tui.model.number_text import spaced
from latentop.tui.model.plain_text import clean, setting
from latentop.tui.model.state import State
from latentop.tui.runs import current_preset, script_resumption
from latentop.tui.runs.current_preset import preset_of
from latentop.tui.screens import rollback
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.edit import EditScreen
from latentop.tui.screens.live_form import EditAnswer, LiveForm
from latentop.tui.screens.messages import ForkRun
from latentop.tui.screens.script_edit import ScriptEditScreen
from latentop.tui.widgets.preview import Preview

STOP = (
    Choice(key="s", word="stop", does="it ends after a checkpoint; space trains on from there"),
    Choice(key="p", word="pause", does="it waits; space lets it go on at once"),
)
LEAVE_LINE = (Choice(key="s", word="stop", does="it never begins; space trains it nevertheless"),)
TRAIN_ON = (Choice(key="t", word="train on", does="what was recorded after that step is forgotten"),)
START = (Choice(key="y", word="start", does="its output goes to worker.log; t reads it"),)
BEGIN = (Choice(key="t", word="train", does="it begins at once, whatever else trains"),)
WATCH = (Choice(key="y", word="watch", does="its log is read again from its beginning"),)
WATCH_NO_MORE = (Choice(key="s", word="stop", does="the program goes on; space watches it again"),)
KEYS = {"pause": "pause", "checkpoint": "checkpoint", "rollback": "rollback", "stop": "stop", "edit": "set"}
"""What each action asks of whoever trains the run."""
DONE = {
    "pause": "paused",
    "resume": "resumed",
    "stop": "stopping",
    "checkpoint": "checkpoint written",
    "undo": "undone",
}


class WorkerRequests:
    """Asks the worker of a run where one is there to hear. ``now`` returns the state of now."""

    def __init__(
        self, screen: Screen[None], run: RunFolder, terminal: Terminal, now: Callable[[], State]
    ) -> None:
        self.checkpoint: int | None = None
        """The step that a run which ended early can train on from."""
        self._screen = screen
        self._run = run
        self._terminal = terminal
        self._now = now
        self._resumed: Popen[bytes] | None = None

    @property
    def inabilities(self) -> dict[str, str]:
        """Of the actions that can't be asked of this run, ever, why."""
        facts = self._now().facts
        found = {action: commands.inability(facts, name) for action, name in KEYS.items()}
        return {action: f"It {why}." for action, why in found.items() if why}

    @property
    def labels(self) -> dict[str, str]:
        """What keys mean now: space resumes what is paused or ended early; after an end most are silent."""
        state = self._now()
        if not state.liveness.alive:
            silent = dict.fromkeys(("checkpoint", "rollback", "stop", "app.detach"), "")
            resume = "" if self.checkpoint is None else "resume"
            forks = self._run.newest_checkpoint is not None and not state.facts.scripted
            return {**silent, "pause": resume, "edit": "fork" if forks else ""}
        waits = state.liveness.name == "queued"
        labels = dict.fromkeys(("edit", "checkpoint", "rollback"), "") if waits else {}
        if state.liveness.name in run_state.HELD:
            labels["pause"] = "resume"
        return {**labels, **dict.fromkeys(self.inabilities, "")}

    def pause(self) -> None:
        """Pause, or go on; a run that ended early trains on from its last checkpoint, if that is meant."""

        def act(answer: str | None) -> None:
            if answer is not None:
                app = self._screen.app
                app.run_worker(partial(self._train_on, app, self._now().facts), thread=True)

        state = self._now().liveness
        if state.alive or self.checkpoint is None:
            self.ask("resume" if state.name in run_state.HELD else "pause")
        elif self._resumed is not None and self._resumed.poll() is None:
            self._screen.notify("It is on the way.")
        else:
            self._screen.app.push_screen(self._question(self.checkpoint), act)

    def stop(self) -> None:
        """End training, if that is really meant."""

        def act(answer: str | None) -> None:
            if answer == "stop":
                self.ask("stop")
            elif answer == "pause":
                self.ask("pause")

        if not self._hears("stop"):
            return
        queued = self._now().liveness.name == "queued"
        question, choices = (
            ("Take it out of the queue?", LEAVE_LINE) if queued else ("Stop training?", self._ways_to_stop())
        )
        if self._now().liveness.watched:
            question, choices = "Watch it no more?", WATCH_NO_MORE
        self._screen.app.push_screen(ChoiceScreen(question, choices), act)

    def edit(self) -> None:
        """Change settings, undo the last change, or fork the run; one that has ended can only be forked."""

        def act(wanted: EditAnswer | None) -> None:
            if wanted is None:
                return
            if wanted.action == "fork":
                self._screen.post_message(ForkRun(self._run, wanted.values, instead=wanted.instead))
            else:
                self.ask(wanted.action, wanted.values)

        if (screen := self._form()) is not None:
            helps = remedies.remedy(self._now())
            screen.begins_at = helps.setting if helps else ""
            self._screen.app.push_screen(screen, act)

    def rollback(self, preview: Preview) -> None:
        """Go back to a good state, of which the preview shows samples."""

        def act(wanted: rollback.RollbackAnswer | None) -> None:
            if wanted is not None:
                self.ask("rollback", wanted.arguments)

        if not self._hears("rollback"):
            return
        facts = self._now().facts
        if facts.snapshots:
            since = remedies.trouble_since(self._now().alarms)
            screen = rollback.RollbackScreen(self._run, facts, preview, since)
            self._screen.app.push_screen(screen, act)
        else:
            self._screen.notify("There is no good state to go back to yet.")

    def ask(self, name: Name, arguments: Mapping[str, object] | None = None) -> None:
        """Have the worker do something between two steps."""
        if self._hears(name):
            app = self._screen.app
            app.run_worker(partial(self._leave, app, name, arguments), thread=True)

    def tell(self, old: State, new: State) -> None:
        """Tell what the worker has answered since the older state."""
        for text, well in answered(old, new):
            self._screen.notify(text, severity="information" if well else "error", timeout=4)

    def _hears(self, name: Name) -> bool:
        """Whether somebody is there to be asked, and can do it; says why where that is not so."""
        state, facts = self._now().liveness, self._now().facts
        if not state.alive:
            self._screen.notify(f"It is {run_state.state(state)}: nobody is there to ask.")
        elif why := commands.inability(facts, name):
            self._screen.notify(f"It {why}.")
        else:
            return True
        return False

    def _question(self, step: int) -> ChoiceScreen:
        """Whether it shall go on from its checkpoint of that step; 0: begin."""
        facts = self._now().facts
        if facts.watches:
            return ChoiceScreen(script_resumption.question(facts, step), WATCH)
        if facts.scripted:
            question, details = script_resumption.question(facts, step), script_resumption.details(facts)
            return ChoiceScreen(question, START, details=details, careful=True)
        lost = f" It was at step {spaced(facts.step)}." if facts.step > step else ""
        if not step:
            return ChoiceScreen(f"Train it from its first step?{lost}", BEGIN)
        return ChoiceScreen(f"Train on from its last checkpoint, step {spaced(step)}?{lost}", TRAIN_ON)

    def _form(self) -> LiveForm | None:
        """The form that changes the run; None, with the reason told, where nothing can be changed."""
        facts, alive = self._now().facts, self._now().liveness.alive
        if facts.scripted and not alive:
            self._screen.notify(f"It {current_preset.no_fork(facts)}; {current_preset.start_again(facts)}")
            return None
        if (facts.scripted or self._run.newest_checkpoint is None) and not self._hears("set"):
            return None
        if facts.scripted:
            return ScriptEditScreen(self._terminal, self._run, facts)
        try:
            return EditScreen(self._terminal, self._run, preset_of(self._run, facts), trains=alive)
        except (LatentopError, PresetError) as error:
            _complain(self._screen.app, error)
            return None

    def _ways_to_stop(self) -> tuple[Choice, ...]:
        """What becomes of it; only what it can do."""
        unable = self._now().facts.unable
        stop, pause = STOP
        if "checkpoint" in unable:
            stop = replace(stop, does="it ends without a checkpoint: it can't be gone on with")
        return (stop,) if "pause" in unable else (stop, pause)

    # In threads: the screen may be gone before they end, so they tell the app.

    def _train_on(self, app: App[object], facts: RunFacts) -> None:
        try:
            if facts.scripted:
                self._resumed = script_start.start(self._run, facts)
            else:
                self._resumed = launch.start(self._run, resume=True)
        except LatentopError as error:
            _complain(app, error)
        except OSError as error:
            noun = "reader of the log" if facts.watches else "script" if facts.scripted else "worker"
            app.notify(f"No {noun} could be started: {error}", severity="error")

    def _leave(self, app: App[object], name: Name, arguments: Mapping[str, object] | None) -> None:
        try:
            commands.ask(self._run, name, arguments)
        except LatentopError as error:
            _complain(app, error)


def answered(old: State, new: State) -> Iterator[tuple[str, bool]]:
    """A sentence for each command answered since the older state, and whether it was applied."""
    if old.commands is new.commands:
        return
    open_before = {command.id for command in old.commands if command.state == "asked"}
    newest_before = max((command.id for command in old.commands), default=None)
    for command in new.commands:
        # What was answered before this screen opened is no news: the first batch brings it all.
        first_seen = not old.facts.created
        is_new = command.id in open_before or (newest_before is not None and command.id > newest_before)
        is_new = is_new or (newest_before is None and not first_seen)
        if command.state != "asked" and is_new:
            yield _sentence(command), command.state == "applied"


def _sentence(command: Command) -> str:
    if command.state == "refused":
        return clean(f"{command.name} refused: {command.reply or 'no reason was given'}")
    said = command.reply or DONE.get(command.name) or _changes(command)
    step = command.applied_step
    at = f" at step {spaced(step)}" if step is not None and "step" not in said else ""
    return clean(f"{said}{at}")


def _changes(command: Command) -> str:
    return ", ".join(f"{key} = {setting(value)}" for key, value in command.arguments.items()) + " set"


def _complain(app: App[object], error: LatentopError | PresetError) -> None:
    app.notify(f"{error.message}; {error.hint}", severity="error")
