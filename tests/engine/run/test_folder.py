"""A run's folder: its name is unique, sortable and easily named again; what can't be used is said plainly."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from latentop.engine.run import folder
from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder


def make(runs: Path, name: str, born: int = 0) -> RunFolder:
    """A run of that name, made ``born`` seconds after the epoch."""
    run = RunFolder(runs / name)
    run.path.mkdir(parents=True)
    run.database.touch()
    run.preset.touch()
    os.utime(run.preset, (born, born))
    return run


def at(monkeypatch: pytest.MonkeyPatch, minute: str) -> None:
    monkeypatch.setattr(time, "strftime", lambda form: minute)


def test_a_name_says_when_what_and_which_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "20261122-1405")
    run = folder.create(tmp_path / "runs", "dcgan", 42, "title = 'DCGAN'")
    assert run.id == "20261122-1405-dcgan-s42"
    assert run.preset.read_text() == "title = 'DCGAN'"
    assert run.checkpoints.is_dir()


def test_names_sort_by_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for minute, preset in [("20251231-2359", "stacked"), ("20260101-0000", "wgan"), ("20261122-1405", "a")]:
        at(monkeypatch, minute)
        made.append(folder.create(tmp_path, preset, 1, "").id)
    assert made == sorted(made)


def test_runs_of_the_same_minute_never_share_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "20261122-1405")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: folder.create(tmp_path, "dcgan", 42, str(number)), range(16)))
    assert len({run.id for run in made}) == 16
    assert [run.preset.read_text() for run in made] == [str(number) for number in range(16)]
    assert "20261122-1405-dcgan-s42-2" in {run.id for run in made}


def test_a_run_of_which_nobody_chose_a_seed_has_none_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "20261122-1405")
    log, again, other = (folder.create(tmp_path, name, None, None) for name in ("train", "train", "train-2"))
    assert [one.id for one in (log, again, other)] == [
        "20261122-1405-train",
        "20261122-1405-train~2",
        "20261122-1405-train-2",
    ]
    assert [one.names[1:] for one in (log, again, other)] == [
        ("train", "train"),
        ("train~2", "train"),
        ("train-2", "train-2"),
    ]
    for one in (log, again, other):
        one.database.touch()
    assert set(folder.matching(tmp_path, "train")) == {log, again}
    assert folder.find(tmp_path, "train~2") == again


@pytest.mark.parametrize(
    ("run", "forms"),
    [
        ("20261122-1405-dcgan-64-s42", ("dcgan-64-s42", "dcgan-64")),
        ("20261122-1405-dcgan-s42-2", ("dcgan-s42-2", "dcgan")),
        ("20261122-1405-a-s1-s2", ("a-s1-s2", "a-s1")),
        ("20261122-1405-my-gan-s0", ("my-gan-s0", "my-gan")),
        ("mine", ()),
    ],
)
def test_ids_of_every_kind_have_their_short_forms(run: str, forms: tuple[str, ...]) -> None:
    assert RunFolder(Path("runs") / run).names == (run, *forms)


def test_a_run_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        run = folder.create(tmp_path / "runs", "dcgan", 42, "")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (run.path, run.checkpoints, run.preset)}
    assert modes == {run.id: 0o700, "checkpoints": 0o700, "preset.toml": 0o600}


def test_the_newest_run_is_meant_where_none_is_named(tmp_path: Path) -> None:
    make(tmp_path, "20261122-1405-dcgan-s42", born=20)
    newest = make(tmp_path, "20261122-1405-dcgan-s42-2", born=30)
    make(tmp_path, "20261122-1400-stacked-s1", born=10)
    (tmp_path / "notes").mkdir()
    assert folder.find(tmp_path, None) == newest
    assert [run.id[-2:] for run in folder.every(tmp_path)] == ["-2", "42", "s1"]


def test_part_of_a_name_will_do_and_a_whole_name_is_never_ambiguous(tmp_path: Path) -> None:
    first = make(tmp_path, "20261122-1405-dcgan-s42")
    make(tmp_path, "20261122-1405-dcgan-s42-2")
    other = make(tmp_path, "20261122-1406-stacked-s42")
    assert folder.find(tmp_path, "stacked") == other
    assert folder.find(tmp_path, first.id) == first


def test_a_preset_names_its_newest_run_and_no_other_presets(tmp_path: Path) -> None:
    first = make(tmp_path, "20261122-1405-dcgan-s42", born=10)
    again = make(tmp_path, "20261122-1405-dcgan-s42-2", born=20)
    seven = make(tmp_path, "20261122-1405-dcgan-s7", born=15)
    other = make(tmp_path, "20261122-1405-dcgan-64-s42", born=30)
    assert folder.find(tmp_path, "dcgan") == again
    assert folder.find(tmp_path, "dcgan-64") == other
    assert folder.find(tmp_path, "dcgan-s42") == first
    assert folder.find(tmp_path, "dcgan-s42-2") == again
    assert folder.find(tmp_path, "s7") == seven


def test_the_newest_checkpoint_by_its_name(tmp_path: Path) -> None:
    run = make(tmp_path, "20261122-1405-dcgan-s42")
    assert run.newest_checkpoint is None
    run.checkpoints.mkdir()
    for name in ("step-000000900.pt", "step-000004200.pt", "step-000009999.unfinished", "step-x.pt"):
        (run.checkpoints / name).touch()
    assert run.newest_checkpoint == 4_200


def test_an_ambiguous_name_lists_what_it_names(tmp_path: Path) -> None:
    make(tmp_path, "20261122-1405-dcgan-s42")
    make(tmp_path, "20261122-1405-dcgan-s43")
    with pytest.raises(UsageError, match=r"'1405-dc' names 2 runs: (.*-s42.*-s43|.*-s43.*-s42)") as told:
        folder.find(tmp_path, "1405-dc")
    assert told.value.hint == "give more of the name"


def test_of_many_runs_of_a_name_some_are_told_and_that_there_are_more(tmp_path: Path) -> None:
    for seed in range(4):
        make(tmp_path, f"20261122-1405-dcgan-s{seed}")
    with pytest.raises(UsageError, match="names 4 runs") as four:
        folder.find(tmp_path, "1405-dc")
    assert four.value.message.endswith("-s0")
    make(tmp_path, "20261122-1405-dcgan-s4")
    with pytest.raises(UsageError, match="names 5 runs") as five:
        folder.find(tmp_path, "1405-dc")
    assert five.value.message.endswith("-s1, …")


def test_a_run_is_found_by_what_its_script_calls_it(tmp_path: Path) -> None:
    make(tmp_path, "20261122-1405-my-gan-s0", born=10)
    again = make(tmp_path, "20261122-1406-my-gan-s1", born=20)
    assert folder.find(tmp_path, "my gan") == folder.find(tmp_path, "my-gan") == again
    with pytest.raises(UsageError, match="no run named 'my cat'"):
        folder.find(tmp_path, "my cat")


def test_an_unknown_name_is_told_with_the_newest(tmp_path: Path) -> None:
    make(tmp_path, "20261122-1405-dcgan-s42")
    with pytest.raises(UsageError, match="no run named 'wgan'") as told:
        folder.find(tmp_path, "wgan")
    assert "20261122-1405-dcgan-s42" in told.value.hint


@pytest.mark.parametrize("name", [None, "dcgan"])
def test_where_there_are_no_runs_it_says_how_to_start_one(tmp_path: Path, name: str | None) -> None:
    for runs in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UsageError, match="no runs in") as told:
            folder.find(runs, name)
        assert "latentop train" in told.value.hint


def test_a_path_names_a_run_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = make(tmp_path / "elsewhere", "mine")
    monkeypatch.chdir(tmp_path)
    assert folder.find(tmp_path / "runs", "elsewhere/mine") == elsewhere
    assert folder.find(tmp_path / "runs", str(elsewhere.path)) == elsewhere
    with pytest.raises(UsageError, match=r"no run in .*/elsewhere: it holds no run\.db"):
        folder.find(tmp_path / "runs", "./elsewhere")


def test_a_file_in_the_place_of_the_runs_folder_is_named(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.write_text("")
    for use in (
        lambda: folder.create(runs, "dcgan", 42, ""),
        lambda: folder.create(runs / "below", "dcgan", 42, ""),
        lambda: folder.every(runs),
    ):
        with pytest.raises(UsageError, match=r"the runs folder .*/runs.* can't be") as told:
            use()
        assert "--runs" in told.value.hint
        assert "\n" not in told.value.message


def test_the_private_runs_of_others_hide_none_of_mine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a shared runs folder, looking into somebody else's run is refused. (Tests may run as root.)"""
    mine, others = make(tmp_path, "mine"), make(tmp_path, "others")
    is_file = Path.is_file

    def refused(path: Path) -> bool:
        if path.parent == others.path:
            raise PermissionError(13, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refused)
    assert folder.every(tmp_path) == [mine]
    with pytest.raises(UsageError, match="no run in"):
        folder.find(tmp_path, str(others.path))


def test_where_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LATENTOP_RUNS", raising=False)
    assert folder.runs_folder(None) == tmp_path / "runs"
    monkeypatch.setenv("LATENTOP_RUNS", "~/mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder.runs_folder(None) == tmp_path / "mine"
    assert folder.runs_folder("named") == tmp_path / "named"


def test_a_copy_of_a_folder_of_runs_keeps_their_order(tmp_path: Path) -> None:
    """A plain copy touches every file: the minute in the name still says which run is newest."""
    make(tmp_path, "20261122-1405-dcgan-s42", born=30)
    make(tmp_path, "20261122-1430-ring-s1", born=10)
    make(tmp_path, "20261121-1600-stacked-s1", born=20)
    assert [run.id[9:13] for run in folder.every(tmp_path)] == ["1430", "1405", "1600"]
    assert folder.find(tmp_path, None).id == "20261122-1430-ring-s1"


def test_a_run_that_was_renamed_is_as_old_as_its_preset(tmp_path: Path) -> None:
    make(tmp_path, "20261122-1405-dcgan-s42")
    make(tmp_path, "mine", born=1_000_000_000)
    make(tmp_path, "20000101-0000-ring-s1")
    assert [run.id for run in folder.every(tmp_path)][1] == "mine"


def test_a_point_means_the_folder_that_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(tmp_path, "20261122-1405-my.preset-s42")
    monkeypatch.chdir(run.path)
    for name in (".", "../" + run.id, "checkpoints/.."):
        assert folder.find(tmp_path, name) == run
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no run in"):
        folder.find(tmp_path, ".")
