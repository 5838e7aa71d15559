"""Lines of several processes that train the same networks in step: those of the first are a log."""

import re

_RANK = re.compile(
    rb"^[^A-Za-z\n]*(?:local_|global_)?rank[\s_:=]*([0-9]+) *[\])}:|>].*\n", re.IGNORECASE | re.MULTILINE
)
"""A line of one process, as its beginning says: ``[rank 0]``, ``rank0:``. Other numbers are values."""
_WORDS = (b"rank", b"Rank", b"RANK")


class FirstRank:
    """Leaves out the lines of other processes than the first that says which it is; a note tells so."""

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes
        self._rank = b""
        self._told = False

    def __call__(self, data: bytes) -> bytes:
        """Whole lines, without those of others."""
        if not any(word in data for word in _WORDS):
            return data
        if not self._rank and (found := _RANK.search(data)):
            self._rank = found[1]
        mine = _RANK.sub(lambda line: line[0] if line[1] == self._rank else b"", data)
        if len(mine) < len(data) and not self._told:
            self._told = True
            self._notes.append(
                f"of several ranks {self._rank.decode()} is read: they train the same networks"
            )
        return mine
