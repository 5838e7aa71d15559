"""A log of lines in a file: whichever format understands them, the rest is the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from latentop.engine.external.logs.appended_file import AppendedFile, Block
from latentop.engine.external.logs.rows import Batch
from latentop.engine.external.logs.table import Table
from latentop.engine.external.logs.table_rows import TableRows
from latentop.engine.run.diagnosis import Source

_A_POLL = 16
"""Blocks of a file at one poll."""


class LineFormat(Protocol):
    """Understands lines; remembers what the next ones need (a header, the last epoch)."""

    @property
    def source(self) -> Source:
        """What it is called, by what it has read so far."""

    def tables(self, block: Block) -> Iterator[Table]:
        """The rows in some lines. Raises UsageError where they are no log of this kind."""


class LineLog:
    """Reads a file through a format: a :class:`LogReader`."""

    def __init__(self, path: Path, form: LineFormat, notes: list[str], step: str | None = None) -> None:
        self.notes = notes
        self._file = AppendedFile(path, notes)
        self._form = form
        self._rows = TableRows(self.notes, step)

    @property
    def source(self) -> Source:
        """The format of the log, by what was read so far."""
        return self._form.source

    def poll(self, *, final: bool = False) -> list[Batch]:
        """What was appended, at most some megabytes. Raises UsageError for what is no file."""
        found: list[Batch] = []
        for count, block in enumerate(self._file.blocks(final=final), 1):
            if block.begins == "truncated":
                self._rows.begin()
            for table in self._form.tables(block):
                found += self._rows.batches(table)
            if count == _A_POLL:
                break
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
