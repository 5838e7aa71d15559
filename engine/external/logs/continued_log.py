"""A log in several files, each of which goes on where the one before ended: read one after the other."""

from collections.abc import Sequence
from dataclasses import replace

from latentop.engine.external.logs.rows import Batch, LogReader
from latentop.engine.run.diagnosis import Source


class ContinuedLog:
    """Reads a file to its end, then the one that continues it: a :class:`LogReader` of files that are whole.

    Training went back there where a file begins with a step that the one before had reached.
    """

    def __init__(self, files: Sequence[LogReader]) -> None:
        self._readers = files
        self._place = 0
        self._latest = -1
        """The last step that counts."""
        self._begins = False

    @property
    def source(self) -> Source:
        """The format of the first file."""
        return self._readers[0].source

    @property
    def notes(self) -> list[str]:
        """Those of all files."""
        return list(dict.fromkeys(note for reader in self._readers for note in reader.notes))

    def poll(self, *, final: bool = False) -> list[Batch]:
        """What comes next in the file that is being read, or in the one after it; see LogReader."""
        while True:
            last = self._place == len(self._readers) - 1
            found = self._readers[self._place].poll(final=final or not last)
            if found and self._begins:
                first = int(found[0].steps.min(initial=self._latest + 1))
                found[0] = replace(found[0], back_to=first) if first <= self._latest else found[0]
                self._begins = False
            for batch in found:
                if batch.back_to is not None:
                    self._latest = min(self._latest, batch.back_to - 1)
                self._latest = max(self._latest, int(batch.steps.max(initial=-1)))
            if found or last:
                return found
            self._place, self._begins = self._place + 1, True

    def close(self) -> None:
        """Let go of all files."""
        for reader in self._readers:
            reader.close()
