"""Checkpoints on disk: the newest ones are kept, none of a future that training went back from."""

import errno
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.run.errors import StorageError
from latentop.engine.run.folder import RunFolder

CPU = torch.device("cpu")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path)
    run.checkpoints.mkdir()
    return run


def save(run: RunFolder, step: int, keep: int = 3) -> Path:
    return checkpoint_file.save(run, {"step": step, "weights": torch.ones(3)}, keep=keep)


def kept(run: RunFolder) -> list[int]:
    return sorted(int(path.stem.removeprefix("step-")) for path in run.checkpoints.iterdir())


def test_what_fails_on_the_device_is_no_trouble_of_the_disk(run: RunFolder) -> None:
    save(run, 1)

    class Broken(torch.Tensor):
        def detach(self) -> torch.Tensor:
            raise torch.AcceleratorError("CUDA error: device-side assert triggered")

    with pytest.raises(torch.AcceleratorError, match="device-side assert"):
        checkpoint_file.save(run, {"step": 2, "weights": [torch.ones(1).as_subclass(Broken)]}, keep=3)
    assert [path.name for path in run.checkpoints.iterdir()] == ["step-000000001.pt"]


def test_only_the_newest_are_kept(run: RunFolder) -> None:
    for step in (0, 90, 100, 1000, 20_000):
        save(run, step)
    assert kept(run) == [100, 1000, 20_000]
    assert checkpoint_file.load_newest(run).state["step"] == 20_000


@pytest.mark.parametrize("keep", [1, 3])
def test_what_was_just_saved_is_kept_where_broken_ones_were_passed_over(run: RunFolder, keep: int) -> None:
    for step in (600, 700, 800, 900):
        save(run, step, keep=4)
    for step in (700, 800, 900):
        (run.checkpoints / f"step-{step:09d}.pt").write_bytes(b"torn")
    found = checkpoint_file.load_newest(run)
    assert (found.state["step"], len(found.broken)) == (600, 3)
    save(run, 650, keep=keep)
    assert kept(run) == ([650] if keep == 1 else [600, 650])
    assert checkpoint_file.load_newest(run).state["step"] == 650


def test_what_the_record_does_not_reach_is_passed_over(run: RunFolder) -> None:
    """As a worker leaves it that was killed while it went back to step 650."""
    for step in (600, 700, 800):
        save(run, step)
    found = checkpoint_file.load_newest(run, recorded=650)
    assert found.state["step"] == 600
    assert found.beyond == ["step-000000800.pt", "step-000000700.pt"]
    (run.checkpoints / "step-000000600.pt").write_bytes(b"torn")
    found = checkpoint_file.load_newest(run, recorded=650)  # a gap is less of a loss than the run is
    assert (found.state["step"], found.broken) == (700, ["step-000000600.pt"])
    assert found.beyond == ["step-000000800.pt"]


def test_saving_the_same_step_again_is_no_second_checkpoint(run: RunFolder) -> None:
    for _ in range(2):
        path = save(run, 7)
    assert kept(run) == [7]
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_worker_left_half_written_goes(run: RunFolder) -> None:
    (run.checkpoints / "step-000000003.unfinished").write_bytes(b"half")
    save(run, 7)
    assert [path.name for path in run.checkpoints.iterdir()] == ["step-000000007.pt"]


def test_where_nothing_can_be_written_the_older_ones_stay(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(run, 7)

    def full(state: object, file: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(StorageError, match=r"no checkpoint at step 8: .*No space left") as told:
        save(run, 8, keep=1)
    assert "free some space" in told.value.hint
    assert kept(run) == [7]


@pytest.mark.parametrize("place", ["copy", "write"])
def test_too_little_memory_is_no_trouble_of_the_disk(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """And ends no training: who saves hears of it as of a full disk."""
    save(run, 7)

    def full(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes.")

    if place == "copy":
        monkeypatch.setattr(checkpoint_file, "on_host", full)
    else:
        monkeypatch.setattr(torch, "save", full)
    with pytest.raises(StorageError) as told:
        save(run, 8, keep=1)
    assert told.value.message == (
        "no checkpoint at step 8: there is too little memory for a copy: 8 bytes more were wanted"
    )
    assert "disk" not in told.value.hint
    assert kept(run) == [7]


def test_a_disk_that_cannot_be_read_for_now_costs_no_checkpoint(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is passed over is removed when training goes on from before it."""
    save(run, 7)
    newest, load = save(run, 8), torch.load

    def stumbles(path: Path, **how: Any) -> Any:
        if path == newest:
            raise OSError(errno.EIO, "Input/output error")
        return load(path, **how)

    monkeypatch.setattr(torch, "load", stumbles)
    with pytest.raises(StorageError, match=r"step-000000008\.pt can't be read: Input/output error"):
        checkpoint_file.load_newest(run)
    monkeypatch.undo()
    assert checkpoint_file.load_newest(run).state["step"] == 8


def test_where_there_is_none_it_is_told(run: RunFolder) -> None:
    with pytest.raises(StorageError, match="no checkpoint to go on from"):
        checkpoint_file.load_newest(run)
    save(run, 7).write_bytes(b"")
    with pytest.raises(StorageError, match=r"step-000000007\.pt: can't be read"):
        checkpoint_file.load_newest(run)


def test_one_that_is_spared_stays_however_old(run: RunFolder) -> None:
    for step in (10, 20, 30, 40, 50):
        checkpoint_file.save(run, {"step": step}, keep=2, worth={10})
    assert kept(run) == [10, 40, 50]


def test_what_there_is_to_go_back_to_was_written_while_all_was_well(run: RunFolder) -> None:
    for step, verdict in (
        (10, "unknown"),
        (20, "healthy"),
        (30, "warning"),
        (40, "diverged"),
        (50, "healthy"),
    ):
        checkpoint_file.save(
            run, {"step": step, "verdict": verdict, "weights": torch.full((3,), step)}, keep=9
        )
    (run.checkpoints / "step-000000020.pt").write_bytes(b"broken")
    save(run, 60, keep=9)  # of an earlier version, which said no verdict
    good = checkpoint_file.good(run, until=50)
    assert [(one.step, one.verdict) for one in good] == [(10, "unknown"), (50, "healthy")]
    assert good[0].state["weights"].tolist() == [10, 10, 10]
    assert [one.step for one in checkpoint_file.good(run, until=49)] == [10]


def test_a_run_that_was_removed_does_not_come_back(run: RunFolder) -> None:
    shutil.rmtree(run.path)
    with pytest.raises(StorageError, match="no checkpoint at step 1"):
        save(run, 1)
    assert not run.path.exists()
