"""A log in several files, each of which goes on where the one before ended: read one after the other."""

from dataclasses import replace

from latentop.engine.external.logs.rows import Batch, LogReader
from latentop.engine.run.diagnosis import Source


class ContinuedLog:
    """Reads a file to its end, then the one that continues it: a :class:`LogReader`.

    Training went back there where a file begins with a step that the one before had reached.
    """

    def __init__(self, first: LogReader) -> None:
        self._readers = [first]
        self._place = 0
        self._latest = -1
        self._reached = -1
        """The last step of the files that are read to their ends."""
        self._begins = False

    def add(self, reader: LogReader) -> None:
        """Read one more after all others."""
        self._readers.append(reader)

    @property
    def source(self) -> Source:
        """The format of the first file."""
        return self._readers[0].source

    @property
    def notes(self) -> list[str]:
        """Those of all files."""
        return [note for reader in self._readers for note in reader.notes]

    def poll(self, *, final: bool = False) -> list[Batch]:
        """What was appended to the file that is being read, or of the next ones; see LogReader."""
        while True:
            last = self._place == len(self._readers) - 1
            found = self._readers[self._place].poll(final=final or not last)
            if found and self._begins:
                first = int(found[0].steps.min(initial=self._reached + 1))
                found[0] = replace(found[0], back_to=first) if first <= self._reached else found[0]
                self._begins = False
            self._latest = max([self._latest, *(int(one.steps.max(initial=-1)) for one in found)])
            if found or last:
                return found
            self._place, self._reached, self._begins = self._place + 1, self._latest, True

    def close(self) -> None:
        """Let go of all files."""
        for reader in self._readers:
            reader.close()
