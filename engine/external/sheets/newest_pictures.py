"""The newest pictures of a log that is there already."""

from collections import deque

from latentop.engine.external.logs.rows import Picture

MOST, BYTES = 400, 64_000_000
"""So many are kept, and so large together."""


class NewestPictures(deque[Picture]):
    """The newest pictures of a log, not too many and not too large together."""

    def __init__(self) -> None:
        super().__init__()
        self._size = 0

    def add(self, picture: Picture) -> None:
        """One more, in the place of the oldest."""
        self.append(picture)
        self._size += _size(picture)
        while len(self) > 1 and (len(self) > MOST or self._size > BYTES):
            self._size -= _size(self.popleft())

    def forget_from(self, step: int) -> None:
        """Training went back there."""
        kept = [one for one in self if one.step < step]
        self.clear()
        self.extend(kept)
        self._size = sum(map(_size, kept))


def _size(picture: Picture) -> int:
    return sum(map(len, picture.files))
