"""From bytes to a dataset: in pieces, with room left for what trains on it."""

import numpy as np
import pytest
import torch

from latentop.engine.data import pixels
from latentop.engine.data.pixels import Pixels, normalised
from latentop.engine.run.errors import DataError

CPU = torch.device("cpu")


def made(count: int) -> Pixels:
    images = np.random.default_rng(0).integers(0, 256, (count, 3, 8, 8), dtype=np.uint8)
    labels = np.arange(count) % 3
    rows = np.random.default_rng(1).permutation(count)
    return Pixels(
        name="folder",
        source="a test",
        classes=("a", "b", "c"),
        images=images,
        labels=labels,
        train=rows[: count // 2],
        test=rows[count // 2 :],
    )


@pytest.mark.parametrize("count", [2, 2 * pixels.CHUNK, 2 * pixels.CHUNK + 10])
def test_every_piece_is_in_its_place(count: int) -> None:
    source = made(count)
    dataset = normalised(source, CPU)
    for images, labels, rows in (
        (dataset.train, dataset.train_labels, source.train),
        (dataset.test, dataset.test_labels, source.test),
    ):
        assert torch.equal(images, torch.from_numpy(source.images[rows]).float() / 255)
        assert torch.equal(labels, torch.from_numpy(source.labels[rows]))


def test_data_that_leave_no_room_to_train_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = 100 * 3 * 8 * 8 * 4
    monkeypatch.setattr(pixels, "_free", lambda _: needed + pixels.MARGIN)
    assert len(normalised(made(100), CPU).train) == 50
    monkeypatch.setattr(pixels, "_free", lambda _: needed + pixels.MARGIN - 1)
    with pytest.raises(DataError, match=r"100 images of folder take .* training .* are free on cpu"):
        normalised(made(100), CPU)


def test_memory_of_apple_s_gpu_is_what_metal_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 1000)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: 400)
    assert pixels._free(torch.device("mps")) == 600
