"""The base of the screens that are places: the run, the lists, the form."""

from typing import Generic, TypeVar

from tui.screens.steady import Steady

Result = TypeVar("Result")


class PlaceScreen(Steady[Result], Generic[Result]):
    """One that is told things from outside, and so must know whether it has anything to show them with."""

    @property
    def furnished(self) -> bool:
        """Whether its widgets are there: not before it is shown, nor while it is being left, or all is."""
        return (
            not self.app._exit
            and bool(self.children)
            and all(one.is_mounted and one.is_attached for one in self.children)
        )
