"""What a file holds, told from its first bytes and never from its name alone."""

import re
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from latentop.engine.external.logs import counters
from latentop.engine.external.logs.appended_file import Block, decoded, head, plain
from latentop.engine.external.logs.columns import tells
from latentop.engine.external.logs.formats import mlflow_metric, trackio, wandb_file
from latentop.engine.external.logs.formats.decimal_commas import writes_commas
from latentop.engine.external.logs.formats.delimited import Delimited
from latentop.engine.external.logs.formats.event_files import EventFiles
from latentop.engine.external.logs.formats.json_document import JsonDocument, records_of
from latentop.engine.external.logs.formats.json_lines import JsonLines
from latentop.engine.external.logs.formats.json_values import flat, parse
from latentop.engine.external.logs.formats.series_lines import SeriesLines
from latentop.engine.external.logs.formats.text import CODES, DIGITS, LONGEST, Text
from latentop.engine.external.logs.formats.text_line import shape_of
from latentop.engine.external.logs.line_log import LineFormat, LineLog
from latentop.engine.external.logs.near_names import listed
from latentop.engine.external.logs.rows import LogReader
from latentop.engine.external.series_names import known
from latentop.engine.run.errors import UsageError

ACCEPTED = "text, CSV, JSON, TensorBoard's event files, and files of wandb, trackio and MLflow are read"
_PEEK = 1 << 17
_LINES = 500
"""Lines that are looked at."""
_BINARY = (
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0\0\0", re.DOTALL), "a picture"),
    (re.compile(rb"RIFF"), "a picture or a sound"),
    (re.compile(rb"%PDF"), "a PDF"),
    (re.compile(rb"\x93NUMPY"), "an array of NumPy's"),
    (re.compile(rb"\x89HDF"), "an HDF5 file"),
    (re.compile(rb"PK\x03\x04"), "an archive, as checkpoints are"),
    (re.compile(rb"\x7fELF"), "a program"),
    (re.compile(rb"BZh|\xfd7zXZ|\x28\xb5\x2f\xfd"), "packed: unpack it first"),
    (re.compile(rb"PAR1"), "a Parquet file: save it as CSV"),
    (re.compile(rb"\x80[\x02-\x05]"), "a pickle, whatever its name says"),
)
_EVENTS = b"brain.Event:"
_SERIES = re.compile(rb"\s*[0-9]+\s*:\s*[-+]?(?:[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?|nan|inf)\s*", re.IGNORECASE)
_NAME = re.compile(rb'"([^"\\]{1,100})"\s*:')
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b\x08") + b"\x7f"
_MOST_STRANGE = 0.05


_ALWAYS = frozenset({"events", "trackio", "wandb", "series"})
"""Kinds that nobody writes but of a training."""


class NothingYetError(UsageError):
    """The file is missing, is empty, or holds nothing of a log so far: it may still become one."""


@dataclass(frozen=True, slots=True)
class Content:
    """A log in a file: its kind, the names in it as far as they were seen, and how to read it.

    ``run`` tells it from others in the same file. ``opened`` is given notes to fill, and the column of steps
    that was asked for. ``epochs`` says that nothing in it counts finer than epochs.
    """

    kind: str
    names: frozenset[str]
    opened: Callable[[list[str], str | None], LogReader]
    run: str = ""
    epochs: bool = False

    @property
    def series(self) -> frozenset[str]:
        """What its names mean: the series of ours, or else their own."""
        return frozenset(known(name) or name for name in self.names)

    @property
    def has_losses(self) -> bool:
        """Whether a loss of ours is among the names."""
        return any(name.startswith("loss/") for name in self.series)

    @property
    def may_have_losses(self) -> bool:
        """The same where the names are known; where they are not, it may be."""
        return not self.names or self.has_losses

    @property
    def tells(self) -> bool:
        """Whether a training speaks from it, as far as that was seen."""
        return self.kind in _ALWAYS or any(map(tells, self.names))


def contents(path: Path) -> list[Content]:
    """The logs in a file: one, but a database may hold several.

    Raises NothingYetError for what may still become a log, UsageError for what is none and never will be.
    """
    try:
        raw = head(path, _PEEK)
    except UsageError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise NothingYetError(f"{path} does not exist", ACCEPTED) from error
        raise
    if not raw.strip():
        raise NothingYetError(f"{path} is empty", ACCEPTED)
    return _known_by_magic(path, raw) or [_text(path, raw)]


def _known_by_magic(path: Path, raw: bytes) -> list[Content]:
    if raw.startswith(trackio.MAGIC):
        if runs := trackio.runs_of(path):
            return [_trackio(path, run) for run in runs]
        raise NothingYetError(f"{path} holds no run yet", ACCEPTED)
    if raw.startswith(wandb_file.MAGIC):
        return [
            Content(
                "wandb", frozenset(), lambda notes, step: wandb_file.WandbFile(path, notes, step), path.stem
            )
        ]
    if _EVENTS in raw[12:64] and struct.unpack("<Q", raw[:8])[0] < _PEEK:
        return [Content("events", frozenset(), lambda notes, _: EventFiles(path.parent, notes, only=path))]
    for magic, what in _BINARY:
        if magic.match(raw):
            raise UsageError(f"{path} is no log: it is {what}", ACCEPTED)
    return []


def _trackio(path: Path, run: str) -> Content:
    return Content(
        "trackio", frozenset(), lambda notes, step: trackio.TrackioRun(path, run, notes, step), run
    )


def _text(path: Path, raw: bytes) -> Content:
    """Of a file that is no other kind. Raises UsageError where it is no text either."""
    text = decoded(raw)
    if 2 * text.count(b"\0") < len(text):  # as a file has that was truncated while it was written
        text = text.replace(b"\0", b"")
    strange = (
        len(text) - len(text.translate(None, _CONTROL)) + text.decode("utf-8", "replace").count("\ufffd")
    )
    if strange > _MOST_STRANGE * len(text):
        raise UsageError(f"{path} is no log: it is no text", ACCEPTED)
    text = plain(text)
    if b"\x1b" in text:
        text = CODES.sub(b"", text)
    if (found := _json(path, text.strip(), whole=len(raw) < _PEEK)) is not None:
        return found
    lines = text.split(b"\n")
    if len(raw) >= _PEEK and len(lines) > 1:
        lines = lines[:-1]  # the last one may go on
    lines = [line for line in lines if line.strip()][:_LINES]
    if lines and all(map(_SERIES.fullmatch, lines)):
        name = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
        return _lines("series", path, {name}, lambda _: SeriesLines(name))
    if lines and all(map(mlflow_metric.LINE.fullmatch, lines)):
        name = path.name
        return _lines("mlflow", path, {name}, lambda _: mlflow_metric.MlflowMetric(name))
    return _table_or_text(path, lines)


def _json(path: Path, text: bytes, *, whole: bool) -> Content | None:
    """JSON: a document, or a record a line; None where it is none."""
    if re.match(rb"\[\s*[\[{]", text):
        return _document(path, text)
    if not text.startswith(b"{"):
        return None
    lines = text.split(b"\n")[:_LINES]
    try:
        first = parse(lines[0])
    except ValueError:
        if re.match(rb'\{\s*(?:\n|"[^"]*"\s*:\s*[\[{])', text) and (not whole or text.endswith(b"}")):
            return _document(path, text)
        return None
    if len(lines) == 1 and whole and records_of(first, path) is not None:
        return _document(path, text)
    names: set[str] = set()
    for line in lines:
        try:
            names |= _names([parse(line)])
        except ValueError:
            continue
    return _lines("json", path, names, JsonLines)


def _document(path: Path, text: bytes) -> Content:
    names = {name.decode("utf-8", "replace") for name in _NAME.findall(text)}
    return _content("document", names, lambda notes, step: JsonDocument(path, notes, step))


def _names(records: Sequence[object]) -> set[str]:
    """The names in records, counters among them."""
    return {name for one in records[:_LINES] if isinstance(one, dict) for name, _ in flat(one)}


def _lines(kind: str, path: Path, names: Iterable[str], form: Callable[[list[str]], LineFormat]) -> Content:
    return _content(kind, names, partial(_line_log, path, form))


def _content(
    kind: str, names: Iterable[str], opened: Callable[[list[str], str | None], LogReader]
) -> Content:
    """Of these names, counters among them."""
    counting = {name for name in names if counters.is_counter(name)}
    finer = any(counters.fineness(name) is not None for name in counting)
    epochs = not finer and any(map(counters.counts_epochs, counting))
    return Content(kind, frozenset(names) - counting, opened, epochs=epochs)


def _line_log(
    path: Path, form: Callable[[list[str]], LineFormat], notes: list[str], step: str | None
) -> LogReader:
    return LineLog(path, form(notes), notes, step)


def _table_or_text(path: Path, lines: Sequence[bytes]) -> Content:
    """Cells under a header, or names and numbers; what understands more lines."""
    block = Block(b"\n".join(lines) + b"\n", "first")
    table = Delimited(path, [])
    refusal: UsageError | None = None
    rows = 0
    try:
        rows = sum(one.rows for one in table.tables(block) if one.columns)
    except UsageError as error:
        refusal = error
    if any(map(_is_number, table.header)):
        rows = 0
    told = [line[:LONGEST].decode("utf-8", "replace") for line in lines]
    commas = writes_commas(told)
    alike = {line.translate(None, DIGITS): text for line, text in zip(lines, told, strict=True)}
    shapes = {key: shape_of(text, commas=commas) for key, text in alike.items()}
    said = [shape for shape in shapes.values() if shape.row]
    talks = any(tells(field.name) for shape in said for field in shape.fields)
    is_table = any(map(tells, table.header)) or not talks
    if is_table and rows > sum(shapes[line.translate(None, DIGITS)].row for line in lines):
        return _lines("table", path, table.header, lambda notes: Delimited(path, notes))
    if said:
        names = {field.name for shape in said for field in shape.fields}
        return _lines("text", path, names, partial(Text, commas=commas))
    if refusal is not None:
        raise refusal
    if table.delimited and not rows and not any(not name or _is_number(name) for name in table.header):
        raise NothingYetError(
            f"{path} holds no rows below its columns: {listed(table.header)}", "name a log with rows"
        )
    raise NothingYetError(f"{path} holds nothing like a log: no line such as step: 100 loss: 0.5", ACCEPTED)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
