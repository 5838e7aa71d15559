"""Real data of every kind that people train on, and samples that are held against them."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset

import latentop
from latentop.engine.run.errors import UsageError
from latentop.engine.run.store.reader import Batch
from tests.support.real_runs import everything
from tests.support.script_runs import marks, only_run


def pictures(count: int, seed: int = 0, *, channels: int = 1) -> Tensor:
    """Images ``(n, c, 8, 8)`` in [0, 1], in four classes by the place of a bright quarter."""
    chance = torch.Generator().manual_seed(seed)
    found = 0.2 * torch.rand(count, channels, 8, 8, generator=chance)
    for place in range(count):
        row, column = 4 * (place % 4 // 2), 4 * (place % 2)
        found[place, :, row : row + 4, column : column + 4] += 0.7
    return found


def sample(count: int) -> Tensor:
    return pictures(count, int(torch.randint(10_000, ()).item())) * 2 - 1


class Items(Dataset[Any]):
    """Items as ``made(place)`` gives them."""

    def __init__(self, made: Callable[[int], Any], count: int = 300) -> None:
        self.made, self.count = made, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: int) -> Any:
        return self.made(place)


DATA = pictures(300)
BYTES = DATA.mul(255).to(torch.uint8)
CLASSES = [place % 4 for place in range(300)]


def pil(place: int) -> Image.Image:
    return Image.fromarray(BYTES[place, 0].numpy())


def folder_of(place: Path) -> Path:
    for number in range(300):
        (place / f"class{number % 4}").mkdir(exist_ok=True, parents=True)
        pil(number).save(place / f"class{number % 4}" / f"{number}.png")
    return place


KINDS: dict[str, Any] = {
    "tensor in [0, 1]": DATA,
    "tensor in [-1, 1]": DATA * 2 - 1,
    "tensor of bytes": BYTES,
    "tensor without channels": DATA[:, 0],
    "tensor of rows": torch.rand(300, 1, 8, 8).mul(0).add(DATA).flatten(1),
    "array, channels last": BYTES.permute(0, 2, 3, 1).numpy(),
    "array of doubles": DATA.double().numpy(),
    "list of tensors": list(DATA),
    "dataset of pairs": TensorDataset(DATA, torch.tensor(CLASSES)),
    "dataset of PIL images": Items(pil),
    "dataset of PIL images and classes": Items(lambda place: (pil(place), CLASSES[place])),
    "dataset of images in a palette": Items(lambda place: pil(place).convert("P")),
    "dataset of mappings": Items(lambda place: {"id": place, "image": DATA[place], "label": CLASSES[place]}),
    "dataset of mappings with PIL": Items(lambda place: {"label": CLASSES[place], "image": pil(place)}),
    "dataset of arrays": Items(
        lambda place: (BYTES[place].permute(1, 2, 0).numpy(), np.int64(CLASSES[place]))
    ),
    "part of a dataset": Subset(TensorDataset(DATA, torch.tensor(CLASSES)), range(300)),
    "loader": DataLoader(TensorDataset(DATA, torch.tensor(CLASSES)), 16, shuffle=True),
    "loader of pairs that is divided": DataLoader(Subset(TensorDataset(DATA), range(250)), 16),
    "folder": folder_of,
}
GREY_SAMPLES = {"dataset of images in a palette": 3}


def recorded(runs: Path, real: Any, made: Callable[[int], Any] = sample, **others: Any) -> Batch:
    """All that is recorded of a short GAN with these samples and real data."""
    with latentop.init(sample=made, real=real, kind="gan", **others) as run:
        for _ in range(3):
            run.log({"errG": 1.0, "errD": 1.0})
    return everything(only_run(runs))


@pytest.mark.parametrize("kind", KINDS)
def test_samples_are_measured_against_real_data_of_any_kind(runs: Path, tmp_path: Path, kind: str) -> None:
    real = KINDS[kind](tmp_path / "images") if kind == "folder" else KINDS[kind]
    channels = GREY_SAMPLES.get(kind, 1)
    found = recorded(runs, real, lambda count: sample(count).expand(-1, channels, -1, -1))
    assert found.facts.unmeasured == ""
    assert found.bins["diversity/coverage"].last[-1] > 0.8
    assert found.bins["diversity/precision"].last[-1] > 0.8
    assert found.frames["real"].images.shape == found.frames["samples"].images.shape == (36, channels, 8, 8)
    brightness = [found.frames[one].images.astype(float).mean() for one in ("real", "samples")]
    assert abs(brightness[0] - brightness[1]) < 10
    assert not marks(found, "trouble")
    if "pairs" in kind or "mappings" in kind or "folder" in kind:
        assert found.facts.modes == 4


class Endless(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Tensor]:
        yield from DATA


@pytest.mark.parametrize(
    ("real", "said"),
    [
        (Endless(), "real= is an Endless, which has no index"),
        (DataLoader(Endless(), 16), "real= is an Endless, which has no index"),
        (42, "real= is an int, which has no index"),
        (iter(DATA), "real= is a tuple_iterator, which has no index"),
        ({"train": DATA}, "real= is a dict, which has no index"),
        ([], "real= is empty"),
        (torch.zeros(0, 1, 8, 8), "real= is empty"),
        (torch.zeros(()), "real= is a tensor of shape ()"),
        (np.array(["a", "b"]), "real= is an array of <U1"),
        ("no/such/folder", "real=no/such/folder is no folder"),
    ],
)
def test_what_can_never_serve_is_an_error_of_init(runs: Path, real: Any, said: str) -> None:
    with pytest.raises(UsageError) as told:
        latentop.init(sample=sample, real=real)
    assert told.value.message == said
    assert (
        told.value.hint == "accepted: a tensor, a dataset with an index, a DataLoader, or a folder of images"
    )


def raises(place: int) -> Tensor:
    raise OSError(f"no file {place}")


@pytest.mark.parametrize(
    ("real", "why"),
    [
        (DATA[:150], "it takes 200 images, and there are 150"),
        (DATA[:1].expand(300, 1, 8, 8), "it takes 200 different images, and there are 1"),
        (Items(raises), "raised OSError: no file"),
        (Items(lambda place: "a text"), "] is a str"),
        (Items(lambda place: torch.rand(1, 8, 8 + place % 2)), "real= has items of several shapes"),
        (DATA.repeat(1, 3, 1, 1), "samples have the shape (1, 8, 8) and real data (3, 8, 8)"),
        (torch.full((300, 1, 8, 8), float("nan")), "real data hold values that are not finite"),
        (torch.zeros(300, 7, 8, 8), "real= returned a tensor of shape (300, 7, 8, 8)"),
    ],
    ids=["few", "the same", "raises", "text", "shapes", "channels", "nan", "no image"],
)
def test_what_can_t_be_measured_is_said_in_the_run(
    runs: Path, capsys: pytest.CaptureFixture[str], real: Any, why: str
) -> None:
    found = recorded(runs, real)
    assert why in found.facts.unmeasured
    assert found.facts.unmeasured_hint
    assert found.bins["loss/generator"].n.sum() == 3
    assert found.frames["samples"].images.shape == (36, 1, 8, 8)
    assert len(capsys.readouterr().err.splitlines()) <= 1


def augmented(place: int) -> Tensor:
    if random.random() < 0.5:
        return DATA[place].flip(2) + 0.01 * torch.rand(1)
    return DATA[place] + 0.01 * float(np.random.rand())


def test_reading_real_data_moves_no_random_numbers(runs: Path) -> None:
    own = random.Random(1)
    data = Items(lambda place: augmented(place) + 0.01 * own.random())

    def numbers() -> list[float]:
        return [random.random(), float(np.random.rand()), float(torch.rand(())), own.random()]

    def seeded() -> None:
        random.seed(1)
        np.random.seed(1)
        torch.manual_seed(1)
        own.seed(1)

    seeded()
    before = numbers()
    seeded()
    assert recorded(runs, data).bins["diversity/coverage"].n.sum() >= 1
    assert numbers() == before


@pytest.mark.parametrize(
    ("real", "made", "value_range"),
    [
        (lambda images: images, lambda images: images, None),
        (lambda images: images, lambda images: images * 2 - 1, None),
        (lambda images: images * 2 - 1, lambda images: images * 2 - 1, None),
        (lambda images: (images * 255).to(torch.uint8), lambda images: images * 2 - 1, None),
        (lambda images: (images * 255).to(torch.uint8), lambda images: images * 2 - 1, (-1, 1)),
        (lambda images: images, lambda images: images * 2 - 1, (-1, 1)),
        (lambda images: (images - 0.3) / 0.2, lambda images: (images - 0.3) / 0.2, None),
        (lambda images: images * 10 - 5, lambda images: images * 10 - 5, (-5, 5)),
        (lambda images: images, lambda images: images - 0.02, None),  # a last layer that overshoots
        (lambda images: images, lambda images: (images * 255).to(torch.uint8), None),
    ],
    ids=[
        "unit",
        "tanh",
        "symmetric",
        "bytes",
        "bytes-said",
        "unit-said",
        "standardised",
        "wide",
        "overshot",
        "to-bytes",
    ],
)
def test_samples_are_held_against_real_images_whatever_range_each_lies_in(
    runs: Path, real: Any, made: Any, value_range: Any
) -> None:
    found = recorded(runs, real(DATA), lambda count: made(pictures(count, 1)), value_range=value_range)
    assert found.bins["diversity/coverage"].last[-1] > 0.8
    assert found.bins["diversity/precision"].last[-1] > 0.8


def points(count: int, seed: int = 0) -> Tensor:
    angle = torch.randint(8, (count,), generator=torch.Generator().manual_seed(seed)) * torch.pi / 4
    return torch.stack([angle.cos(), angle.sin()], 1) + 0.01 * torch.randn(count, 2)


def test_points_are_drawn_and_their_modes_counted(runs: Path) -> None:
    found = recorded(runs, points(1000), lambda count: points(count, 1))
    assert found.bins["diversity/modes"].last[-1] == 8
    assert found.bins["diversity/coverage"].last[-1] == 1.0
    assert {"real", "samples"} <= found.frames.keys()
    assert found.facts.unmeasured == ""


def test_points_in_many_dimensions_are_measured(runs: Path) -> None:
    real = torch.randn(2000, 10)
    found = recorded(runs, real, lambda count: torch.randn(count, 10))
    assert found.bins["diversity/coverage"].last[-1] > 0.8
    assert found.bins["diversity/detail"].last[-1] == 1.0


def wrong(kind: str) -> Callable[[int], Any]:
    def made(count: int) -> Any:
        match kind:
            case "raises":
                raise ValueError("no such\nlayer")
            case "None":
                return None
            case "text":
                return "samples"
            case "fewer":
                return torch.zeros(1, 1, 8, 8)
            case "channels":
                return torch.zeros(count, 5, 8, 8)
            case "one number":
                return torch.zeros(())
            case "another shape each time":
                return torch.rand(count, 1, 8, int(torch.randint(8, 2000, ())))
            case "no data":
                return torch.zeros(count, 1, 8, 8, device="meta")

    return made


WRONG = {
    "raises": "raised ValueError: no such layer; accepted: a function of a number n that returns",
    "None": "returned a NoneType; accepted: a tensor (n, channels, height, width) with 1 or 3 channels",
    "text": "returned a str; accepted: a tensor (n, channels, height, width) with 1 or 3 channels",
    "fewer": "returned 1 items of 2; accepted: as many as are asked for",
    "channels": "returned a tensor of shape (2, 5, 8, 8); accepted: a tensor",
    "one number": "returned a tensor of shape (); accepted: a tensor",
    "no data": "raised NotImplementedError",
}


@pytest.mark.parametrize("kind", WRONG)
def test_samples_that_are_none_are_said_once_and_training_goes_on(
    runs: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    found = recorded(runs, DATA, wrong(kind))
    (said,) = marks(found, "trouble")
    assert WRONG[kind] in said
    assert capsys.readouterr().err == f"latentop: {said}\n"
    assert found.bins["loss/generator"].n.sum() == 3
    assert "sample(" in found.facts.unmeasured


def test_samples_of_another_shape_each_time_are_not_measured(runs: Path) -> None:
    found = recorded(runs, DATA, wrong("another shape each time"))
    assert "shape" in found.facts.unmeasured
    assert found.bins["loss/generator"].n.sum() == 3


def test_samples_that_are_no_numbers_any_more_are_divergence(runs: Path) -> None:
    found = recorded(runs, DATA, lambda count: torch.full((count, 1, 8, 8), float("nan")))
    assert {alarm.name for alarm in found.alarms} == {"diverged"}
    assert not found.frames["samples"].images.any()


def test_of_slow_samples_fewer_are_drawn(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from latentop.engine.external.script.functions import sampled_images

    now = [0.0]
    monkeypatch.setattr(sampled_images.time, "monotonic", lambda: now[0])

    def made(count: int) -> Tensor:
        now[0] += 10.0 * count
        return sample(count)

    found = recorded(runs, DATA, made)
    assert found.frames["samples"].images.shape == (6, 1, 8, 8)
    assert found.facts.unmeasured == "diversity can't be measured: 64 samples take longer than a minute"
    assert now[0] < 200


def test_a_sample_that_logs_is_told_so(runs: Path) -> None:
    def made(count: int) -> Tensor:
        run.log({"inside": 1.0})
        return sample(count)

    with latentop.init(sample=made, real=DATA, kind="gan") as run:
        for _ in range(3):
            run.log({"errG": 1.0})
    found = everything(only_run(runs))
    assert found.bins["loss/generator"].n.sum() == 3
    assert "inside" not in found.bins
    (said,) = marks(found, "trouble")
    assert said.startswith("latentop.log was called by what a run shows of itself")
