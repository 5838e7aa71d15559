"""compare where there is no terminal: a table for people, JSON for programs."""

import json
from pathlib import Path

import pytest

from latentop.tui import cli
from tests.support.recorded_runs import assert_two_lines, latentop, new_run, write


def test_values_and_differences_side_by_side(tmp_path: Path) -> None:
    first = new_run(tmp_path, seed=1, state="finished", verdict="healthy", name="slow")
    second = new_run(tmp_path, seed=2, state="stopped", settings={"generator.lr": 1e-3})
    write(second, values={"diversity/coverage": 0.3}, step=301)
    done = latentop(tmp_path, "compare", first.id, second.id)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["A", first.id, "slow"]
    cells = {line.split("  ")[0]: line.split()[1:] for line in lines[3:] if line}
    assert cells["state"] == ["finished", "stopped"]
    assert cells["diversity/coverage"] == ["87", "%", "*", "30", "%"]
    assert cells["generator.lr"] == ["0.0002", "0.001"]
    assert "discriminator.lr" not in cells


def test_every_name_that_means_no_run_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path)
    for command in ("compare", "delete"):
        assert cli.main([command, "nothing", run.id, "nobody", "--runs", str(tmp_path)]) == 2
        told = capsys.readouterr().err
        assert_two_lines(told, "no run named 'nothing'", "latentop ls")
        assert "no run named 'nobody'" in told


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = new_run(tmp_path, seed=1), new_run(tmp_path, seed=2, settings={"generator.lr": 1e-3})
    assert cli.main(["compare", first.id, second.id, "--json", "--runs", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["run"] for one in told["runs"]] == [first.id, second.id]
    assert told["runs"][0]["values"]["diversity/coverage"] == 0.87
    assert told["differences"] == {"generator.lr": {first.id: 2e-4, second.id: 1e-3}}


def test_modes_are_called_by_their_names_where_the_runs_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [new_run(tmp_path, seed=seed, classes=["T-shirt", "Trouser"]) for seed in (1, 2)]
    other = new_run(tmp_path, seed=3, classes=["zero", "one"])
    for run in (*runs, other):
        write(run, values={"presence/1": 1.0, "presence/2": 0.2})
    assert cli.main(["compare", *(run.id for run in runs), "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "presence of Trouser" in told
    assert "presence/" not in told
    assert cli.main(["compare", runs[0].id, other.id, "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "presence of mode 2" in told
    assert "presence/" not in told


def test_losses_are_compared_by_their_recent_means(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [new_run(tmp_path, seed=seed) for seed in (1, 2)]
    for step, value in enumerate((1.0, 3.0, 1.17), start=301):
        write(runs[0], values={"loss/generator": value}, step=step)
    assert cli.main(["compare", *(run.id for run in runs), "--runs", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    heads = [line.split("  ")[0] for line in lines]
    assert heads.index("newest values") < heads.index("diversity/coverage") < heads.index("recent means")
    assert lines[heads.index("recent means") + 1].split() == ["loss/generator", "1.5", "0.83"]


def test_as_json_last_values_and_recent_means_have_keys_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [new_run(tmp_path, seed=seed) for seed in (1, 2)]
    for step, value in enumerate((1.0, 3.0, 1.17), start=301):
        write(runs[0], values={"loss/generator": value}, step=step)
    assert cli.main(["compare", *(run.id for run in runs), "--json", "--runs", str(tmp_path)]) == 0
    one = json.loads(capsys.readouterr().out)["runs"][0]
    assert cli.main(["show", runs[0].id, "--json", "--runs", str(tmp_path)]) == 0
    assert one["values"] == json.loads(capsys.readouterr().out)["values"]
    assert one["values"]["loss/generator"] == 1.17
    assert one["recent_means"] == {"loss/generator": pytest.approx(1.5)}


def test_what_is_measured_in_different_features_has_no_best_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [new_run(tmp_path, seed=1), new_run(tmp_path, seed=2, features="faces.pt")]
    write(runs[1], values={"diversity/coverage": 0.3}, step=301)
    assert cli.main(["compare", *(run.id for run in runs), "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    line = next(line for line in told.splitlines() if line.startswith("diversity/coverage"))
    assert line.split()[1:] == ["87", "%", "30", "%"]
    assert "measured in different features" in told


def test_one_run_is_too_few(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = new_run(tmp_path)
    assert cli.main(["compare", run.id, "dcgan", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, f"this is one: {run.id}", "latentop ls")
