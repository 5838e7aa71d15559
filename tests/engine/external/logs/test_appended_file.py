"""What may happen to a log while it is read: it is not there yet, truncated, rotated, half written."""

import gzip
import os
import tracemalloc
from pathlib import Path

import pytest

from latentop.engine.external.logs.appended_file import AppendedFile
from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.content import NothingYetError
from latentop.engine.external.logs.log_feed import LogFeed
from latentop.engine.external.logs.places import LogPlaces
from latentop.engine.run.errors import UsageError
from tests.engine.external.logs.test_formats import joined, whole

HEADER = "step,g_loss,d_loss\n"


def rows(steps: range, value: float = 0.5) -> str:
    return "".join(f"{step},{value},{value}\n" for step in steps)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def opened(path: Path) -> LogFeed:
    (place,) = LogPlaces(path).find()
    return place.open(ColumnsWanted())


def steps_now(feed: LogFeed) -> list[int]:
    """The steps of the rows that came since the last look."""
    return [int(step) for batch in whole(feed, final=False) for step in batch.steps]


def test_a_file_that_is_not_there_yet_may_still_come(path: Path) -> None:
    places = LogPlaces(path)
    for content in (None, "", "Starting Training Loop...\n", HEADER):
        if content is not None:
            path.write_text(content)
        with pytest.raises(NothingYetError, match=str(path)):
            places.find()
    path.write_text(HEADER + rows(range(3)))
    (place,) = places.find()
    assert steps_now(place.open(ColumnsWanted())) == [0, 1, 2]


def test_a_half_written_line_waits_for_its_end_unless_nobody_writes_on(path: Path) -> None:
    path.write_text(HEADER + rows(range(3)) + "3,0.5,0.")
    feed = opened(path)
    assert steps_now(feed) == [0, 1, 2]
    with path.open("a") as file:
        file.write("25\n4,0.5,0.2")
    assert joined(whole(feed, final=False))["loss/discriminator"][1].tolist() == [0.25]
    last = joined(whole(feed))
    assert last["loss/generator"][0].tolist() == [4]
    assert "loss/discriminator" not in last  # more digits may follow


@pytest.mark.parametrize("later", [range(2), range(200)], ids=["shorter", "longer"])
def test_a_file_that_is_truncated_begins_anew(path: Path, later: range) -> None:
    path.write_text(HEADER + rows(range(20)))
    feed = opened(path)
    assert steps_now(feed) == [*range(20)]
    path.write_text(HEADER + rows(later, value=0.7))
    (batch,) = whole(feed, final=False)
    assert batch.steps.tolist() == [*later]
    assert batch.back_to == 0


_TABLE = "step,g_loss,d_loss\n", "{0},0.5,0.6\n"
_COUNTS = "iters,g_loss,d_loss\n", "{0},0.5,0.6\n"
_BANNER = "======= Training Loss (Tue Dec  1 10:00:00 2026) =======\n", "iter {0} loss_D: 0.5 loss_G: 0.5\n"
_RECORD = '{"args": {"batch_size": 64}}\n', '{{"step": {0}, "g_loss": 0.5, "d_loss": 0.6}}\n'


@pytest.mark.parametrize(
    ("log", "mode"),
    [
        (_TABLE, "w"),
        (_TABLE, "a"),
        (_COUNTS, "w"),
        (_COUNTS, "a"),
        (_BANNER, "w"),
        (_BANNER, "a"),
        (_RECORD, "w"),
    ],
)
def test_who_writes_a_heading_alone_and_rows_later_begins_anew(
    path: Path, log: tuple[str, str], mode: str
) -> None:
    """So often, that falling steps would else be called out of order."""
    heading, row = log
    path.write_text(heading + "".join(map(row.format, range(20))))
    feed = opened(path)
    steps_now(feed)
    for count in range(8):
        with path.open(mode) as file:
            file.write(heading)
        assert steps_now(feed) == []  # no step is made up for it
        with path.open("a") as file:
            file.writelines(map(row.format, range(10)))
        (batch,) = whole(feed, final=False)
        assert (batch.back_to, batch.steps.tolist()) == (0, [*range(10)]), count
    assert not any("order" in note for note in feed.notes)


def test_a_record_without_a_step_among_others_is_left_out_whenever_it_is_read(path: Path) -> None:
    row = '{{"step": {0}, "g_loss": 0.5, "d_loss": 0.6}}\n'
    path.write_text("".join(map(row.format, range(5))))
    feed = opened(path)
    steps_now(feed)
    with path.open("a") as file:
        file.write('{"checkpoint": 4}\n')
    assert steps_now(feed) == []
    with path.open("a") as file:
        file.write(row.format(40))
    assert steps_now(feed) == [40]


@pytest.mark.parametrize("header", [HEADER, ""])
def test_a_file_that_is_rotated_goes_on(path: Path, header: str) -> None:
    """The last rows of the old one are read, too; the new one may have no header."""
    path.write_text(HEADER + rows(range(20)))
    feed = opened(path)
    steps_now(feed)
    with path.open("a") as file:
        file.write(rows(range(20, 25)))
    path.rename(path.with_suffix(".csv.1"))
    path.write_text(header + rows(range(25, 30)))
    batches = whole(feed, final=False)
    assert [int(step) for batch in batches for step in batch.steps] == [*range(20, 30)]
    assert all(batch.back_to is None for batch in batches)


def test_a_file_that_is_gone_may_come_back(path: Path) -> None:
    path.write_text(HEADER + rows(range(5)))
    feed = opened(path)
    steps_now(feed)
    path.unlink()
    assert steps_now(feed) == []
    path.write_text(HEADER + rows(range(5, 9)))
    assert steps_now(feed) == [5, 6, 7, 8]


def test_a_packed_file_that_ends_early_is_read_as_far_as_it_goes(path: Path) -> None:
    packed = gzip.compress((HEADER + rows(range(2000))).encode(), mtime=0)
    path.write_bytes(packed[: len(packed) // 2])
    feed = opened(path)
    steps = joined(whole(feed))["loss/generator"][0].tolist()
    assert steps == [*range(len(steps))]
    assert len(steps) > 100
    assert any("ends early" in note for note in feed.notes)


def test_a_line_without_an_end_takes_no_memory(path: Path) -> None:
    path.write_text(HEADER + rows(range(3)))
    file = AppendedFile(path)
    list(file.blocks())
    tracemalloc.start()
    try:
        with path.open("ab") as more:
            for _ in range(40):
                more.write(b"x" * (1 << 20))
                more.flush()
                assert list(file.blocks()) == []
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()
    with path.open("a") as text:
        text.write("\n3,0.5,0.5\n")
    assert [block.data for block in file.blocks()] == [b"3,0.5,0.5\n"]
    assert any("longer than 1 MB" in note for note in file.notes)
    file.close()


def test_a_pipe_is_refused_and_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(UsageError, match="a pipe") as refused:
        LogPlaces(path).find()
    assert "tee" in refused.value.hint
    assert not isinstance(refused.value, NothingYetError)


def test_no_file_stays_open(path: Path) -> None:
    path.write_text(HEADER + rows(range(3)))
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    feed = opened(path)
    steps_now(feed)
    feed.close()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
