"""What several tests with a real terminal look at."""

from collections.abc import Iterator

import pytest

from engine.run.folder import RunFolder
from tests.support import SMALL_GAN, facts, training, wait_until


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunFolder]:
    """A small DCGAN in training."""
    with training(tmp_path_factory.mktemp("runs"), "dcgan", [*SMALL_GAN, "steps=1000000"]) as run:
        wait_until(lambda: facts(run).step > 20)
        yield run
