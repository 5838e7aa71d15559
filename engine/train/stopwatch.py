"""Seconds of training: time that only grows, and stands still while the training is held."""

import time


class Stopwatch:
    """Runs from when it is made. Calling it gives the seconds that it has run."""

    def __init__(self, already: float = 0.0) -> None:
        self._at: tuple[float, float | None] = already, time.monotonic()

    def __call__(self) -> float:
        """Seconds that it has run."""
        already, since = self._at  # at once: another thread may ask while it is held
        return already + (time.monotonic() - since if since is not None else 0.0)

    def hold(self) -> None:
        """Stand still."""
        self._at = self(), None

    def go(self) -> None:
        """Run on."""
        self._at = self._at[0], time.monotonic()
