"""Textual's command palette, but for keys that come too fast."""

from contextlib import suppress
from typing import Any

from textual.command import CommandPalette

from latentop.tui.link.screen import LeftOnce


class Palette(CommandPalette, LeftOnce[Any]):
    """Bears keys before its list has lines, and once it is left."""

    def _action_command_list(self, action: str) -> None:
        """Do nothing with a list that is still empty: Textual raises KeyError there."""
        with suppress(KeyError):
            super()._action_command_list(action)

    def _gather_commands(self, search_value: str) -> Any:
        """Look for nothing once it is left: Textual finds no list there, and ends with a traceback."""
        return super()._gather_commands(search_value) if self.is_active else None
