"""Change settings of a script's training, or undo that. It can't be forked: its networks are its own."""

from collections.abc import Mapping

from latentop.engine.run import commands
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.presets import script_draft
from latentop.tui.link.terminal import Terminal
from latentop.tui.runs import current_preset
from latentop.tui.runs.names import undated
from latentop.tui.screens.live_form import EditAnswer, LiveForm
from latentop.tui.widgets.keyline import KeyLine


class ScriptEditScreen(LiveForm):
    """Of a script's run: every setting in it is live, the script's own numbers come first."""

    def __init__(self, terminal: Terminal, run: RunFolder, facts: RunFacts) -> None:
        super().__init__(terminal, script_draft.begun(facts.settings, facts.bounds))
        self._run = run
        self._facts = facts

    @property
    def inabilities(self) -> Mapping[str, str]:
        """Of the actions that can't be asked of this run, why."""
        undo = commands.inability(self._facts, "undo")
        return {
            "fork": f"It {current_preset.no_fork(self._facts)}.",
            **({"undo": f"It {undo}."} if undo else {}),
        }

    def heading(self) -> str:
        """Which run is changed, and how much."""
        return f"change {undated(self._run.id)} while it trains · {self.count()}"

    def on_mount(self) -> None:
        """Leave out the keys of what it can't do."""
        self.query_one(KeyLine).labels = dict.fromkeys(self.inabilities, "")

    def want(self, values: Mapping[str, object]) -> None:
        """Set them."""
        self.leave(EditAnswer(action="set", values=values))

    def action_fork(self) -> None:
        """Say why it is not forked, and what can be done instead."""
        self.notify(f"{self.inabilities['fork']} {current_preset.start_again(self._facts)}")

    def action_undo(self) -> None:
        """Have the last change that was made undone, or say why it can't be."""
        if why := self.inabilities.get("undo"):
            self.notify(why)
        else:
            super().action_undo()
