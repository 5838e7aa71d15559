"""JSON that is one document, written anew each time: Chainer's ``log``, a history, a trainer's state."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentop.engine.external.logs.appended_file import decoded, plain, regular_file, whole
from latentop.engine.external.logs.formats.json_lines import table_of
from latentop.engine.external.logs.formats.json_values import parse
from latentop.engine.external.logs.rows import Batch
from latentop.engine.external.logs.table_rows import TableRows
from latentop.engine.run.diagnosis import Source
from latentop.engine.run.errors import UsageError

_MOST = 128 << 20
_DOWNLOADED = 3
"""Numbers of a point, as TensorBoard's page saves a tag: time, step, value."""


class JsonDocument:
    """Reads a document whenever it has changed, and gives the records that are new: a ``LogReader``."""

    source: Source = "json"

    def __init__(self, path: Path, notes: list[str], step: str | None = None) -> None:
        self._path = path
        self.notes = notes
        self._rows = TableRows(notes, step)
        self._seen: tuple[int, int, int] | None = None
        self._count = 0
        self._last: Any = None

    def poll(self, *, final: bool = False) -> list[Batch]:
        """The records that are new. One that is half written waits, or is left out where it is ``final``.

        Raises UsageError for what can't be read, or holds no records.
        """
        try:
            found = regular_file(self._path)
        except OSError:
            return []
        now = (found.st_ino, found.st_size, found.st_mtime_ns)
        if now == self._seen:
            return []
        records = self._records(final=final)
        if records is None:
            return []
        self._seen = now
        begins = self._count == 0
        if self._count > len(records) or (self._count and records[self._count - 1] != self._last):
            self._rows.begin()
            self._count, begins = 0, True
        new = records[self._count :]
        if not new:
            return []
        self._count, self._last = len(records), records[-1]
        return self._rows.batches(table_of(new, anew=(0,) if begins else ()))

    def close(self) -> None:
        """It holds no file open."""

    def _records(self, *, final: bool) -> list[Any] | None:
        text = plain(decoded(whole(self._path, _MOST)))
        try:
            document = parse(text)
        except ValueError:
            if not final:
                return None
            self.notes.append("its end is missing or damaged: what stands before it is read")
            try:
                document = parse(text[: text.rfind(b"}") + 1].rstrip(b", \n") + b"]")
            except ValueError as error:
                raise UsageError(f"{self._path} is damaged JSON: {error}", "name a whole file") from error
        found = records_of(document, self._path)
        if found is None and final:
            raise UsageError(
                f"{self._path} is JSON without records", "a list of records is read, or one a line"
            )
        return found


def records_of(document: Any, path: Path) -> list[Any] | None:
    """The records that a document holds, of whatever shape; None where there are none."""
    if isinstance(document, list):
        if any(isinstance(one, Mapping) for one in document):
            return document
        if document and all(isinstance(one, list) and len(one) == _DOWNLOADED for one in document):
            name = path.stem.rpartition("-tag-")[2]
            return [{"wall_time": wall, "step": step, name: value} for wall, step, value in document]
        return None
    if not isinstance(document, Mapping):
        return None
    inner = [one for one in document.values() if isinstance(one, list)]
    lists = [found for one in inner if (found := records_of(one, path))]
    if lists:
        return max(lists, key=len)
    columns = {
        name: values
        for name, values in document.items()
        if isinstance(values, list) and all(type(value) in (float, int) for value in values)
    }
    longest = max(map(len, columns.values()), default=0)
    if not longest:
        return None
    return [
        {name: values[row] for name, values in columns.items() if row < len(values)} for row in range(longest)
    ]
