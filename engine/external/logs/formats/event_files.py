"""TensorBoard's event files: a tag is a name. Needs the ``tensorboard`` package, and says so.

Scalars are rows; image summaries are pictures, those of one batch together.
"""

import logging
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from latentop.engine.external.logs.restarts import Restarts
from latentop.engine.external.logs.rows import Batch, Picture, Rows
from latentop.engine.external.logs.table_rows import refused, sound_walls
from latentop.engine.run.diagnosis import Source
from latentop.engine.run.errors import UsageError
from latentop.engine.run.store.bins import Ints

MARK = "tfevents"
"""What the name of every event file holds."""
_A_POLL = 200_000
"""Values at one poll."""
_PICTURES = 16_000_000
"""Bytes of pictures at one poll."""
_OF_A_BATCH = re.compile(r"/image(?:/\d+)?$")
"""How TensorFlow 1 ends the tags of images that were logged together."""
_NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 9, 14, 17, 19, 22, 23})
"""TensorFlow's types of numbers: floats, whole numbers, halves."""
_FRAME = 16
"""Bytes around a record."""


class EventFiles:
    """Reads the event files of one folder in the order in which they were begun: a :class:`LogReader`.

    A restart writes a file of its own, from a lower step: the later one counts. ``prefix`` comes before the
    tags; ``only`` names the one file that is read, where it isn't all of them.
    """

    source: Source = "tensorboard"

    def __init__(self, folder: Path, notes: list[str], *, prefix: str = "", only: Path | None = None) -> None:
        self._folder, self._only, self._prefix = folder, only, prefix
        self.notes = notes
        self._restarts = Restarts(self._note)
        self._loaders: dict[Path, Any] = {}
        self._read: dict[Path, int] = {}
        self._streams: dict[Path, Iterator[_Value]] = {}
        """Of files of which more is to be read than at one poll."""
        self._names: set[str] = set()

    def poll(self, *, final: bool = False) -> list[Batch]:
        """What was appended to any file. Raises UsageError without the package."""
        found: list[Batch] = []
        for path in self._files():
            values: dict[str, tuple[list[int], list[float], list[float], list[int]]] = {}
            pictures: list[tuple[int, Picture]] = []
            count = size = 0
            stream = self._streams.pop(path, None) or self._values(path)
            for wall, step, tag, value in stream:
                if not self._has_room(tag):
                    continue
                if isinstance(value, tuple):
                    picture = Picture(name=self._prefix + tag, step=step, wall=wall, files=value)
                    pictures.append((count, picture))
                    size += sum(map(len, value))
                    if size >= _PICTURES:
                        self._streams[path] = stream
                        break
                    continue
                steps, walls, numbers, places = values.setdefault(tag, ([], [], [], []))
                steps.append(step)
                walls.append(wall)
                numbers.append(value)
                places.append(count)
                count += 1
                if count >= _A_POLL:
                    self._streams[path] = stream
                    break
            batches = []
            if values:
                batches = self._restarts.split(*_rows(values, count, self._prefix), anew=(0,))
            found += _with_pictures(batches, pictures)
            if final and path not in self._streams:
                self._tell_rest(path)
        return found

    def close(self) -> None:
        """Let go of the files."""
        self._loaders.clear()

    def _files(self) -> list[Path]:
        if self._only is not None:
            return [self._only]
        try:
            return sorted(path for path in self._folder.iterdir() if MARK in path.name and path.is_file())
        except OSError:
            return []

    def _values(self, path: Path) -> Iterator["_Value"]:
        """Time, step, tag and value of every scalar that is new in a file; of pictures, their files."""
        tools = _tensorboard(path)
        try:
            if path not in self._loaders:
                self._loaders[path] = tools.event_file_loader.RawEventFileLoader(str(path))
                self._read[path] = 0
            for record in self._loaders[path].Load():
                self._read[path] += len(record) + _FRAME
                event = tools.event_pb2.Event.FromString(record)
                if event.step < 0 or not event.HasField("summary"):
                    continue
                shown: dict[str, list[bytes]] = {}
                for value in event.summary.value:
                    if (number := _number(value, tools)) is not None:
                        yield event.wall_time, event.step, value.tag, number
                    elif files := _images(value):
                        shown.setdefault(_OF_A_BATCH.sub("", value.tag), []).extend(files)
                for tag, files in shown.items():
                    yield event.wall_time, event.step, tag, tuple(files)
        except Exception as error:  # whatever a damaged file makes it raise
            self._note(f"{path.name} is damaged: {type(error).__name__} at byte {self._read.get(path, 0)}")

    def _tell_rest(self, path: Path) -> None:
        with suppress(OSError):
            if (rest := path.stat().st_size - self._read.get(path, 0)) > 0:
                self._note(f"{path.name} is damaged or cut off: its last {rest} bytes are left out")

    def _has_room(self, tag: str) -> bool:
        if tag not in self._names and (why := refused(tag, len(self._names))):
            self._note(why)
            return False
        self._names.add(tag)
        return True

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)


def tags(path: Path, most: int = 50) -> set[str]:
    """The tags of the first values in a file. Raises UsageError without the package."""
    values = EventFiles(path.parent, [], only=path)._values(path)
    return {tag for _, _, tag, _ in islice(values, most)}


_Value = tuple[float, int, str, float | tuple[bytes, ...]]


class _Tools:
    """What of TensorBoard reads event files."""

    def __init__(self) -> None:
        from tensorboard.backend.event_processing import event_file_loader
        from tensorboard.compat.proto import event_pb2
        from tensorboard.util import tensor_util

        logging.getLogger("tensorboard").setLevel(logging.ERROR)
        self.event_file_loader: Any = event_file_loader
        self.event_pb2: Any = event_pb2
        self.tensor_util: Any = tensor_util


def _tensorboard(path: Path) -> _Tools:
    try:
        return _Tools()
    except ImportError as error:
        raise UsageError(
            f"{path} holds TensorBoard's events, and the tensorboard package is not installed",
            "pip install 'latentop[tensorboard]'",
        ) from error


def _number(value: Any, tools: _Tools) -> float | None:
    """A scalar, as TensorFlow 1 and PyTorch write it, or as TensorFlow 2 does: a tensor of one number."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind != "tensor" or value.tensor.dtype not in _NUMBERS:
        return None
    if math.prod(one.size for one in value.tensor.tensor_shape.dim) != 1:
        return None
    return float(tools.tensor_util.make_ndarray(value.tensor).reshape(-1)[0])


def _images(value: Any) -> list[bytes]:
    """The files of an image summary; TensorFlow 2 has width and height before those of a whole batch."""
    kind = value.WhichOneof("value")
    if kind == "image":
        return [value.image.encoded_image_string]
    if kind == "tensor" and value.metadata.plugin_data.plugin_name == "images":
        return list(value.tensor.string_val[2:])
    return []


def _with_pictures(batches: Sequence[Batch], pictures: Sequence[tuple[int, Picture]]) -> list[Batch]:
    """The batches with the pictures that come before, each with the count of rows before it."""
    if not pictures:
        return list(batches)
    if not batches:
        return [Batch(steps=np.empty(0, dtype=np.int64), rows=(), pictures=tuple(one for _, one in pictures))]
    ends = np.cumsum([len(one.steps) for one in batches])
    places = np.minimum(np.searchsorted(ends, [count for count, _ in pictures], side="right"), len(ends) - 1)
    return [
        replace(
            batch, pictures=tuple(one for (_, one), at in zip(pictures, places, strict=True) if at == place)
        )
        for place, batch in enumerate(batches)
    ]


def _rows(
    values: dict[str, tuple[list[int], list[float], list[float], list[int]]], count: int, prefix: str
) -> tuple[Ints, list[tuple[Rows, Ints]]]:
    every = np.zeros(count, dtype=np.int64)
    rows = []
    for tag, (steps, walls, numbers, places) in values.items():
        at = np.array(places, dtype=np.int64)
        every[at] = steps
        one = Rows(
            name=prefix + tag,
            steps=np.array(steps, dtype=np.int64),
            walls=sound_walls(np.array(walls, dtype=np.float64)),
            values=np.array(numbers, dtype=np.float64),
        )
        rows.append((one, at))
    return every, rows
