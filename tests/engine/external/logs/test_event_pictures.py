"""Image summaries in event files, as PyTorch and both TensorFlows write them."""

from io import BytesIO
from pathlib import Path

import pytest
import torch
from PIL import Image

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.places import LogPlaces
from latentop.engine.external.logs.rows import Picture


def png(value: int) -> bytes:
    file = BytesIO()
    Image.new("L", (8, 8), value).save(file, format="png")
    return file.getvalue()


def values_of(picture: Picture) -> list[int]:
    return [Image.open(BytesIO(one)).convert("L").getpixel((0, 0)) for one in picture.files]  # type: ignore[misc]


def pictures(folder: Path) -> list[Picture]:
    (place,) = LogPlaces(folder).find()
    feed = place.open(ColumnsWanted())
    found = []
    while batches := feed.poll(final=True):
        found += [one for batch in batches for one in batch.pictures]
    feed.close()
    assert not feed.notes
    return found


def test_a_sheet_by_pytorch_lies_at_its_step(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(tmp_path)) as writer:
        for step in (100, 200):
            writer.add_scalar("loss/G", 1.0, step)
            writer.add_image("fake", torch.full((3, 8, 8), step / 255), step)
    found = pictures(tmp_path)
    assert [(one.name, one.step, values_of(one)) for one in found] == [
        ("fake", 100, [100]),
        ("fake", 200, [200]),
    ]
    assert all(one.wall > 1.6e9 for one in found)


def test_of_a_restart_the_later_pictures_count(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    for begin, suffix in ((1, ".a"), (3, ".b")):
        with SummaryWriter(str(tmp_path), filename_suffix=suffix) as writer:
            for step in range(begin, begin + 4):
                writer.add_scalar("loss/G", 1.0, step)
                writer.add_image("fake", torch.full((1, 8, 8), step / 255), step)
    (place,) = LogPlaces(tmp_path).find()
    feed = place.open(ColumnsWanted())
    batches = feed.poll(final=True)
    feed.close()
    assert [(one.back_to, [picture.step for picture in one.pictures]) for one in batches] == [
        (None, [1, 2, 3, 4]),
        (3, [3, 4, 5, 6]),
    ]


@pytest.mark.parametrize("kind", ["TensorFlow 1", "TensorFlow 2"])
def test_images_of_one_batch_are_together(tmp_path: Path, kind: str) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    batch = Summary()
    if kind == "TensorFlow 1":
        for place in range(3):
            value = batch.value.add(tag=f"samples/image/{place}")
            value.image.encoded_image_string = png(place)
    else:
        value = batch.value.add(tag="samples")
        value.metadata.plugin_data.plugin_name = "images"
        value.tensor.dtype = 7  # text
        value.tensor.string_val.extend([b"8", b"8", *map(png, range(3))])
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(Event(step=7, wall_time=1.7e9, summary=batch))
    writer.close()
    (found,) = pictures(tmp_path)
    assert (found.name, found.step, values_of(found)) == ("samples", 7, [0, 1, 2])
