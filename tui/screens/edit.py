"""Change one learning rate of a run in training, checked as the preset itself is."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from engine.run.folder import RunFolder
from presets import catalogue
from tui.screens.dialogue import Dialogue
from tui.wording import clean


class EditScreen(Dialogue[tuple[str, float]]):
    """Returns the setting's key and its new value, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "setting above", show=False, priority=True),
        Binding("down", "move(1)", "setting below", show=False, priority=True),
    ]

    def __init__(self, run: RunFolder, settings: Mapping[str, float]) -> None:
        super().__init__()
        self._run = run
        self._settings = dict(settings)

    def compose(self) -> ComposeResult:
        """The settings as they are now, a field, and a line for what is wrong with it."""
        width = max(len(key) for key in self._settings)
        with Vertical(id="dialogue"):
            yield Label("Change while training", classes="question")
            yield OptionList(
                *(
                    Option(Content(f"{clean(key):<{width}}  {value:g}"), id=f"setting-{place}")
                    for place, (key, value) in enumerate(self._settings.items())
                )
            )
            yield Input(placeholder="new value, such as 1e-4", compact=True)
            yield Label("", id="wrong")
            yield Label("up and down choose, enter sets it at the next step, esc cancels", classes="hint")

    def on_mount(self) -> None:
        """Type at once."""
        settings = self.query_one(OptionList)
        settings.highlighted = 0
        settings.can_focus = False
        self.query_one(Input).focus()

    def action_move(self, by: int) -> None:
        """Choose the setting above or below."""
        settings = self.query_one(OptionList)
        settings.highlighted = ((settings.highlighted or 0) + by) % len(self._settings)
        self._check(self.query_one(Input).value)

    def on_option_list_option_selected(self) -> None:
        """Keep the cursor in the field."""
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong while it is typed."""
        self._check(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the change if it is acceptable."""
        value = self._check(event.value)
        if value is not None:
            self.dismiss((self._key(), value))

    def _key(self) -> str:
        return list(self._settings)[self.query_one(OptionList).highlighted or 0]

    def _check(self, text: str) -> float | None:
        """The value that a text stands for; None, with the reason under the field, where it is none."""
        wrong = self.query_one("#wrong", Label)
        if not text.strip():
            wrong.update("")
            return None
        word = f"{self._key()}={text.strip()}"
        try:
            preset = catalogue.parse(self._run.preset.read_text(encoding="utf-8"), str(self._run.preset))
            value = catalogue.live(catalogue.override(preset, [word])).get(self._key())
        except catalogue.PresetError as error:
            said = error.message.removeprefix(f"--set {word}: ").removeprefix(f"{self._key()}: ")
            wrong.update(Content(clean(f"{said}; {error.hint}")))
            return None
        except (OSError, UnicodeDecodeError) as error:
            wrong.update(Content(clean(f"the run's preset can't be read: {error}")))
            return None
        wrong.update("")
        return value
