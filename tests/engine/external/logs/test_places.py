"""Which logs lie in a folder: one training in several files, several trainings, and what is none."""

import errno
import json
import math
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import pytest

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.content import NothingYetError
from latentop.engine.external.logs.places import LogPlaces, only_log
from latentop.engine.run.errors import UsageError
from tests.engine.external.logs.test_formats import joined, whole
from tests.support.log_shapes import SHAPES
from tests.support.recorded_runs import new_run

TABLE = "step,g_loss,d_loss\n1,0.5,0.6\n2,0.5,0.6\n"


def events(folder: Path, scalars: Mapping[str, Sequence[tuple[int, float]]]) -> None:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder))
    for tag, points in scalars.items():
        for step, value in points:
            writer.add_scalar(tag, value, step)
    writer.close()


def found(path: Path) -> dict[str, set[str]]:
    """The logs at a path by name, each with its series."""
    places = LogPlaces(path).find()
    return {place.name: set(joined(whole(place.open(ColumnsWanted())))) for place in places}


BOTH = {"G_loss": [(1, 0.5), (2, 0.6)], "D_loss": [(1, 0.7), (2, 0.8)]}
PAIR = {"loss/generator", "loss/discriminator"}


def test_several_runs_under_one_parent_are_several_logs(tmp_path: Path) -> None:
    for name in ("first", "second"):
        events(tmp_path / "runs" / name, BOTH)
    assert found(tmp_path) == {"runs/first": PAIR, "runs/second": PAIR}
    with pytest.raises(UsageError, match="holds 2 logs: runs/first, runs/second"):
        only_log(tmp_path)
    assert found(tmp_path / "runs" / "first") == {"": PAIR}


def test_a_folder_for_each_metric_is_one_log(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(tmp_path))
    for step in range(3):
        writer.add_scalars("GAN/loss", {"G": 0.5, "D": 0.6}, step)
        writer.add_scalar("fid", 20.0, step)
    writer.close()
    assert found(tmp_path) == {"": PAIR | {"quality/fid"}}


def test_training_and_validation_are_halves_of_one_log(tmp_path: Path) -> None:
    for half, loss in (("train", 0.5), ("validation", 0.6)):
        events(tmp_path / half, {"epoch_loss": [(0, loss), (1, loss)]})
    (place,) = LogPlaces(tmp_path).find()
    series = joined(whole(place.open(ColumnsWanted())))
    assert series["loss/total"][1].tolist() == pytest.approx([0.5, 0.5])
    assert series["valid/loss"][1].tolist() == pytest.approx([0.6, 0.6])


def test_a_second_event_file_from_a_lower_step_counts_from_there(tmp_path: Path) -> None:
    events(tmp_path, {tag: [(step, 0.5) for step in range(10)] for tag in BOTH})
    (place,) = LogPlaces(tmp_path).find()
    feed = place.open(ColumnsWanted())
    batches = whole(feed, final=False)
    (first,) = tmp_path.iterdir()
    first.rename(tmp_path / "events.out.tfevents.1")
    batches = whole(place.open(ColumnsWanted()))
    events(tmp_path, {tag: [(step, 0.9) for step in range(6, 12)] for tag in BOTH})
    (place,) = LogPlaces(tmp_path).find()
    batches = whole(place.open(ColumnsWanted()))
    steps, values = joined(batches)["loss/discriminator"]
    assert steps.tolist() == [*range(12)]
    assert values.tolist() == pytest.approx([0.5] * 6 + [0.9] * 6)
    assert [batch.back_to for batch in batches if batch.back_to is not None] == [6]


def test_a_restart_that_every_file_of_a_log_tells_is_one(tmp_path: Path) -> None:
    for name, value in (("G_loss", 0.5), ("D_loss_real", 0.2), ("D_loss_fake", 0.3)):
        lines = [f"{step}: {value}" for step in range(0, 100, 10)]
        lines += [f"{step}: {2 * value}" for step in range(50, 150, 10)]
        (tmp_path / f"{name}.log").write_text("\n".join(lines) + "\n")
    batches = whole(only_log(tmp_path).open(ColumnsWanted()))
    assert [batch.back_to for batch in batches if batch.back_to is not None] == [50]
    series = joined(batches)
    for name, value in (("loss/generator", 0.5), ("loss/discriminator", 0.5)):
        steps, values = series[name]
        assert steps.tolist() == [*range(0, 150, 10)]
        assert values.tolist() == pytest.approx([value] * 5 + [2 * value] * 10)


def test_a_file_of_the_log_that_comes_later_is_read_with_it(tmp_path: Path) -> None:
    SHAPES["stylegan"].write(tmp_path)
    metric = tmp_path / "metric-fid50k_full.jsonl"
    later = metric.read_bytes()
    metric.unlink()
    places = LogPlaces(tmp_path)
    (place,) = places.find()
    feed = place.open(ColumnsWanted())
    assert "quality/fid" not in joined(whole(feed, final=False))
    metric.write_bytes(later)
    (again,) = places.find()
    assert again.key == place.key
    feed.extend(again.parts)
    assert set(joined(whole(feed, final=False))) == {"quality/fid"}


def test_files_of_the_same_names_are_trainings_of_their_own(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(TABLE)
    (tmp_path / "c.csv").write_text("step,fid\n1,30\n2,20\n")
    assert found(tmp_path) == {"a.csv": PAIR | {"quality/fid"}, "b.csv": PAIR}


def test_runs_in_one_database_are_several_logs(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    path = SHAPES["trackio"].write(tmp_path)
    with closing(sqlite3.connect(path)) as database, database:
        values = ("", "second", 1, '{"g_loss": 1}')
        database.execute("INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES (?,?,?,?)", values)
    places = LogPlaces(path)
    assert [place.name for place in places.find()] == ["first", "second"]


def test_what_tells_nothing_of_a_training_is_no_log(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="finished")
    (tmp_path / "requirements.txt").write_text("numpy==1.26\ntorch==2.1\n")
    (tmp_path / "labels.csv").write_text("file,class\na.png,1\nb.png,2\n")
    (tmp_path / "config.json").write_text('{"lr": 0.0002, "batch": 64}')
    (tmp_path / "data.json").write_text('[{"width": 1}, {"width": 2}]')
    (tmp_path / "sample.csv").write_bytes(b"\x80\x04\x95\x00")
    with pytest.raises(NothingYetError, match="holds no log"):
        LogPlaces(tmp_path).find()
    (tmp_path / "train.log").write_text("step 1 g_loss 0.5 d_loss 0.6\n")
    assert found(tmp_path) == {"": PAIR}
    assert run.database.is_file()


def test_of_one_folder_the_kind_that_tells_most_is_read(tmp_path: Path) -> None:
    table(tmp_path / "metrics.csv")
    lines = [f"step {step} g_loss {g:.3f} d_loss {d:.3f}" for step, (g, d) in WAVE.items()]
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    (place,) = LogPlaces(tmp_path).find()
    feed = place.open(ColumnsWanted())
    assert feed.source == "csv"
    assert feed.notes == ["not read, for it tells the same as metrics.csv: train.log"]


def test_in_a_folder_of_many_trainings_every_log_is_one(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(TABLE)
    (tmp_path / "c.log").write_text("step 1 g_loss 0.9 d_loss 0.2\n")
    assert found(tmp_path) == {"a.csv": PAIR, "b.csv": PAIR, "c.log": PAIR}


WAVE = {step: (1 + 0.5 * math.sin(step), 0.7 + 0.1 * math.cos(3 * step)) for step in range(0, 3000, 10)}
"""Losses of a generator and a discriminator by step."""


def table(path: Path, scale: float = 1.0) -> None:
    rows = [f"{step},{scale * g!r},{scale * d!r}" for step, (g, d) in WAVE.items()]
    path.write_text("\n".join(["step,g_loss,d_loss", *rows]) + "\n")


@pytest.mark.parametrize("decimals", [2, 4])
@pytest.mark.parametrize("counted_from", [0, 1])
def test_what_prints_every_tenth_row_of_a_table_rounded_is_the_same_training(
    tmp_path: Path, decimals: int, counted_from: int
) -> None:
    table(tmp_path / "metrics.csv")
    lines = [
        f"step {step + counted_from} loss_G {g:.{decimals}f} loss_D {d:.{decimals}f}"
        for step, (g, d) in WAVE.items()
        if step % 100 == 0
    ]
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    assert found(tmp_path) == {"": PAIR}


def test_of_many_tables_each_finds_the_text_that_prints_it(tmp_path: Path) -> None:
    """A text without a table of its values is a training of its own."""
    for run in range(20):
        table(tmp_path / f"run{run}.csv", scale=1 + run / 10)
    for run in range(5, 23):
        lines = [
            f"step {step + 1} loss_G {(1 + run / 10) * g:.3f} loss_D {(1 + run / 10) * d:.3f}"
            for step, (g, d) in WAVE.items()
            if step % 50 == 0
        ]
        (tmp_path / f"print{run}.log").write_text("\n".join(lines) + "\n")
    told = {one.name: one.notes for one in LogPlaces(tmp_path).find()}
    assert told == {
        **{f"run{run}.csv": () for run in range(5)},
        **{
            f"run{run}.csv": (f"not read, for it tells the same as run{run}.csv: print{run}.log",)
            for run in range(5, 20)
        },
        **{f"print{run}.log": () for run in range(20, 23)},
    }


def test_of_several_generators_each_has_the_next_discriminator(tmp_path: Path) -> None:
    for run in range(3):
        (tmp_path / f"{run}-g.csv").write_text(f"step,g_loss\n1,0.{run}\n2,0.5\n")
        (tmp_path / f"{run + 3}-d.csv").write_text(f"step,d_loss\n1,0.{run}\n2,0.5\n")
    places = LogPlaces(tmp_path).find()
    read = [[Path(part.key).name for part in place.parts] for place in places]
    assert read == [[f"{run}-g.csv", f"{run + 3}-d.csv"] for run in range(3)]


def test_events_and_a_text_of_the_same_values_are_one_training(tmp_path: Path) -> None:
    both = zip(*((g, d) for g, d in WAVE.values()), strict=True)
    columns = dict(zip(("G_loss", "D_loss"), both, strict=True))
    events(tmp_path, {tag: list(zip(WAVE, values, strict=True)) for tag, values in columns.items()})
    lines = [f"step {step} loss_G {g:.4f} loss_D {d:.4f}" for step, (g, d) in WAVE.items()]
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    assert found(tmp_path) == {"": PAIR}
    (tmp_path / "train.log").write_text("\n".join(lines[:5] + [f"{line}7" for line in lines[5:]]) + "\n")
    (place,) = LogPlaces(tmp_path).find()
    assert place.notes == (f"not read, for it tells the same as {tmp_path.name}: train.log",)


def test_logs_of_several_formats_with_other_values_are_trainings_of_their_own(tmp_path: Path) -> None:
    table(tmp_path / "first.csv")
    lines = [json.dumps({"step": step, "g_loss": 2 * g, "d_loss": d / 2}) for step, (g, d) in WAVE.items()]
    (tmp_path / "second.jsonl").write_text("\n".join(lines) + "\n")
    lines = [f"step {step} loss_G {3 * g:.4f} loss_D {d / 3:.4f}" for step, (g, d) in WAVE.items()]
    (tmp_path / "third.log").write_text("\n".join(lines) + "\n")
    events(tmp_path, {"G_loss": [(step, 5 * g) for step, (g, _) in WAVE.items()]})
    names = {"first.csv", "second.jsonl", "third.log", tmp_path.name}
    assert found(tmp_path).keys() == names
    assert [place.notes for place in LogPlaces(tmp_path).find()] == [()] * 4


def test_an_autoencoder_s_log_beside_a_gan_s_is_a_training_of_its_own(tmp_path: Path) -> None:
    table(tmp_path / "gan.csv")
    (tmp_path / "vae.csv").write_text("step,recon_loss,kld\n1,0.5,0.1\n2,0.4,0.2\n")
    (tmp_path / "more.log").write_text("epoch 1 loss 0.5 val_loss 0.4\nepoch 2 loss 0.4 val_loss 0.4\n")
    assert found(tmp_path) == {
        "gan.csv": PAIR,
        "vae.csv": {"loss/reconstruction", "loss/kl"},
        "more.log": {"loss/total", "valid/loss"},
    }


def test_the_losses_of_a_gan_in_a_file_each_are_one_training(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("step,g_loss\n1,0.5\n2,0.5\n")
    (tmp_path / "d.csv").write_text("step,d_loss\n1,0.5\n2,0.5\n")
    assert list(found(tmp_path).values()) == [PAIR]


def biggan(folder: Path, *, losses: bool = True) -> None:
    """Its measures of samples as a record a line, beside a file for each loss."""
    SHAPES["biggan-metrics"].write(folder)
    if losses:
        SHAPES["biggan-series"].write(folder)


def test_losses_in_files_of_another_kind_are_read_with_the_measures_beside_them(tmp_path: Path) -> None:
    biggan(tmp_path)
    (tmp_path / "logstd.log").write_text("2000: 1.0\n4000: 1.0\n")
    (series,) = found(tmp_path).values()
    assert PAIR | {"quality/inception-score", "quality/fid"} <= series


def test_losses_that_come_later_are_of_the_same_log(tmp_path: Path) -> None:
    biggan(tmp_path, losses=False)
    places = LogPlaces(tmp_path)
    (place,) = places.find()
    feed = place.open(ColumnsWanted())
    assert "quality/inception-score" in joined(whole(feed, final=False))
    biggan(tmp_path)
    (again,) = places.find()
    feed.extend(again.parts)
    assert set(joined(whole(feed, final=False))) >= PAIR


def test_a_measure_that_two_files_tell_differently_is_read_of_both(tmp_path: Path) -> None:
    def write(scale: float) -> None:
        measures = [json.dumps({"step": step, "fid": 30 - scale * step}) for step in range(10)]
        (tmp_path / "eval.jsonl").write_text("\n".join(measures) + "\n")

    lines = [f"step {step} g_loss 0.5 d_loss 0.6 fid {30 - 2 * step}" for step in range(10)]
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    write(1.0)
    assert found(tmp_path) == {"eval.jsonl": {"quality/fid"}, "train.log": PAIR | {"quality/fid"}}
    write(2.0)
    (place,) = LogPlaces(tmp_path).find()
    assert place.notes == ("not read, for it tells the same as train.log: eval.jsonl",)


def _wave(path: Path, loss: str, scale: float, steps: range = range(0, 3000, 10)) -> None:
    """A table where the file is one, else text: losses of these names, and scores that no scale changes."""
    names = ("step", f"D{loss}", f"G{loss}", "D(x)", "D(G(z))")
    rows = [
        (step, scale * WAVE[step][1], scale * WAVE[step][0], 0.5 + WAVE[step][1] / 9, WAVE[step][0] / 9)
        for step in steps
    ]
    if path.suffix == ".csv":
        lines = [",".join(names), *(",".join(f"{one:.6f}" for one in row) for row in rows)]
    else:
        lines = [" ".join(f"{name} {one:.6g}" for name, one in zip(names, row, strict=True)) for row in rows]
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("loss", ["cost", "_thing"])
def test_scores_alone_make_no_log_the_same_as_one_of_other_losses(tmp_path: Path, loss: str) -> None:
    _wave(tmp_path / "bad.csv", "_loss", 9.0)
    _wave(tmp_path / "good.log", loss, 1.0)
    assert found(tmp_path).keys() == {"bad.csv", "good.log"}
    _wave(tmp_path / "good.csv", loss, 1.0)
    told = {place.name: place.notes for place in LogPlaces(tmp_path, once=True).find()}
    assert told == {
        "bad.csv": (),
        "good.csv": ("not read, for it tells the same as good.csv: good.log",),
    }
    with pytest.raises(UsageError, match=r"2 logs: bad.csv, good.csv; not read, .* as good.csv: good.log\n"):
        only_log(tmp_path)


def test_logs_that_part_late_are_two(tmp_path: Path) -> None:
    _wave(tmp_path / "a.csv", "_loss", 1.0)
    _wave(tmp_path / "b.log", "_loss", 1.0)
    lines = (tmp_path / "b.log").read_text().splitlines()
    parted = [re.sub(r"_loss \S+", "_loss nan", line) for line in lines[-20:]]
    (tmp_path / "b.log").write_text("\n".join([*lines[:-20], *parted]) + "\n")
    assert found(tmp_path).keys() == {"a.csv", "b.log"}


def test_equal_settings_beside_other_losses_make_no_training_the_same(tmp_path: Path) -> None:
    settings = {f"setting{place}": 0.1 * place for place in range(10)}
    for name, scale in (("vae1.jsonl", 1.0), ("vae2.jsonl.txt", 3.0)):
        rows = [json.dumps({"step": step, "loss": scale * g, **settings}) for step, (g, _) in WAVE.items()]
        (tmp_path / name).write_text("\n".join(rows) + "\n")
    columns = ["step", "loss", *settings]
    rows = [",".join(map(str, (step, 2 * g, *settings.values()))) for step, (g, _) in WAVE.items()]
    (tmp_path / "vae3.csv").write_text("\n".join([",".join(columns), *rows]) + "\n")
    assert len(LogPlaces(tmp_path).find()) == 3


def test_two_short_trainings_that_begin_alike_are_two(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("epoch,loss\n1,0.69\n2,0.68\n")
    (tmp_path / "b.log").write_text("epoch 1 loss 0.69\nepoch 2 loss 0.68\n")
    assert len(LogPlaces(tmp_path).find()) == 2


def test_losses_are_not_mixed_with_events_of_which_nothing_is_written_yet(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    table(tmp_path / "metrics.csv")
    writer = SummaryWriter(str(tmp_path))
    writer.flush()
    places = LogPlaces(tmp_path)
    before = {place.key: {part.key for part in place.parts} for place in places.find()}
    for step, (g, _) in WAVE.items():
        writer.add_scalar("G_loss", 7 * g, step)
    writer.close()
    after = {place.key: {part.key for part in place.parts} for place in places.find()}
    assert before == after == {"metrics.csv": {str(tmp_path / "metrics.csv")}, tmp_path.name: {str(tmp_path)}}


def test_two_logs_of_one_folder_have_keys_of_their_own(tmp_path: Path) -> None:
    SHAPES["biggan-series"].write(tmp_path)
    events(tmp_path, {"G_loss": [(100 * step, 9.0 + step) for step in range(60)]})
    assert len({place.key for place in LogPlaces(tmp_path).find()}) == 2


def test_measures_that_count_epochs_are_not_put_among_steps(tmp_path: Path) -> None:
    (tmp_path / "eval.jsonl").write_text('{"epoch": 1, "fid": 30}\n{"epoch": 2, "fid": 20}\n')
    (tmp_path / "train.log").write_text("step 100 g_loss 0.5 d_loss 0.6\nstep 200 g_loss 0.5 d_loss 0.6\n")
    assert found(tmp_path) == {"eval.jsonl": {"quality/fid"}, "train.log": PAIR}


def test_losses_beside_events_without_any_are_read(tmp_path: Path) -> None:
    events(tmp_path, {"FID": [(1, 30.0), (2, 20.0)]})
    (tmp_path / "train.log").write_text("step 1 g_loss 0.5 d_loss 0.6\nstep 2 g_loss 0.5 d_loss 0.6\n")
    assert list(found(tmp_path).values()) == [PAIR | {"quality/fid"}]


def test_a_folder_that_nobody_may_look_into_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "below").mkdir()
    scandir = os.scandir

    def forbidden(path: str) -> object:
        if str(path) == str(closed):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbidden)
    closed = tmp_path
    with pytest.raises(UsageError, match="can't be read: Permission denied"):
        LogPlaces(tmp_path).find()
    closed = tmp_path / "below"
    with pytest.raises(NothingYetError):
        LogPlaces(tmp_path).find()


def _steps(path: Path, *stretches: range, level: float = 0.7, counter: str = "step") -> None:
    """Append these steps to a GAN's log."""
    with path.open("a") as log:
        for step in chain(*stretches):
            log.write(f"{counter} {step} loss_D {level + step / 1e6:.6f} loss_G {1 + step / 1e6:.6f}\n")


@pytest.mark.parametrize("begins", [5000, 5050, 5150])
def test_a_log_that_goes_on_where_another_ends_is_the_same_training(tmp_path: Path, begins: int) -> None:
    _steps(tmp_path / "train.log", range(0, 5001, 50))
    _steps(tmp_path / "train2.log", range(begins, 10001, 50))
    _steps(tmp_path / "train3.log", range(10050, 12001, 50))
    (found,) = LogPlaces(tmp_path, once=True).find()
    assert found.notes == (
        "train2.log goes on where train.log ends: one training",
        "train3.log goes on where train2.log ends: one training",
    )
    batches = whole(found.open(ColumnsWanted()))
    went_back = [one.back_to for one in batches if one.back_to is not None]
    assert went_back == ([5000] if begins == 5000 else []), "only a step that was reached is taken back"
    steps, values = joined(batches)["loss/discriminator"]
    assert steps.tolist() == sorted({*range(0, 5001, 50), *range(begins, 12001, 50)})
    assert values == pytest.approx(0.7 + steps / 1e6, abs=1e-6)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (range(0, 5001, 50), range(0, 5001, 50)),
        (range(0, 5001, 50), range(4000, 9001, 50)),
        (range(0, 5001, 50), range(5500, 9001, 50)),
        (range(101), range(100, 9001, 100)),
    ],
    ids=["side by side", "overlapping", "far apart", "a trial, and a training that logs seldom"],
)
def test_logs_that_overlap_or_are_far_apart_are_two_trainings(
    tmp_path: Path, first: range, second: range
) -> None:
    _steps(tmp_path / "a.log", first)
    _steps(tmp_path / "b.log", second, level=0.3)
    assert [one.key for one in LogPlaces(tmp_path, once=True).find()] == ["a.log", "b.log"]


def test_a_log_that_might_go_on_from_either_of_two_is_a_training_of_its_own(tmp_path: Path) -> None:
    for name, steps, level in (("a", range(0, 901, 50), 0.2), ("b", range(0, 901, 50), 0.5)):
        _steps(tmp_path / f"{name}.log", steps, level=level)
    _steps(tmp_path / "c.log", range(950, 2001, 50))
    assert [one.key for one in LogPlaces(tmp_path, once=True).find()] == ["a.log", "b.log", "c.log"]


def test_a_log_that_counts_steps_does_not_continue_one_that_counts_epochs(tmp_path: Path) -> None:
    _steps(tmp_path / "a.log", range(100), counter="epoch")
    _steps(tmp_path / "b.log", range(100, 3000, 10))
    assert [one.key for one in LogPlaces(tmp_path, once=True).find()] == ["a.log", "b.log"]


def test_a_continued_log_went_back_only_where_it_did(tmp_path: Path) -> None:
    _steps(tmp_path / "a.log", range(0, 1001, 50), range(100, 451, 50))
    _steps(tmp_path / "b.log", range(500, 2001, 50), range(1500, 1901, 50))
    _steps(tmp_path / "c.log", range(1950, 3001, 50))
    batches = whole(only_log(tmp_path).open(ColumnsWanted()))
    assert [one.back_to for one in batches if one.back_to is not None] == [100, 1500]
    assert joined(batches)["loss/generator"][0].tolist() == [*range(0, 3001, 50)]


def test_while_they_are_watched_logs_that_may_be_branches_are_read_each_to_its_end(tmp_path: Path) -> None:
    _steps(tmp_path / "a.log", range(0, 5001, 50))
    places = LogPlaces(tmp_path)
    (found,) = places.find()
    feed = found.open(ColumnsWanted())
    read = feed.poll()
    _steps(tmp_path / "b.log", range(5050, 6000, 50), level=0.3)
    first, second = places.find()
    assert (first.key, second.key) == ("a.log", "b.log")
    feed.extend(first.parts)
    read += feed.poll()
    _steps(tmp_path / "a.log", range(5050, 9000, 50))
    feed.extend(places.find()[0].parts)
    read += feed.poll()
    feed.close()
    steps, values = joined(read)["loss/discriminator"]
    assert steps.tolist() == [*range(0, 9000, 50)]
    assert values == pytest.approx(0.7 + steps / 1e6, abs=1e-6)


@pytest.mark.parametrize("once", [False, True])
def test_of_many_logs_each_is_looked_at_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, once: bool
) -> None:
    for place in range(30):
        _steps(tmp_path / f"{place}.log", range(100 * place, 100 * place + 150, 10))
    looks: Counter[str] = Counter()
    stat = Path.stat

    def counted(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        looks[path.name] += 1
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", counted)
    assert len(LogPlaces(tmp_path, once=once).find()) == 30
    assert max(looks.values()) < 15
