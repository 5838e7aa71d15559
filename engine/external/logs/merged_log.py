"""Several files, or folders, that hold one training: read as one log."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from latentop.engine.external.logs.rows import Batch, LogReader
from latentop.engine.run.diagnosis import Source


class MergedLog:
    """Reads its parts side by side: a :class:`LogReader`. A restart that several of them tell is one."""

    def __init__(self) -> None:
        self.parts: list[LogReader] = []
        self._told: dict[int, int] = {}
        """Of parts that have yet to tell a restart which others told, the step that it went back to."""

    def add(self, part: LogReader) -> None:
        """Read one more."""
        self.parts.append(part)

    @property
    def source(self) -> Source:
        """The format of the first part."""
        return self.parts[0].source

    @property
    def notes(self) -> list[str]:
        """Those of its parts."""
        return list(dict.fromkeys(note for part in self.parts for note in part.notes))

    def poll(self, *, final: bool = False) -> list[Batch]:
        """What was appended to any of them, each restart before the rows of all that come after it."""
        read = [_between_restarts(part.poll(final=final)) for part in self.parts]
        found: list[Batch] = []
        for stretch in zip_longest(*read, fillvalue=()):
            backs = {
                place: batches[0].back_to
                for place, batches in enumerate(stretch)
                if batches and batches[0].back_to is not None
            }
            news = []
            for place, back in backs.items():
                known = self._told.pop(place, None)
                if back is not None and (known is None or back < known):
                    news.append(back)
            back_to = min(news, default=None)
            if back_to is not None:
                self._told |= {place: back_to for place in range(len(read)) if place not in backs}
            for batches in stretch:
                for batch in batches:
                    found.append(replace(batch, back_to=back_to))
                    back_to = None
        return found

    def close(self) -> None:
        """Let go of all files."""
        for part in self.parts:
            part.close()


def _between_restarts(batches: Sequence[Batch]) -> list[list[Batch]]:
    """What was read before the first restart, between it and the next one, and so on."""
    stretches: list[list[Batch]] = [[]]
    for batch in batches:
        if batch.back_to is not None:
            stretches.append([])
        stretches[-1].append(batch)
    return stretches
