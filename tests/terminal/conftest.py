"""What several tests with a real terminal look at."""

from collections.abc import Iterator

import pytest

from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import FEW_IMAGES, SMALL_GAN, facts, train_aside, training, wait_until


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunFolder]:
    """A small DCGAN in training."""
    with training(
        tmp_path_factory.mktemp("runs"), "dcgan", [*SMALL_GAN, *FEW_IMAGES, "steps=1000000"]
    ) as run:
        wait_until(lambda: facts(run).step > 20)
        train_aside(run)
        yield run
