"""Logs that were damaged at random: they are read, or refused in a line, and never end in a traceback."""

import os
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.places import LogPlaces
from latentop.engine.run.errors import UsageError
from tests.engine.external.logs.test_formats import shapes
from tests.support.dashboard import FRESH
from tests.support.log_shapes import LogShape
from tests.support.tiers import few

EVIL = (
    b"\x1b[31m\x1b]0;title\x07",
    b"\0\0\0",
    b"1e400",
    b"-1e999",
    b"9" * 400,
    b"NaN",
    b"-inf",
    b"1969-12-31 23:59:59",
    b"\xff\xfe\xfd",
    b'"',
    b"'",
    b"{[({[",
    b"\r",
    b"\r\n",
    b"\n\n\n",
    b",,,,",
    b";",
    b"\t",
    b"=" * 60,
    b"1/0",
    b"[9/0][-3/1]",
    b"\xe2\x80\xae",
    b"0x1F",
    b"1_000",
    b"step: 1e300 ",
    b"epoch: -5 ",
    b'{"step": {"step": {"step": [1]}}}',
    b"d_loss: tensor(nan) ",
    b"loss " * 50,
    b"(" * 300,
)
Damage = Callable[[bytes, np.random.Generator], bytes]


def _flipped(content: bytes, chance: np.random.Generator) -> bytes:
    places = chance.integers(0, len(content), size=chance.integers(1, 30))
    changed = bytearray(content)
    for place in places:
        changed[place] = chance.integers(0, 256)
    return bytes(changed)


def _cut(content: bytes, chance: np.random.Generator) -> bytes:
    begin, end = sorted(chance.integers(0, len(content) + 1, size=2))
    return content[:begin] + content[end:]


def _ended(content: bytes, chance: np.random.Generator) -> bytes:
    return content[: chance.integers(0, len(content) + 1)]


def _repeated(content: bytes, chance: np.random.Generator) -> bytes:
    begin, end = sorted(chance.integers(0, len(content) + 1, size=2))
    return content[:end] + content[begin:]


def _injected(content: bytes, chance: np.random.Generator) -> bytes:
    for _ in range(chance.integers(1, 8)):
        place = chance.integers(0, len(content) + 1)
        content = content[:place] + EVIL[chance.integers(len(EVIL))] + content[place:]
    return content


def _lines_moved(content: bytes, chance: np.random.Generator) -> bytes:
    lines = content.split(b"\n")
    return b"\n".join(lines[place] for place in chance.permutation(len(lines)))


def _digits_changed(content: bytes, chance: np.random.Generator) -> bytes:
    digits = [place for place, byte in enumerate(content) if 48 <= byte < 58]
    changed = bytearray(content)
    for place in chance.choice(digits, size=min(20, len(digits))) if digits else ():
        changed[place : place + 1] = b"0123456789.+-eEn,"[(k := chance.integers(17)) : k + 1]
    return bytes(changed)


DAMAGES: tuple[Damage, ...] = (
    _flipped,
    _cut,
    _ended,
    _repeated,
    _injected,
    _lines_moved,
    _digits_changed,
    lambda content, chance: _injected(_cut(content, chance), chance),
    lambda content, chance: _lines_moved(_injected(content, chance), chance),
)


def damage_and_read(path: Path, contents: Mapping[Path, bytes], seed: int) -> None:
    """Damage one of the log's files, and read it: once, or as it grows."""
    chance = np.random.default_rng(seed)
    for file, content in contents.items():
        file.write_bytes(content)
    file = list(contents)[chance.integers(len(contents))]
    whole = DAMAGES[chance.integers(len(DAMAGES))](contents[file], chance)
    grows = chance.random() < 0.5
    file.unlink()
    file.write_bytes(whole[: len(whole) // 2] if grows else whole)
    places = LogPlaces(path)
    with suppress(UsageError):
        feeds = [place.open(ColumnsWanted()) for place in places.find()]
        for feed in feeds:
            with suppress(UsageError):
                while feed.poll(final=not grows):
                    pass
        file.write_bytes(whole)
        for feed, place in zip(feeds, places.find(), strict=False):
            feed.extend(place.parts)
            with suppress(UsageError):
                while batches := feed.poll(final=True):
                    for batch in batches:
                        assert (batch.steps >= 0).all()
                        assert all(len(one.steps) == len(one.values) > 0 for one in batch.rows)
                        assert all(
                            one.walls is None or len(one.walls) == len(one.steps) for one in batch.rows
                        )
            assert all("\n" not in note and len(note) < 400 for note in feed.notes)
            assert len(feed.notes) <= 200
            feed.close()


def damage_often(folder: Path, shape: LogShape, count: int) -> None:
    """From seeds that are the format's own; with ``LATENTOP_FRESH`` from others each time."""
    path = shape.write(folder)
    files = [path] if path.is_file() else sorted(path.iterdir())
    contents = {file: file.read_bytes() for file in files}
    first = int.from_bytes(os.urandom(4), "big") if FRESH else zlib.crc32(shape.name.encode())
    for seed in range(first, first + count):
        try:
            damage_and_read(path, contents, seed)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


@pytest.mark.parametrize("shape", few(shapes(), 6, single=True))
def test_a_damaged_log_is_read_or_refused(tmp_path: Path, shape: LogShape) -> None:
    damage_often(tmp_path, shape, 40)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("shape", shapes())
def test_a_log_that_is_damaged_otherwise_is_read_or_refused(tmp_path: Path, shape: LogShape) -> None:
    """More of them."""
    damage_often(tmp_path, shape, 5_000 if FRESH else 500)
