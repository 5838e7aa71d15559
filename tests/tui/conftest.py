"""What tests of the dashboard begin with: an empty folder of runs, and the app on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from latentop.engine.run.folder import RunFolder
from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import FakeWaitingWorker, heard, press


@pytest.fixture(autouse=True)
def keys_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever presses a key presses the next as soon as that has had its effect."""
    monkeypatch.setattr("textual.app.wait_for_idle", heard)
    monkeypatch.setattr("textual.pilot.Pilot.press", press)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of runs, and no process started by whatever the app does."""
    FakeWaitingWorker.claimed, FakeWaitingWorker.made[:] = [], []
    monkeypatch.setattr("latentop.tui.launcher.WaitingWorker", FakeWaitingWorker)
    monkeypatch.setattr("latentop.presets.catalogue.user_folder", lambda: tmp_path / "yours")
    monkeypatch.setenv("LATENTOP_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def open_app(runs: Path) -> Callable[..., LatentopApp]:
    """The dashboard on those runs, in a terminal that can show everything unless told otherwise."""

    def make(run: RunFolder | None = None, terminal: Terminal | None = None) -> LatentopApp:
        return LatentopApp(runs, run, terminal or Terminal())

    return make
