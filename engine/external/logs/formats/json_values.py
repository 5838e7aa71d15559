"""Numbers of JSON records: nested ones by the path to them, statistics by their mean, NaN as a word."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from latentop.engine.external.logs.formats.number_cells import number

_DECODER = msgspec.json.Decoder()
_WORDS = re.compile(rb"(?<=[:\[,])\s*(-?)(NaN|Infinity)(?=\s*[,\]}])")
"""What Python writes for numbers that JSON has not, where values stand."""
_LONGEST = 64
"""Characters of a text that may be a number."""
_SNAPSHOT = re.compile(r"([0-9]+)\.[a-z]+$")
_DEEPEST = 6
STATISTICS = frozenset({"num", "mean", "std"})


def parse(text: bytes) -> Any:
    """What a text holds, NaN and infinities as words or as numbers. Raises ValueError for what is no JSON."""
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        pass
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def parse_lines(lines: bytes) -> list[Any] | None:
    """What every line holds; None where one holds no JSON."""
    for text in (lines, _WORDS.sub(rb'"\1\2"', lines) if b"N" in lines or b"I" in lines else b""):
        try:
            return _DECODER.decode_lines(text) if text else None
        except (msgspec.DecodeError, ValueError, RecursionError):
            continue
    return None


def flat(record: Mapping[Any, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, float]]:
    """Names and numbers of a record. Of StyleGAN's statistics it is the mean, where anything was counted.

    A metric of StyleGAN is of the snapshot that it names, by its number, in thousands of images.
    """
    if not before and "snapshot_pkl" in record and isinstance(record.get("results"), Mapping):
        if found := _SNAPSHOT.search(str(record["snapshot_pkl"])):
            yield "kimg", float(found[1])
            yield from flat(record["results"])
            if isinstance(record.get("timestamp"), float):
                yield "timestamp", record["timestamp"]
        return
    for key, value in record.items():
        name = f"{before}/{key}" if before else str(key)
        if type(value) is float or type(value) is int:
            yield name, float(value) if abs(value) < 1e300 else _large(value)
        elif isinstance(value, str):
            if len(value) < _LONGEST and (told := number(value.encode("utf-8", "replace"))) is not None:
                yield name, told
        elif isinstance(value, Mapping):
            if value.keys() >= STATISTICS:
                if value["num"]:
                    yield from flat({name: value["mean"]})
            elif depth < _DEEPEST:
                yield from flat(value, name, depth + 1)


def _large(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number beyond any float
        return float("inf") if value > 0 else float("-inf")
