"""``watch.features``: a file that can't be one is refused before there is a run; another is found again."""

from pathlib import Path
from zipfile import ZipFile

import pytest
import torch

from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.presets import catalogue
from latentop.tui import cli
from tests.support.feature_files import small_network, written


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
