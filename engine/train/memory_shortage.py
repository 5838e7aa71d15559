"""Looks at a training that memory is too short for: each is left out, and training goes on without it."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from latentop.engine.run.events import Mark
from latentop.engine.train import devices


@contextmanager
def where_it_fits(otherwise: Callable[[str], object]) -> Iterator[None]:
    """Break off what is done meanwhile where memory is too short for it, and free what that holds.

    Then ``otherwise`` hears how much was wanted, or an empty text. Whatever else goes wrong is raised.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        traceback.clear_frames(error.__traceback__)  # they hold what the training needs room for
        otherwise(devices.wanted(error))
        devices.release_all()


class Shortage:
    """Leaves out what there is no room for, and tells it once of everything that it is asked about."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._untold: list[str] = []

    @contextmanager
    def leaving_out(self, what: str, otherwise: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Break off what is done meanwhile where memory is too short for it, and call ``otherwise``.

        ``what`` names it in the plural, such as ``pictures``. Whatever else goes wrong is raised.
        """

        def left_out(wanted: str) -> None:
            if what not in self._told:
                self._told.add(what)
                self._untold.append(_sentence(what, wanted))
            otherwise()

        with where_it_fits(left_out):
            yield

    def marks(self, step: int, wall: float) -> Iterator[Mark]:
        """What was left out for the first time since the last call."""
        untold, self._untold = self._untold, []
        for text in untold:
            yield Mark(step=step, wall=wall, kind="trouble", text=text)


def _sentence(what: str, wanted: str) -> str:
    missing = f" ({wanted})" if wanted else ""
    return (
        f"no {what} while memory is too short for them{missing}: training goes on without; "
        "a smaller batch leaves more room"
    )
