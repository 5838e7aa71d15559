"""Change settings of a run in training, undo that, or fork the run to change what can't be changed live."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from textual.content import Content

from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.presets import draft, live
from latentop.presets.fields import Field
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import edit_rows
from latentop.tui.model.form_rows import FormRow
from latentop.tui.model.number_text import spaced
from latentop.tui.runs import forks
from latentop.tui.runs.names import undated
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.live_form import EditAnswer, LiveForm
from latentop.tui.widgets.keyline import KeyLine

BESIDE = Choice(key="f", word="fork", does="a new run from here; this one trains on")
INSTEAD = Choice(key="s", word="fork and stop", does="the same, and this one stops with a checkpoint")
ENDED = Choice(key="f", word="fork", does="a new run from its newest checkpoint")


class EditScreen(LiveForm):
    """Of a preset's run. Settings that are live come first; of the others it says why not.

    A run that trains no more (not ``trains``) can only be forked.
    """

    def __init__(self, terminal: Terminal, run: RunFolder, preset: Preset, *, trains: bool) -> None:
        super().__init__(terminal, draft.begun(preset))
        self._run = run
        self._trains = trains

    def heading(self) -> str:
        """Which run is changed, and how much."""
        name = undated(self._run.id)
        what = f"change {name} while it trains" if self._trains else f"fork {name}, which has ended"
        return f"{what} · {self.count()}"

    def chosen(self, words: str, keep: str) -> tuple[Field, ...]:
        """Live settings first."""
        return edit_rows.chosen(self.draft, words, keep) if self._trains else super().chosen(words, keep)

    def rows(self, shown: tuple[Field, ...], width: int) -> Iterator[FormRow]:
        """Those that are not live are faint."""
        if not self._trains:
            return super().rows(shown, width)
        return edit_rows.rows(self.draft, shown, width)

    def about(self, field: Field) -> Content:
        """Of what is not live, why."""
        if not self._trains:
            return super().about(field)
        return edit_rows.about(self.draft, field)

    def wrong(self, field: Field) -> str:
        """What no fork can have, either, is wrong as soon as it is typed."""
        if field.key in self.draft.changed and not live.rule(field.key).fits:
            return f"{live.rule(field.key).why}; train a new run with it"
        return super().wrong(field)

    def on_mount(self) -> None:
        """Say what keys do to a run that has ended."""
        if not self._trains:
            self.query_one(KeyLine).labels = {"set": "fork", "fork": "", "undo": ""}

    def want(self, values: Mapping[str, object]) -> None:
        """Set them; where one can't be while training, ask whether to fork."""
        if not self._trains or any(live.rule(key).why for key in values):
            self._ask(values)
        else:
            self.leave(EditAnswer(action="set", values=values))

    def action_fork(self) -> None:
        """Fork the run with the settings as they are here."""
        if (values := self.values()) is not None:
            self._ask(values)

    def action_undo(self) -> None:
        """Have the last change that was made undone, unless the run has ended."""
        if self._trains:
            super().action_undo()

    def _ask(self, values: Mapping[str, object]) -> None:
        try:
            if not self._trains or self._run.newest_checkpoint is not None:  # else it writes one for the fork
                forks.with_values(forks.begun(self._run), values)
        except (LatentopError, PresetError) as error:
            self.notify(f"{error.message}; {error.hint}", severity="error")
            return

        def act(answer: str | None) -> None:
            if answer is not None:
                self.leave(EditAnswer(action="fork", values=values, instead=answer == INSTEAD.word))

        fixed = [key for key in values if live.rule(key).why] if self._trains else []
        why = f"{fixed[0]} can't be changed while it trains: {live.rule(fixed[0]).why}. " if fixed else ""
        at = spaced(self._run.newest_checkpoint or 0)
        ended = replace(ENDED, does=f"{ENDED.does}, step {at}")
        choices = (BESIDE, INSTEAD) if self._trains else (ended,)
        self.app.push_screen(ChoiceScreen(f"{why}Fork {undated(self._run.id)}?", choices), act)
