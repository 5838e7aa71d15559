"""The bottom line: the keys that matter here, as many as fit; a click on one presses it."""

from collections.abc import Collection, Mapping

from textual.events import Click
from textual.reactive import reactive
from textual.strip import Strip

from latentop.tui import keys
from latentop.tui.link.terminal import Terminal
from latentop.tui.widgets.cells import CellWidget
from latentop.tui.widgets.texts import Span, fit, strip

GAP = 2


class KeyLine(CellWidget):
    """One row, from the table of keys, less those whose actions are hidden.

    ``labels`` renames an action for a while, or hides it; or gives it a place that it has not by itself.
    """

    labels: reactive[Mapping[str, str]] = reactive(dict, repaint=False)

    def __init__(self, terminal: Terminal, place: keys.Place, *, hidden: Collection[str] = ()) -> None:
        super().__init__(id="keys")
        self._terminal = terminal
        self._keys = [key for key in keys.of(place) if key.action not in hidden]
        self._places: list[tuple[int, int, keys.Key]] = []

    def watch_labels(self) -> None:
        """Draw the new words."""
        if self.is_mounted:
            self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the one row."""
        named = [(key, self.labels.get(key.action, key.label)) for key in self._keys]
        texts = [(key, label) for key, label in named if label]
        kept = fit([(key.importance, f"{key.shown} {label}") for key, label in texts], width - 2, GAP)
        spans: list[Span | str] = [" "]
        self._places, x = [], 1
        for index in kept:
            key, label = texts[index]
            spans += [Span(key.shown, "accent", bold=True), f" {label}{' ' * GAP}"]
            end = x + len(key.shown) + 1 + len(label)
            self._places.append((x, end, key))
            x = end + GAP
        return [strip(spans, self._colour)]

    async def on_click(self, event: Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, key in self._places:
            if start <= event.x < end and key.built_in:
                self.app.simulate_key(key.key)
            elif start <= event.x < end:
                await self.screen.run_action(key.action)

    def _colour(self, name: str) -> str:
        value = self.app.theme_variables.get(name, "") if self._terminal.colour else ""
        return value[:7] if value.startswith("#") else ""
