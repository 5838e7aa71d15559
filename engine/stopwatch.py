"""Seconds of training: time that only grows, and stands still while the training is held."""

import time


class Stopwatch:
    """Runs from when it is made. Calling it gives the seconds that it has run."""

    def __init__(self, already: float = 0.0) -> None:
        self._already = already
        self._since: float | None = time.monotonic()

    def __call__(self) -> float:
        """Seconds that it has run."""
        return self._already + (time.monotonic() - self._since if self._since is not None else 0.0)

    def hold(self) -> None:
        """Stand still."""
        self._already, self._since = self(), None

    def go(self) -> None:
        """Run on."""
        self._since = time.monotonic()
