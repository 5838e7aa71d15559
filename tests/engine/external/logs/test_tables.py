"""Tables that stand among other lines: what is above them, several in one file, frames, thousands."""

from pathlib import Path

import pytest

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.log import Log
from latentop.engine.external.logs.whole_log import read
from latentop.engine.run.errors import UsageError

ROWS = range(0, 300, 10)


def log(folder: Path, *lines: str) -> Log:
    path = folder / "train.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read(path, ColumnsWanted())


def values(found: Log, name: str) -> dict[int, float]:
    (one,) = [one for one in found.series if one.name == name]
    return dict(zip(one.steps.tolist(), one.values.tolist(), strict=True))


def test_lines_above_the_columns_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [f"{step},0.7,1.{step}" for step in ROWS]
    found = log(tmp_path, "Using device cuda:0", "", "all is set", "step,g_loss,d_loss", *rows)
    assert list(values(found, "loss/generator")) == list(ROWS)
    assert "above its columns 2 lines are left out" in found.notes


def test_rows_of_texts_under_the_first_columns_are_not_taken_for_lines_above_others(tmp_path: Path) -> None:
    first = [f"12:00,gpu1,train,{step},0.{step + 100}" for step in ROWS]
    wider = [f"12:00,gpu1,train,{step + 300},0.{step + 400},1.5" for step in ROWS]
    columns = "time,host,phase,step,loss"
    found = log(tmp_path, columns, *first, f"{columns},kl", *wider)
    assert list(values(found, "loss/total")) == list(range(0, 600, 10))
    assert list(values(found, "loss/kl")) == list(range(300, 600, 10))


def test_a_second_table_has_columns_of_its_own(tmp_path: Path) -> None:
    losses = ["| step | g_loss | d_loss |", "|---|---|---|", *[f"| {step} | 0.7 | 1.3 |" for step in ROWS]]
    scores = ["| epoch | fid | kid |", "|---|---|---|", *[f"| {epoch} | 90 | 0.1 |" for epoch in range(5)]]
    found = log(tmp_path, *losses, "", "Evaluation", "", *scores)
    assert set(values(found, "loss/generator").values()) == {0.7}
    assert len(values(found, "loss/generator")) == len(ROWS)


@pytest.mark.parametrize(
    ("delimiter", "before", "source"),
    [(",", "", "csv"), (";", "", "csv"), ("\t", "", "table"), (" ", "", "table"), ("|", "|", "table")],
)
def test_a_log_is_called_csv_where_it_is(tmp_path: Path, delimiter: str, before: str, source: str) -> None:
    rows = [("step", "g_loss", "d_loss"), *((f"{step}", "0.7", "1.3") for step in ROWS)]
    found = log(tmp_path, *(f"{before}{delimiter.join(row)}{before}" for row in rows))
    assert (found.source, len(values(found, "loss/generator"))) == (source, len(ROWS))


def test_thousands_in_a_frame_are_one_number(tmp_path: Path) -> None:
    rows = [f"| {step:,} | 1,234.5 | 0.7 |" for step in range(0, 20_000, 500)]
    found = log(tmp_path, "| step | g_loss | d_loss |", "|---|---|---|", *rows)
    assert list(values(found, "loss/generator")) == list(range(0, 20_000, 500))
    assert set(values(found, "loss/generator").values()) == {1234.5}


def test_a_box_of_names_and_values_is_no_table_of_losses(tmp_path: Path) -> None:
    box = ["-----------------", "| step   | 0    |", "| g_loss | 2.14 |", "-----------------"]
    with pytest.raises(UsageError, match="holds nothing like a log"):
        log(tmp_path, *box * 3)
