"""What tests of ``import latentop`` begin with."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from latentop.engine.external.script import lifetime


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where runs of this test lie by default; one that is open at its end is finished."""
    monkeypatch.setenv("LATENTOP_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(sys, "argv", ["train.py"])
    yield tmp_path / "runs"
    while (run := lifetime.opened()) is not None:
        run.finish()
