"""Which step a row is of: counters of every kind, resumes, rows out of order."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from latentop.engine.external.logs.columns_wanted import ColumnsWanted, parse
from latentop.engine.external.logs.log_feed import LogFeed
from latentop.engine.external.logs.places import LogPlaces
from latentop.engine.external.logs.rows import Batch
from tests.engine.external.logs.test_formats import joined, whole

BANNER = "================ Training Loss (Wed Oct 30 10:43:06 2024) ================"


def opened(path: Path, lines: Iterable[str], wanted: ColumnsWanted | None = None) -> LogFeed:
    path.write_text("\n".join(lines) + "\n")
    (place,) = LogPlaces(path).find()
    return place.open(wanted or ColumnsWanted())


def steps_of(path: Path, lines: Iterable[str], wanted: ColumnsWanted | None = None) -> list[int]:
    """The steps of the generator's losses."""
    feed = opened(path, lines, wanted)
    found = joined(whole(feed))
    feed.close()
    (steps,) = (at.tolist() for name, (at, _) in found.items() if name.startswith("loss/generator"))
    return list(steps)


def text(rows: Sequence[tuple[int, int]], value: float = 0.5) -> list[str]:
    return [f"(epoch: {epoch}, iters: {at}) D_A: 0.5 G_A: {value}" for epoch, at in rows]


def table(header: str, rows: Iterable[str]) -> list[str]:
    return [f"{header},g_loss,d_loss", *(f"{row},0.5,0.6" for row in rows)]


def grid(epochs: Iterable[int], ats: Sequence[int]) -> list[tuple[int, int]]:
    return [(epoch, at) for epoch in epochs for at in ats]


LONG = range(100, 1400, 100)
PAIR = "Loss_D: 0.5 Loss_G: 0.5"


@pytest.mark.parametrize(
    ("lines", "steps"),
    [
        (table("step", "12345"), [1, 2, 3, 4, 5]),
        (table("iteration", map(str, range(35_000, 35_500, 100))), [*range(35_000, 35_500, 100)]),
        (table("kimg", ["0.008", "4.0", "8.0"]), [8, 4000, 8000]),
        (table("epoch", "0123"), [0, 1, 2, 3]),
        (table("epoch", "000111222"), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (table("lr", ["0.1"] * 4), [1, 2, 3, 4]),
        (table("epoch,step", [f"{row // 2},{10 * row}" for row in range(6)]), [0, 10, 20, 30, 40, 50]),
        (table("epoch,iter", [f"{row // 3},{row % 3}" for row in range(9)]), [*range(9)]),
        (table("iter", "012012012"), [*range(9)]),
        (text(grid(range(1, 4), LONG)), [100 * row for row in range(1, 40)]),
        ([f"[{e}/3][{i}/1583] {PAIR}" for e, i in grid(range(3), range(0, 1583, 500))],
         [1583 * e + i for e, i in grid(range(3), range(0, 1583, 500))]),
        ([f"[{e}/9][{i}/100] {PAIR}" for e, i in grid((7, 8), (0, 50))], [700, 750, 800, 850]),
        ([f"Epoch {e}/3\n{i}/40 [==>] - 3s - {PAIR}" for e, i in grid((1, 2), (20, 40))], [20, 40, 60, 80]),
        (["Step: 2000", "G loss: 0.5, D loss: 0.5", "Step: 4000", "G loss: 0.5, D loss: 0.5"], [2000, 4000]),
        (["batch 64 g_loss 0.5 d_loss 0.5"] * 4, [1, 2, 3, 4]),
        (["D loss: 0.5 G loss: 0.5"] * 3, [1, 2, 3]),
    ],
)  # fmt: skip
def test_what_counts_the_steps(tmp_path: Path, lines: list[str], steps: list[int]) -> None:
    assert steps_of(tmp_path / "log", lines) == steps


def test_after_a_resume_the_later_values_count(tmp_path: Path) -> None:
    """Killed in the third epoch, begun again with it: its iterations are where they were."""
    lines = [
        BANNER,
        *text(grid((1, 2), LONG)),
        *text(grid((3,), LONG[:6]), value=9.0),
        BANNER,
        *text(grid((3,), LONG)),
    ]
    batches = whole(opened(tmp_path / "loss_log.txt", lines))
    steps, values = joined(batches)["loss/generator-a"]
    assert [batch.back_to for batch in batches] == [None, 2700]
    assert steps.tolist() == [100 * row for row in range(1, 40)]
    assert set(values.tolist()) == {0.5}


@pytest.mark.parametrize("second", ["step,g_loss,d_loss,fid", "step,g_loss,d_loss"])
def test_a_second_header_begins_anew(tmp_path: Path, second: str) -> None:
    width = second.count(",")
    lines = [*table("step", map(str, range(10))), second]
    lines += [",".join([str(step), *["0.7"] * width]) for step in range(5, 15)]
    found = joined(batches := whole(opened(tmp_path / "log.csv", lines)))
    steps, values = found["loss/generator"]
    assert steps.tolist() == [*range(15)]
    assert values.tolist() == [0.5] * 5 + [0.7] * 10
    assert [batch.back_to for batch in batches] == [None, 5]
    assert ("quality/fid" in found) == second.endswith("fid")


def test_one_that_lags_behind_is_no_restart(tmp_path: Path) -> None:
    """Validation is logged when training is some steps further."""
    lines = []
    for step in range(0, 200, 10):
        lines.append(f'{{"step": {step}, "g_loss": 0.5, "d_loss": 0.5}}')
        if step % 50 == 20:
            lines.append(f'{{"step": {step - 20}, "val_loss": 0.3}}')
    batches = whole(opened(tmp_path / "log.jsonl", lines))
    assert all(batch.back_to is None for batch in batches)
    assert joined(batches)["valid/loss"][0].tolist() == [0, 50, 100, 150]


def test_rows_out_of_order_are_no_restarts(tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(300)
    feed = opened(tmp_path / "log.csv", table("step", map(str, order)))
    batches = whole(feed)
    assert all(batch.back_to is None for batch in batches)
    assert sorted(joined(batches)["loss/generator"][0].tolist()) == [*range(300)]
    assert "the steps are out of order" in feed.notes


def test_rows_without_a_step_are_told(tmp_path: Path) -> None:
    feed = opened(tmp_path / "log.csv", table("step", ["1", "2", "", "4", "5"]))
    assert joined(whole(feed))["loss/generator"][0].tolist() == [1, 2, 4, 5]
    assert feed.notes == ["a row has no step: left out"]


def test_the_column_that_was_asked_for_counts(tmp_path: Path) -> None:
    lines = table("step,gen_updates", [f"{row},{5 * row}" for row in range(4)])
    assert steps_of(tmp_path / "log.csv", lines) == [0, 1, 2, 3]
    assert steps_of(tmp_path / "log.csv", lines, parse("step=gen_updates")) == [0, 5, 10, 15]


def test_live_epochs_that_hold_many_rows_are_numbered_from_there_on(tmp_path: Path) -> None:
    """Row by row one can't know at first that an epoch has many of them."""
    path = tmp_path / "log.csv"
    rows = table("epoch", "0000011111")
    feed = opened(path, rows[:2])
    batches: list[Batch] = whole(feed, final=False)
    for row in rows[2:]:
        with path.open("a") as file:
            file.write(row + "\n")
        batches += whole(feed, final=False)
    steps = [int(step) for batch in batches for step in batch.steps]
    assert steps == sorted(steps)
    assert len(set(steps[2:])) == len(steps) - 2
