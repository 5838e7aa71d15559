"""What can be taken from a run's screen to the clipboard: by OSC 52, which reaches through SSH and tmux."""

from collections.abc import Mapping

from textual.screen import Screen

from latentop.tui.screens.choice import Choice, ChoiceScreen

CHOICES = (
    Choice(key="v", word="verdict", does="what the second row says, in full"),
    Choice(key="n", word="values", does="every series as it is shown now, as a table"),
    Choice(key="c", word="command", does="what trains this run again"),
    Choice(key="f", word="folder", does="the path of its files"),
)
QUESTION = "What shall be copied to the clipboard?"


def ask(screen: Screen[None], texts: Mapping[str, str]) -> None:
    """Ask which of the texts, by the words of the choices, is copied; those that are empty can't be."""
    offered = [choice for choice in CHOICES if texts.get(choice.word)]

    def act(answer: str | None) -> None:
        if answer is not None:
            screen.app.copy_to_clipboard(texts[answer])
            screen.notify(f"copied: the {answer}, if the terminal allows it", timeout=4)

    screen.app.push_screen(ChoiceScreen(QUESTION, offered), act)
