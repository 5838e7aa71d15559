"""A question with a few answers, each saying what it does. Nothing happens without one."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from latentop.tui.model.plain_text import clean
from latentop.tui.screens.dialogue import Dialogue
from latentop.tui.widgets.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An answer: the key that gives it, a word, and what will happen."""

    key: str
    word: str
    does: str


class ChoiceScreen(Dialogue[str]):
    """Returns the word of the answer, or None where the question was waved away."""

    def __init__(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        details: Sequence[str] = (),
        careful: bool = False,
    ) -> None:
        """``details``: lines below the question.

        ``careful``: the cursor is on cancel at first, so that a hasty Enter does no harm.
        """
        super().__init__()
        self._details = details
        self._careful = careful
        self._question = question
        self._choices = (*choices, Choice(key="escape", word="cancel", does="nothing happens"))

    def compose(self) -> ComposeResult:
        """The question above its answers."""
        width = max(len(choice.word) for choice in self._choices)
        with Vertical(id="dialogue"):
            yield Label(Content(clean(self._question)), classes="question")
            if self._details:
                yield Label(Content("\n".join(map(clean, self._details))), classes="details")
            yield Options(
                *(
                    Option(
                        Content.assemble(
                            (f"{'esc' if choice.key == 'escape' else choice.key:<4}", "bold $accent"),
                            (f"{choice.word:<{width}}  ", "bold"),
                            clean(choice.does),
                        )
                    )
                    for choice in self._choices
                )
            )

    def on_mount(self) -> None:
        """Put the cursor where Enter does no harm, if that matters."""
        if self._careful:
            self.query_one(Options).highlighted = len(self._choices) - 1

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give the answer that was chosen from the list."""
        self._answer(self._choices[event.option_index])

    def on_key(self, event: Key) -> None:
        """Give the answer whose key was pressed."""
        for choice in self._choices[:-1]:
            if event.key == choice.key:
                event.stop()
                self._answer(choice)

    def _answer(self, choice: Choice) -> None:
        self.dismiss(None if choice is self._choices[-1] else choice.word)
