"""``watch.features``: a file that can't be one is refused before there is a run; another is found again."""

from pathlib import Path
from zipfile import ZipFile

import pytest
import torch

from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.presets import catalogue
from latentop.tui import cli
from latentop.tui.commands import control
from tests.support.feature_files import small_network, written
from tests.support.recorded_runs import new_run


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[RunFolder]:
    """The runs that would be trained."""
    runs: list[RunFolder] = []
    monkeypatch.setattr(launch, "start", lambda run, **_: runs.append(run))
    monkeypatch.chdir(tmp_path)
    return runs


def train(features: str) -> int:
    return cli.main(["train", "dcgan", "--set", f"watch.features={features}", "--detach", "--runs", "runs"])


def test_a_file_is_found_from_wherever_the_worker_runs(begun: list[RunFolder], tmp_path: Path) -> None:
    written(tmp_path / "net.pt", small_network())
    assert train("net.pt") == 0
    assert train("pca") == 0
    known = [catalogue.parse(run.preset.read_text(), "").watch.features for run in begun]
    assert known == [str(tmp_path / "net.pt"), "pca"]


def test_a_run_goes_on_though_the_file_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "net.pt"
    run = new_run(tmp_path / "runs", state="stopped", pid=None, step=5)
    text = run.preset.read_text()
    run.preset.write_text(text.replace('features = "pca"', f'features = "{gone}"'))
    assert catalogue.load(catalogue.find(str(run.preset))).watch.features == str(gone)
    run.checkpoints.mkdir(exist_ok=True)
    (run.checkpoints / "step-5.pt").write_bytes(b"")
    resumed: list[RunFolder] = []
    monkeypatch.setattr(launch, "start", lambda run, **_: resumed.append(run))
    monkeypatch.setattr(control, "await_worker", lambda *_: 0)
    assert cli.main(["resume", str(run.path)]) == 0
    assert resumed == [run]


def nothing(path: Path) -> None:
    pass


def folder(path: Path) -> None:
    path.mkdir()


def text(path: Path) -> None:
    path.write_text("weights\n")


def weights(path: Path) -> None:
    torch.save(small_network().state_dict(), path)


def broken(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr("net/code/a.py", "a")
    path.write_bytes(path.read_bytes().replace(b"PK\x01\x02", b"PK\x01\x03"))


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (nothing, "is no file"),
        (folder, "is no file"),
        (text, "holds no TorchScript module"),
        (weights, "holds no TorchScript module"),
        (broken, "can't be read: Bad magic number for central directory"),
    ],
)
def test_what_holds_no_network_is_refused(
    make: object, problem: str, begun: list[RunFolder], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(make)
    make(tmp_path / "net.pt")
    assert train("net.pt") == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"latentop: watch.features = {tmp_path / 'net.pt'} {problem}"
    assert len(said) == 2
    assert not begun
    assert not (tmp_path / "runs").exists()


def test_no_features_are_none(begun: list[RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    assert train("") == 2
    said = capsys.readouterr().err
    assert "watch.features: '' is not accepted" in said
    assert "pca, inception, or the path of a file" in said
