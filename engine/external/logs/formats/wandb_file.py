"""What wandb writes offline, ``run-ID.wandb``: its records by its own package, which must be installed."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from latentop.engine.external.logs.appended_file import regular_file
from latentop.engine.external.logs.formats.json_lines import table_of
from latentop.engine.external.logs.formats.json_values import parse
from latentop.engine.external.logs.rows import Batch
from latentop.engine.external.logs.table_rows import TableRows
from latentop.engine.run.diagnosis import Source
from latentop.engine.run.errors import UsageError

MAGIC = b":W&B"
_HEAD = 7
_BLOCK = 1 << 15
_FRAME = struct.Struct("<IHB")
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_LONGEST = 16 << 20
_A_POLL = 50_000
_OWN = ("_runtime", "_wandb")


class WandbFile:
    """Reads a run's file: a :class:`LogReader`. The framing is that of LevelDB's logs."""

    source: Source = "wandb"

    def __init__(self, path: Path, notes: list[str], step: str | None = None) -> None:
        self._path = path
        self.notes = notes
        self._rows = TableRows(notes, step)
        self._offset = _HEAD
        self._record: Any = None

    def poll(self, *, final: bool = False) -> list[Batch]:
        """The rows that are new. Raises UsageError without the package."""
        self._record = self._record or _record_type(self._path)
        rows = []
        for packed in self._packed():
            try:
                record = self._record.FromString(packed)
            except Exception:  # whatever a damaged record makes it raise
                self._rows.note("some of its records are damaged: left out")
                continue
            if record.WhichOneof("record_type") == "history":
                rows.append(dict(_named(record.history)))
            if len(rows) >= _A_POLL:
                break
        return self._rows.batches(table_of(rows)) if rows else []

    def close(self) -> None:
        """It holds no file open."""

    def _packed(self) -> Iterator[bytes]:
        """Records as they lie in the file; a half-written one is read again at the next look."""
        with suppress(OSError):
            size = regular_file(self._path).st_size
            if size < self._offset:
                self._offset = _HEAD
                self._rows.begin()
            with self._path.open("rb") as file:
                yield from self._records(file, size)

    def _records(self, file: Any, size: int) -> Iterator[bytes]:
        place, parts = self._offset, b""
        while True:
            left = _BLOCK - place % _BLOCK
            if left < _FRAME.size:
                place += left
                continue
            file.seek(place)
            frame = file.read(_FRAME.size)
            if len(frame) < _FRAME.size:
                return
            _, length, kind = _FRAME.unpack(frame)
            if kind not in (_WHOLE, _FIRST, _MIDDLE, _LAST) or length > left - _FRAME.size:
                if place + left > size:
                    return
                self._rows.note("some of its records are damaged: left out")
                place, parts = place + left, b""  # the next block begins soundly
                self._offset = place
                continue
            data = file.read(length)
            if len(data) < length:
                return
            place += _FRAME.size + length
            parts = data if kind in (_WHOLE, _FIRST) else parts + data
            if kind in (_WHOLE, _LAST) or len(parts) > _LONGEST:
                self._offset = place
                if kind in (_WHOLE, _LAST):
                    yield parts
                parts = b""


def _record_type(path: Path) -> Any:
    try:
        from wandb.proto import wandb_internal_pb2
    except ImportError as error:
        raise UsageError(
            f"{path} was written by wandb, and the wandb package is not installed",
            "pip install 'latentop[wandb]'",
        ) from error
    return wandb_internal_pb2.Record


def _named(history: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of a step."""
    for item in history.item:
        name = "/".join(item.nested_key) or item.key
        if not name.startswith(_OWN):
            with suppress(ValueError):
                yield name, parse(item.value_json.encode("utf-8", "replace"))
