"""What several tests of the store begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store.writer import Store


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run that has not begun."""
    return launch.new(tmp_path, RunFacts(preset="dcgan", seed=42), "")


@pytest.fixture
def store(run: RunFolder) -> Iterator[Store]:
    """Its store, open to write."""
    store = Store(run.database)
    yield store
    store.close()
