"""What is no log, or means harm: one line or a note, no traceback, and no more memory than a log takes."""

import pickle
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentop.engine.external.logs import report
from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.places import only_log
from latentop.engine.run.diagnosis import Diagnosis
from latentop.engine.run.errors import UsageError
from tests.engine.external.logs.test_formats import joined, whole
from tests.support.recorded_runs import assert_two_lines, latentop

MB = 1 << 20
ROWS = "".join(f"step {step} g_loss 0.5 d_loss 0.6\n" for step in range(100))
TABLE = "step,g_loss,d_loss\n" + "".join(f"{step},0.5,0.6\n" for step in range(100))


def diagnose(path: Path) -> Diagnosis:
    return report.diagnose(path, ColumnsWanted())


def picture(path: Path) -> None:
    Image.new("RGB", (8, 8)).save(path, "PNG")


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (lambda path: path.write_bytes(pickle.dumps({"g_loss": [0.5]})), "a pickle, whatever its name says"),
        (picture, "a picture"),
        (lambda path: np.savez(path.open("wb"), losses=np.zeros(3)), "an archive"),
        (lambda path: np.save(path.open("wb"), np.zeros(3)), "an array"),
        (lambda path: path.write_bytes(np.random.default_rng(0).bytes(9000)), "it is no text"),
        (lambda path: path.write_bytes(bytes(9000) + b"loss 1"), "it is no text"),
        (lambda path: path.write_text("The quick brown fox\njumps over\n" * 20), "nothing like a log"),
        (lambda path: path.write_text('{"a": ' * 20_000), "20001 columns"),
        (lambda path: path.write_text("[" * 200_000), "log.csv"),
        (lambda path: path.write_text("[{}, {}]"), "holds no values"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(200)), "log.csv"),
    ],
)
def test_what_is_no_log_is_refused_in_a_line(
    tmp_path: Path, write: Callable[[Path], object], what: str
) -> None:
    path = tmp_path / "log.csv"
    write(path)
    with pytest.raises(UsageError) as refused:
        diagnose(path)
    assert what in refused.value.message
    assert "\n" not in refused.value.message
    assert len(refused.value.message) < 400


def test_a_pickle_is_refused_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(pickle.dumps([1, 2]))
    done = latentop(tmp_path, "diagnose", str(path))
    assert done.returncode == 2
    assert_two_lines("\n".join(done.stderr.splitlines()[1:]), "a pickle", "CSV")


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (
            ROWS.replace("step 50 ", "\x1b[31mstep 50\x1b[0m ").replace("step 51", "\x1b]0;title\x07step 51"),
            100,
        ),
        (ROWS.replace("step 50 ", "\0\0step 50 "), 100),
        (ROWS + "step 1e400 g_loss 1e999 d_loss -1e999\nstep 100 g_loss 0.5 d_loss 0.6\n", 101),
        ("1969-12-31 23:59:59 begins\n" + ROWS, 100),
        (ROWS + "x" * (3 * MB) + "\nstep 100 g_loss 0.5 d_loss 0.6\n", 101),
        (TABLE + '99,"0.5,0.6\n100,0.5,0.6\n', 101),
        (TABLE + "99999999999999999999999,0.5,0.6\n100,0.5,0.6\n", 101),
        (TABLE + "-5,0.5,0.6\n100.5,0.5,0.6\n100,0.5,0.6\n", 101),
        (TABLE.replace("50,0.5,0.6", "50,0.5,0x1F"), 100),
        (TABLE.replace("50,0.5,0.6", "50,0.5," + "9" * 5000), 100),
        ("\ufeff" + TABLE.replace("\n", "\r"), 100),
    ],
)
def test_a_log_with_strange_lines_is_read_all_the_same(tmp_path: Path, content: str, rows: int) -> None:
    path = tmp_path / "log"
    path.write_text(content, encoding="utf-8")
    found = joined(whole(only_log(path).open(ColumnsWanted())))
    steps, values = found["loss/generator"]
    assert steps[:100].tolist() == [*range(100)]
    assert steps[100:].tolist() == [*range(100, rows)]
    assert np.nanmedian(values) == 0.5


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        (ROWS + "step 100 loss " + "1" * (10 * MB) + "\n").encode(),
        (ROWS + "loss: 1 " * MB + "\n").encode(),
        TABLE.encode() + b"1,2,3,4,5,6,7,8\n" * (MB // 4),
        TABLE.encode() + b",".join([b"1"] * 3 * MB) + b"\n",
        b'{"step": 1, "g_loss": 1, "d_loss": 2}\n' + b'{"x": [' + b"1," * 5 * MB + b"1]}\n",
        b"".join(b'{"step": %d, "x%d": 1, "g_loss": 1, "d_loss": 1}\n' % (row, row) for row in range(20_000)),
        b"\n" * 10 * MB + ROWS.encode(),
        b"\x1b[" * 5 * MB + b"\n" + ROWS.encode(),
    ],
    ids=["digits", "names", "wide-rows", "one-row", "list", "ever-new-names", "empty-lines", "codes"],
)
def test_memory_is_bounded(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    del content
    tracemalloc.start()
    try:
        with suppress(UsageError):
            feed = only_log(path).open(ColumnsWanted())
            while feed.poll(final=True):
                pass
        assert tracemalloc.get_traced_memory()[1] < 100 * MB
    finally:
        tracemalloc.stop()


def test_ever_new_names_are_told_and_the_first_are_read(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        "".join(f'{{"step": {row}, "g_loss": 1, "d_loss": 1, "x{row}": 1}}\n' for row in range(3000))
    )
    feed = only_log(path).open(ColumnsWanted())
    found = joined(whole(feed))
    assert len(found) <= 1000
    assert len(found["loss/generator"][0]) == 3000
    assert any("more than 1000 names" in note for note in feed.notes)


def test_a_name_without_an_end_makes_no_long_message(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    name = "x" * 5000 + "\x07/step"
    path.write_text(f"{name},g_loss,d_loss\n" + "0.5,0.5,0.5\n" * 9)
    feed = only_log(path).open(ColumnsWanted())
    whole(feed)
    assert feed.notes
    assert all(note.isprintable() and len(note) < 200 for note in feed.notes)
    with pytest.raises(UsageError) as refused:
        report.diagnose(path, ColumnsWanted(generator=name))
    assert len(refused.value.message) < 400 + len(str(path))


def test_what_can_not_be_the_name_of_a_series_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f'{{"g_loss": 1, "d_loss": 1, "a\\u0007b": 1, " ": 1, "{"x" * 300}": 1}}\n' * 3)
    feed = only_log(path).open(ColumnsWanted())
    assert set(joined(whole(feed))) == {"loss/generator", "loss/discriminator"}
    assert sum("no name of a series" in note for note in feed.notes) == 3
