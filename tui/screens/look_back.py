"""The look back at a run: what of an earlier step is wished for and found, and the state that it makes."""

from collections.abc import Callable

from latentop.tui.model import derived, moment
from latentop.tui.model.state import HISTORY_LIMIT, State
from latentop.tui.model.viewport import Viewport
from latentop.tui.runs.feed import Glimpse, Wish


class LookBack:
    """Wishes for what no state holds; ``wish`` is called with each wish that differs from the one before."""

    def __init__(self, wish: Callable[[Wish], object]) -> None:
        self.glimpse = Glimpse(wish=Wish())
        """What was found last."""
        self._ask = wish
        self._wish = Wish()

    def ask(self, state: State, viewport: Viewport) -> None:
        """Wish for the frames at the cursor, and for finer rows where a long run is looked at closely."""
        wish = Wish(step=viewport.cursor, window=_in_detail(viewport, derived.step(state)))
        if wish != self._wish:
            self._wish = wish
            self._ask(wish)

    def forget(self) -> None:
        """Wish again for the same: training went back, and what was found may be of a future given up."""
        self._wish = Wish()
        self.glimpse = Glimpse(wish=self._wish)

    def shown(self, state: State, viewport: Viewport) -> State:
        """The run as it is at the cursor, or as it is now."""
        if viewport.cursor is None:
            return state
        known = state.frames if self.glimpse.wish.step is None else self.glimpse.frames
        return moment.at(state, viewport.cursor, known)


def to_neighbour(state: State, viewport: Viewport, *, forward: bool) -> Viewport:
    """The viewport at what happened next, or before; after the last thing that happened it is live."""
    last = derived.step(state)
    cursor = last if viewport.cursor is None else viewport.cursor
    if found := moment.neighbour(state, cursor, forward):
        return viewport.at(found.step, last)
    return viewport.now() if forward else viewport


def _in_detail(viewport: Viewport, last: int) -> tuple[int, int] | None:
    """The steps that want finer rows than a state keeps of a long run; a window more to both sides."""
    if viewport.span is None or last <= HISTORY_LIMIT:
        return None
    first, end = (int(step) for step in viewport.window(last))
    return max(0, first - viewport.span), end + viewport.span
