"""``latentop diagnose`` as a person meets it: what went wrong when, what can't be known, and exit codes."""

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latentop.engine.external.logs import columns, report, unknown
from latentop.engine.external.logs.columns_wanted import ColumnsWanted, parse
from latentop.engine.external.logs.formats import event_files
from latentop.engine.run.diagnosis import Diagnosis
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import AlarmCleared
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process import launch
from latentop.engine.run.store.bins import from_values, group
from latentop.engine.run.store.writer import Store
from latentop.tui import cli
from tests.support.recorded_runs import (
    COLLAPSED,
    DCGAN,
    ENTRY,
    ROOT,
    alive,
    assert_two_lines,
    latentop,
    new_run,
    write,
)

NAN = float("nan")
Columns = Mapping[str, Sequence[object]]


def log(path: Path, columns: Columns) -> Path:
    """A CSV file with these columns; None is an empty cell."""
    rows = zip(*columns.values(), strict=True)
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_text("\n".join([",".join(columns), *lines, ""]))
    return path


def calm(rows: int = 400) -> dict[str, list[object]]:
    wave = np.random.default_rng(0).normal(0, 0.1, rows)
    return {
        "step": list(range(1, rows + 1)),
        "d_loss": (1.3 + wave).tolist(),
        "g_loss": (0.8 - wave).tolist(),
    }


def blown_up(rows: int = 600, at: int = 431, every: int = 10) -> dict[str, list[object]]:
    """A critic and a generator that run away from one another, logged every few steps, until NaN."""
    steps = np.arange(1, rows + 1)
    away = np.where(steps < at, np.exp(steps / 60), NAN)
    return {"iter": (steps * every).tolist(), "Loss_D": (-3 - away).tolist(), "Loss_G": (0.5 + away).tolist()}


def diagnose(path: Path, **wanted: str) -> Diagnosis:
    return report.diagnose(path, ColumnsWanted(**wanted))


@pytest.mark.parametrize("shell", ["{command} <(cat {path})", "cat {path} | {command} /dev/stdin"])
def test_what_comes_through_a_pipe_is_diagnosed(tmp_path: Path, shell: str) -> None:
    path = log(tmp_path / "wgan.csv", blown_up())
    command = shlex.join([*ENTRY, "diagnose"])
    done = subprocess.run(
        ["bash", "-c", shell.format(command=command, path=path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "step 4 310  CRITICAL  training diverged" in done.stdout
    assert "reading /dev/" in done.stderr


def test_what_can_not_be_read_from_a_pipe_is_told_by_its_name(tmp_path: Path) -> None:
    command = shlex.join([*ENTRY, "diagnose", "/dev/stdin"])
    done = subprocess.run(
        ["bash", "-c", f"echo | {command}"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2
    assert "/dev/stdin is empty" in done.stderr


def test_a_blow_up_is_told_with_its_step_and_exits_3(tmp_path: Path) -> None:
    path = log(tmp_path / "wgan.csv", blown_up())
    done = latentop(tmp_path, "diagnose", str(path))
    assert done.returncode == 3
    assert done.stderr.splitlines() == [f"reading {path}"]
    assert "600 rows, steps 10 to 6 000" in done.stdout
    assert "step 4 310  CRITICAL  training diverged" in done.stdout
    assert "try: go back to the last checkpoint" in done.stdout
    assert "verdict: diverged" in done.stdout
    assert "unknown: collapse can't be seen in losses alone" in done.stdout


def test_series_of_different_rows_are_judged_together(tmp_path: Path) -> None:
    """The losses of a critic that is trained five times for each step of the generator."""
    columns: dict[str, list[object]] = dict(calm(1500))
    swing = 0.8 + np.sin(np.arange(1500) / 20)
    columns["g_loss"] = [value if at % 5 == 0 else None for at, value in enumerate(swing.tolist())]
    columns["d_loss"] = (2 - swing).tolist()
    assert [one.name for one in diagnose(log(tmp_path / "log.csv", columns)).alarms] == ["oscillation"]


def test_what_takes_more_is_said_to_be_unknown(tmp_path: Path) -> None:
    told = diagnose(log(tmp_path / "log.csv", calm(30))).unknown
    assert any("losses circle" in words and "here are 30" in words for words in told)


def test_a_calm_log_is_unknown_and_never_healthy(tmp_path: Path) -> None:
    path = log(tmp_path / "calm.csv", calm())
    plain, in_json = (latentop(tmp_path, "diagnose", str(path), *more) for more in ([], ["--json"]))
    assert plain.returncode == in_json.returncode == 0
    assert "unknown: collapse can't be seen in losses alone" in plain.stdout
    assert "healthy" not in plain.stdout
    fields = json.loads(in_json.stdout)
    assert fields["verdict"] == "unknown"
    assert fields["exit_code"] == 0
    assert fields["rows"] == 400
    assert fields["alarms"] == []
    assert {one["name"]: one["column"] for one in fields["series"]} == {
        "loss/generator": "g_loss",
        "loss/discriminator": "d_loss",
    }


def test_a_discriminator_that_wins_and_then_eases(tmp_path: Path) -> None:
    rows = 2_000
    wins = np.arange(rows) < 1_200
    wave = np.random.default_rng(0).normal(1, 0.1, rows)
    columns = {
        "step": list(range(1, rows + 1)),
        "D/loss": (np.where(wins, 0.01, 1.2) * wave).tolist(),
        "G/loss": (np.where(wins, 5.0, 1.0) * wave).tolist(),
        "accuracy/discriminator": np.where(wins, 0.99, 0.7).tolist(),
    }
    found = diagnose(log(tmp_path / "log.csv", columns))
    (alarm,) = [one for one in found.alarms if one.severity == "critical"]
    assert alarm.name == "discriminator-wins"
    assert alarm.raised_step <= 20
    assert alarm.cleared_step is not None
    assert 1_200 < alarm.cleared_step <= 1_300
    assert found.exit_code == 0
    columns["accuracy/discriminator"] = (100 * np.array(columns["accuracy/discriminator"])).tolist()
    percents = diagnose(log(tmp_path / "percents.csv", columns))
    assert any("above 1" in note for note in percents.notes)


@pytest.mark.parametrize(("least", "told"), [(0.326, True), (0.32, False)])
def test_that_labels_may_be_smoothed_is_told_where_the_loss_leaves_it_open(
    tmp_path: Path, least: float, told: bool
) -> None:
    """A discriminator that tells nearly all images right, and may have no loss left but its labels'."""
    losses = [1.3, *(0.4 + 0.01 * np.sin(np.arange(600))).tolist(), least]
    accuracies = [0.5, *[0.99] * 601]
    columns: Columns = {"D": losses, "G": [5.0] * 602, "accuracy/discriminator": accuracies}
    found = diagnose(log(tmp_path / "log.csv", columns))
    assert found.alarms == ()
    said = "if its real labels are smoothed: D never falls below 0.325, the least that labels of 0.9 leave"
    assert any(said in one for one in found.unknown) == told


def test_an_explosion_that_was_over_is_told_and_not_the_verdict(tmp_path: Path) -> None:
    columns = calm(800)
    columns["g_loss"][99] = "inf"
    found = diagnose(log(tmp_path / "log.csv", columns))
    (alarm,) = found.alarms
    assert "infinite" in alarm.sentence
    assert alarm.raised_step == 100
    assert alarm.cleared_step is not None
    assert 300 <= alarm.cleared_step <= 320
    assert (found.verdict, found.exit_code) == ("unknown", 0)


def test_shuffled_and_repeated_rows_are_sorted_and_the_last_counts(tmp_path: Path) -> None:
    columns = blown_up(every=1)
    order = np.random.default_rng(1).permutation(600)
    # Steps 1 to 50 as an earlier attempt wrote them, which diverged at once: the later one counts.
    shuffled: Columns = {
        name: [*([*range(1, 51)] if name == "iter" else [NAN] * 50), *(cells[at] for at in order)]
        for name, cells in columns.items()
    }
    found = diagnose(log(tmp_path / "log.csv", shuffled))
    assert [alarm.raised_step for alarm in found.alarms if alarm.name == "diverged"] == [431]
    assert found.rows == 600
    assert any("out of order" in note for note in found.notes)
    assert any("100 values repeat a step" in note for note in found.notes)


def test_empty_cells_are_no_values(tmp_path: Path) -> None:
    columns = calm(600)
    columns["g_loss"] = [value if at % 5 == 0 else None for at, value in enumerate(columns["g_loss"])]
    found = diagnose(log(tmp_path / "log.csv", columns))
    assert {one.name: one.values for one in found.series}["loss/generator"] == 120
    assert found.alarms == ()
    assert not any("g_loss" in one for one in found.unknown)


def test_nan_between_numbers_may_mean_nothing(tmp_path: Path) -> None:
    columns = calm(600)
    columns["g_loss"] = [value if at % 5 == 0 else NAN for at, value in enumerate(columns["g_loss"])]
    found = diagnose(log(tmp_path / "log.csv", columns))
    assert found.verdict == "diverged"
    assert any("whether g_loss diverged at all" in one for one in found.unknown)


def test_nan_in_stylegans_statistics_is_told(tmp_path: Path) -> None:
    wave = np.random.default_rng(1).normal(1.2, 0.1, 80).tolist()
    with (tmp_path / "stats.jsonl").open("w") as file:
        for row, value in enumerate(wave):
            told = {"num": 64, "mean": NAN if row >= 50 else value, "std": 0.1}
            kept = {"num": 64, "mean": 0.9 * value, "std": 0.1}
            nothing = {"num": 0, "mean": NAN, "std": NAN}
            fields = {"Loss/G/loss": told, "Loss/D/loss": kept, "Loss/r1_penalty": nothing}
            file.write(json.dumps({**fields, "Progress/kimg": {"num": 1, "mean": 4 * row, "std": 0}}) + "\n")
    found = report.diagnose(tmp_path / "stats.jsonl", ColumnsWanted())
    assert (found.verdict, found.exit_code) == ("diverged", 3)
    (alarm,) = [one for one in found.alarms if one.name == "diverged"]
    assert alarm.raised_step == 200_000


def test_a_warning_that_becomes_critical_is_told_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    lost = np.where(np.arange(4000) < 1000, 1.3, 0.01) * np.exp(rng.normal(0, 0.1, 4000))
    rose = np.where(np.arange(4000) < 1000, 0.8, 6.0) * np.exp(rng.normal(0, 0.1, 4000))
    path = log(tmp_path / "log.csv", {"step": range(4000), "g_loss": rose.tolist(), "d_loss": lost.tolist()})
    found = report.diagnose(path, ColumnsWanted())
    (alarm,) = [one for one in found.alarms if one.name == "discriminator-wins"]
    assert (alarm.severity, alarm.cleared_step) == ("critical", None)


def test_of_a_discriminator_that_never_trains_it_is_said_that_nothing_is_known(tmp_path: Path) -> None:
    columns = {**calm(), "d_loss": [0.0] * 400}
    path = log(tmp_path / "log.csv", {name: list(values)[:400] for name, values in columns.items()})
    found = report.diagnose(path, ColumnsWanted())
    assert (found.verdict, found.alarms) == ("unknown", ())
    assert any("who wins" in one and "0 from the first row" in one for one in found.unknown)


def test_two_gans_of_other_names_are_named_and_both_judged(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    calm_, lost = (level * np.exp(rng.normal(0, 0.1, 1500)) for level in (0.7, 0.01))
    path = log(
        tmp_path / "log.csv",
        {
            "step": range(1500),
            "G_AB_loss": calm_,
            "G_BA_loss": 9 * calm_,
            "D_1_loss": calm_,
            "D_2_loss": lost,
        },
    )
    names = {
        "generator-a": "G_AB_loss",
        "generator-b": "G_BA_loss",
        "discriminator-a": "D_1_loss",
        "discriminator-b": "D_2_loss",
    }
    found = report.diagnose(path, parse(",".join(f"{name}={column}" for name, column in names.items())))
    assert {f"loss/{name}" for name in names} <= {one.name for one in found.series}
    assert found.verdict == "discriminator-wins"
    with pytest.raises(UsageError) as refused:
        report.diagnose(path, ColumnsWanted())
    assert "generator-a=G_AB_loss,generator-b=G_BA_loss" in (refused.value.hint or "")


def test_a_loss_that_falls_silent_may_have_been_nan(tmp_path: Path) -> None:
    columns = calm(600)
    columns["g_loss"][400:] = [None] * 200
    columns["d_loss"][400:] = [None] * 200
    found = diagnose(log(tmp_path / "log.csv", columns))
    assert found.verdict == "unknown"
    (told,) = [one for one in found.unknown if "g_loss" in one]
    assert "after step 400" in told
    assert "NaN" in told


@pytest.mark.parametrize(
    ("columns", "words", "what", "hint"),
    [
        (
            ["step", "d_loss_cls", "d_loss_gp", "g_loss"],
            [],
            "d_loss_cls, d_loss_gp",
            "discriminator=d_loss_c",
        ),
        (["step", "train/g_loss", "g_loss", "d_loss"], [], "train/g_loss, g_loss", "generator=train/g_loss"),
        (["step", "left", "right"], [], "it has: left, right", "generator=COLUMN,discriminator=COLUMN"),
        (["step", "g_loss", "right"], [], "discriminator's loss; it has: g_loss, right", "discriminator="),
        (["step", "g_loss", "d_loss"], ["--generator", "g_los"], "no column 'g_los'", "'g_loss'"),
        (["step", "g_loss", "d_loss"], ["--generator", "d_loss"], "both losses", "two columns"),
        (["1", "2", "3"], [], "no header", "step,g_loss,d_loss"),
    ],
)
def test_columns_that_are_missing_or_ambiguous(
    tmp_path: Path, columns: list[str], words: list[str], what: str, hint: str
) -> None:
    path = log(tmp_path / "log.csv", {name: [1, 2] for name in columns})
    wanted = ColumnsWanted(generator=words[1]) if words else ColumnsWanted()
    with pytest.raises(UsageError) as refused:
        report.diagnose(path, wanted)
    assert what in refused.value.message
    assert str(path) in refused.value.message
    assert hint in refused.value.hint


def test_a_refusal_is_told_in_two_lines_and_exits_2(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", {"step": [1], "d_loss_cls": [1], "d_loss_gp": [1], "g_loss": [1]})
    done = latentop(tmp_path, "diagnose", str(path), "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    reading, *errors = done.stderr.splitlines()
    assert reading.startswith("reading")
    assert_two_lines("\n".join(errors), "d_loss_cls, d_loss_gp", "--columns 'discriminator=d_loss_cls'")
    named = latentop(tmp_path, "diagnose", str(path), "--discriminator", "d_loss_cls")
    assert named.returncode == 0
    assert "from d_loss_cls" in named.stdout
    summed = latentop(tmp_path, "diagnose", str(path), "--columns", 'discriminator="d_loss_cls+d_loss_gp"')
    assert summed.returncode == 0
    assert "from d_loss_cls + d_loss_gp" in summed.stdout


@pytest.mark.parametrize("name", ["nothing.csv", "no/where.csv"])
def test_what_does_not_exist(tmp_path: Path, name: str) -> None:
    done = latentop(tmp_path, "diagnose", name)
    assert done.returncode == 2
    assert_two_lines(done.stderr, "where.csv" if "/" in name else "neither a file or folder", "CSV")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"step,g_loss,d_loss\n", "no rows"),
        (b"step,g_loss,g_loss,d_loss\n1,0.5,1,1\n", "g_loss, g_loss again"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "no log: it is a picture"),
        (b"step,g_loss,d_loss\n1,,\n2,,\n", "holds no values"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        diagnose(path)
    assert what in refused.value.message


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ("3,0.5,oops", "line 4: d_loss is 'oops', no number"),
        ("3,0.5,1,7", "line 4: 4 cells under 3 columns"),
        ('3,"0.5,1', "line 4"),
    ],
)
def test_a_damaged_line_is_told_and_the_others_are_read(tmp_path: Path, row: str, note: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"step,g_loss,d_loss\n1,0.5,1\n2,0.5,1\n{row}\n4,0.5,1\n5,0.5,1\n")
    found = diagnose(path)
    assert any(note in one for one in found.notes)
    assert {one.name: one.values for one in found.series}["loss/discriminator"] == 4


@pytest.mark.parametrize(
    ("generator", "discriminator"),
    [
        ("g_loss", "d_loss"),
        ("loss_G", "loss_D"),
        ("lossG", "lossD"),
        ("generator_loss", "discriminator_loss"),
        ("G/loss", "D/loss"),
        ("loss/generator", "loss/discriminator"),
        ("errG", "errD"),
        ("GLoss", "DLoss"),
        ("Gen Loss", "Critic Loss"),
        ("train/netG_loss", "train/netD_loss"),
        ("val_g_loss", "val_d_loss"),
        ("G", "D"),
    ],
)
def test_losses_are_known_by_their_names(generator: str, discriminator: str) -> None:
    others = ["step", "lr_g", "lr_d", "D(x)", "D(G(z))", "fid", "time"]
    chosen = columns.choose("log.csv", [*others, generator, discriminator], ColumnsWanted())
    assert {name: chosen[name] for name in ("loss/generator", "loss/discriminator")} == {
        "loss/generator": generator,
        "loss/discriminator": discriminator,
    }


@pytest.mark.parametrize(
    ("counts", "note", "last"),
    [
        ({"epoch": [0.005 * at for at in range(600)]}, "whole numbers", 600),
        ({}, "numbered from 1", 600),
        ({"epoch": [0] * 300 + [1] * 300}, "'epoch' stays", 600),
    ],
)
def test_which_column_counts_the_steps(tmp_path: Path, counts: Columns, note: str, last: int) -> None:
    losses = {name: cells for name, cells in calm(600).items() if name != "step"}
    found = diagnose(log(tmp_path / "log.csv", {**counts, **losses}))
    assert any(note in one for one in found.notes)
    assert found.last_step == last
    assert found.rows == 600


def test_other_ways_to_write_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(
        b"\xef\xbb\xbfStep;g_loss;d_loss\r\n1;0.5;1.0\r\nStep;g_loss;d_loss\r\n2;NaN;-inf\r\n\r\n3;0.5\r\n"
    )
    found = diagnose(path)
    assert found.verdict == "diverged"
    assert found.alarms[0].raised_step == 2
    assert {one.name: one.values for one in found.series} == {"loss/generator": 3, "loss/discriminator": 2}
    path.write_text("# step g_loss d_loss\n1.0 0.5 1e-3\n2.0 0.5 nan\n")
    assert diagnose(path).alarms[0].raised_step == 2


def test_a_run_of_ours_with_a_collapse_that_was_recorded_exits_4(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="finished", kind="gan")
    write(run, COLLAPSED)
    by_name, by_path = (
        latentop(tmp_path, "diagnose", name, *more)
        for name, more in (("dcgan", []), (str(run.path), ["--json"]))
    )
    assert by_name.returncode == by_path.returncode == 4
    for words in (
        "step 200  CRITICAL (recorded live)",
        COLLAPSED.sentence,
        COLLAPSED.advice,
        "verdict: collapsed",
    ):
        assert words in by_name.stdout
    fields = json.loads(by_path.stdout)
    assert fields["verdict"] == "collapsed"
    assert fields["alarms"][0]["recorded"] is True
    write(run, AlarmCleared(name="collapsed", step=280, wall=2_000.0), facts={"verdict": "healthy"})
    over = diagnose(run.path)
    assert (over.verdict, over.exit_code) == ("healthy", 0)
    assert over.alarms[0].cleared_step == 280


def test_in_a_folder_with_a_log_a_dot_means_that_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log(tmp_path / "wgan.csv", blown_up())
    monkeypatch.chdir(tmp_path)
    assert cli.main(["diagnose", "."]) == 3
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [f"reading {tmp_path}"]
    assert printed.out.startswith(f"{tmp_path.name} · a CSV file\n")
    assert "step 4 310  CRITICAL  training diverged" in printed.out
    assert "verdict: diverged" in printed.out


@pytest.mark.parametrize("inside", ["", "checkpoints"])
def test_in_a_folder_of_a_run_a_dot_means_that_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inside: str
) -> None:
    run = new_run(tmp_path, state="finished", kind="gan")
    write(run, COLLAPSED)
    new_run(tmp_path, seed=7, state="finished", kind="gan")  # the newest run is another
    monkeypatch.chdir(run.path / inside)
    assert cli.main(["diagnose", "." if not inside else ".."]) == 4
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [f"reading {run.path}"]
    assert printed.out.startswith(f"{run.id} · a run of latentop\n")
    assert "step 200  CRITICAL (recorded live)" in printed.out
    assert "verdict: collapsed" in printed.out


def test_in_a_folder_without_a_log_a_dot_says_what_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["diagnose", "."]) == 2
    reading, *errors = capsys.readouterr().err.splitlines()
    assert reading == f"reading {tmp_path}"
    assert_two_lines("\n".join(errors), f"{tmp_path} holds no log", "CSV")


def test_one_nan_in_a_long_run_of_ours_is_found_in_its_bin(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="stopped", verdict="healthy")
    steps = np.arange(301, 9_001, dtype=np.int64)
    values = np.where(steps == 8_500, NAN, 0.7)
    bins = group(from_values(steps, steps * 1.0, values), (steps - 1) // 2)
    store = Store(run.database)
    store.write({"loss/generator": bins, "diversity/coverage": from_values(steps, steps * 1.0, values)}, [])
    store.close()
    found = diagnose(run.path)
    assert found.exit_code == 3
    (alarm,) = found.alarms
    assert 8_500 <= alarm.raised_step <= 8_512
    assert not alarm.recorded
    assert [one.name for one in found.series] == ["loss/generator"]
    assert any("a row stands for up to 8 steps" in note for note in found.notes)


def test_a_run_of_ours_that_never_began(tmp_path: Path) -> None:
    launch.new(tmp_path, RunFacts(preset="dcgan", kind="gan"), DCGAN)
    done = latentop(tmp_path, "diagnose", "dcgan")
    assert done.returncode == 0
    assert "verdict: unknown: no step is recorded yet" in done.stdout


def test_columns_are_not_named_for_a_run_of_ours(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="finished")
    with pytest.raises(UsageError, match="a run of latentop"):
        diagnose(run.path, generator="g_loss")


def test_without_tensorboard_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.backend.event_processing", None)
    (tmp_path / f"events.out.{event_files.MARK}.1.host").write_bytes(b"")
    with pytest.raises(UsageError) as refused:
        diagnose(tmp_path)
    assert refused.value.hint == "pip install 'latentop[tensorboard]'"
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no log"):
        diagnose(tmp_path / "empty")


def test_tensorboards_events_in_one_folder_and_in_inner_ones(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    logged = blown_up(rows=100, at=60)
    single, inner = SummaryWriter(str(tmp_path / "single")), SummaryWriter(str(tmp_path / "inner"))
    for step, d, g in zip(*logged.values(), strict=True):
        single.add_scalar("Loss/D", d, step)
        single.add_scalar("Loss/G", g, step)
        inner.add_scalars("loss", {"G": g, "D": d}, step)
    single.close()
    inner.close()
    for folder, column in (("single", "Loss/G"), ("inner", "loss_G/loss")):
        found = diagnose(tmp_path / folder)
        assert found.exit_code == 3
        assert found.alarms[0].raised_step == 600
        assert found.rows == 100
        assert found.series[0].column == column
    (events,) = (tmp_path / "single").iterdir()
    done = latentop(tmp_path, "diagnose", str(events), "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["source"] == "tensorboard"


def test_a_very_short_log_says_that_nearly_nothing_is_known(tmp_path: Path) -> None:
    told = diagnose(log(tmp_path / "log.csv", calm(6))).unknown
    assert any("nearly all else: 6 rows" in words for words in told)
    assert not any("circle" in words or "another level" in words for words in told)
    longer = diagnose(log(tmp_path / "log.csv", calm(20))).unknown
    assert any("another level: that takes 25 rows, here are 20" in words for words in longer)


def test_what_is_unknown_of_several_columns_for_one_reason_is_one_line(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = calm(300)
    for name in ("score/real", "score/fake", "grad/generator"):
        columns[name] = [0.5 if row < 100 else None for row in range(300)]
    told = diagnose(log(tmp_path / "log.csv", columns)).unknown
    (line,) = [words for words in told if "what became of" in words]
    assert "score/real, score/fake and grad/generator after step 100" in line
    for name in ("score/real", "score/fake"):
        columns[name] = [0.5 if row % 3 else "nan" for row in range(300)]
    told = diagnose(log(tmp_path / "log.csv", columns)).unknown
    (line,) = [words for words in told if "numbers follow on NaN" in words]
    assert "whether score/real and score/fake diverged at all: 100 times" in line


def test_a_loss_without_its_other_is_told_as_unjudged(tmp_path: Path) -> None:
    columns = calm(200)
    columns["D_A"] = columns.pop("d_loss")
    columns["G_A"] = columns.pop("g_loss")
    columns["D_B"] = columns["D_A"]
    told = diagnose(log(tmp_path / "log.csv", columns)).unknown
    (line,) = [words for words in told if words.startswith("who wins")]
    assert "D_B" in line
    assert "--columns generator-b=COLUMN" in line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("log.csv", "step,g_loss,d_loss\n1,0.51,1.31\n2,0.52,1.32\n3,0.53,1.3\n4,0.54,1"),
        (
            "train.log",
            "step 1 g_loss 0.51 d_loss 1.31\nstep 2 g_loss 0.52 d_loss 1.32\n"
            "step 3 g_loss 0.53 d_loss 1.3\nstep 4 g_loss 0.54 d_loss 1",
        ),
    ],
)
def test_a_number_that_breaks_off_at_the_end_is_no_value(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    found = diagnose(tmp_path / name)
    assert {one.name: one.values for one in found.series} == {"loss/generator": 4, "loss/discriminator": 3}
    assert any("the last line has no end" in note for note in found.notes)
    (tmp_path / name).write_text(text + "\n")
    whole = diagnose(tmp_path / name)
    assert {one.name: one.values for one in whole.series} == {"loss/generator": 4, "loss/discriminator": 4}
    assert not any("no end" in note for note in whole.notes)


def test_a_run_that_collapsed_before_it_was_good_is_not_unknown_too() -> None:
    ended = RunFacts(kind="gan", metered=True, modes=10, awaited=("collapsed",), verdict="collapsed")
    assert list(unknown.of_run(ended, {"collapsed"}, alive=False)) == []
    (said,) = unknown.of_run(replace(ended, verdict="unknown"), set(), alive=False)
    assert said.startswith("whether it collapsed: its samples were not good and diverse")


@pytest.mark.parametrize(
    ("verdict", "raised", "ended", "living"),
    [
        ("healthy", False, "healthy: nothing bad stands at its end", "healthy: nothing bad stands now"),
        ("collapsed", True, "collapsed, from step 200 to its end", "collapsed, since step 200"),
        ("unknown", False, "unknown: nothing bad was found", "unknown: nothing bad is found"),
    ],
)
def test_a_run_that_ended_is_told_of_in_the_past_and_a_living_one_as_of_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verdict: str, raised: bool, ended: str, living: str
) -> None:
    run = new_run(tmp_path, verdict=verdict, state="finished", kind="gan")
    write(run, *([COLLAPSED] if raised else []))
    for facts, told, not_told in (({}, ended, living), (alive(), living, ended)):
        write(run, facts=facts)
        cli.main(["diagnose", str(run.path)])
        said = capsys.readouterr().out
        assert f"verdict: {told}" in said
        assert f"verdict: {not_told}" not in said
