"""A request to end that comes while training goes on."""

from latentop.engine.run.process.terminated import Terminated


class EndedLater(Terminated):
    """Set after it was looked at some times."""

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    def is_set(self) -> bool:
        self._looks += 1
        return self._looks > 20
