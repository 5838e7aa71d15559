"""A network of features where a training has a card: asked there, in full precision, and if need be not."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from latentop.engine.external.script.functions.real_data import RealData
from latentop.engine.external.script.functions.sample_meter import SampleMeter
from latentop.engine.external.script.functions.sampled_images import Sampling
from latentop.engine.run.errors import UsageError
from latentop.engine.train import random_state
from latentop.engine.watch.samples import asked_network, feature_network
from latentop.engine.watch.samples.asked_network import AT_ONCE, FeatureNetwork
from tests.support.elsewhere import Card, Elsewhere
from tests.support.fashion import data
from tests.support.feature_files import small_network, written

FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
CPU = torch.device("cpu")


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    monkeypatch.setattr(random_state, "_WITH_GENERATORS", ())  # the card's, for it has none
    with Card() as found:
        yield found


class Asked(nn.Module):
    """In the place of a module: notes where it is asked, and about how many images."""

    def __init__(self, *, fits: int = AT_ONCE, on_card: Exception | None = None) -> None:
        super().__init__()
        self.asked: list[tuple[str, int]] = []
        self.lies = CPU
        self._fits = fits
        self._on_card = on_card

    def to(self, place: torch.device) -> "Asked":  # type: ignore[override]
        self.lies = place
        return self

    def forward(self, images: Tensor) -> Tensor:
        assert images.device == self.lies
        self.asked.append((images.device.type, len(images)))
        if images.device.type != "cpu" and self._on_card:
            raise self._on_card
        if len(images) > self._fits:
            raise FULL
        return images.flatten(1).clone()


def test_where_there_is_little_room_fewer_images_are_asked_about_at_once_from_then_on() -> None:
    module = Asked(fits=10)
    network, images = FeatureNetwork("net.pt", module), data().train[:150]
    assert torch.equal(network(images), images.flatten(1))
    module.asked.clear()
    assert torch.equal(torch.cat(list(network.parts(images, torch.arange(150)))), images.flatten(1))
    assert torch.equal(network(images), images.flatten(1))
    assert max(count for _, count in module.asked) <= 10


@pytest.mark.parametrize(
    "error", [FULL, RuntimeError("Expected all tensors to be on the same device"), TypeError("no float64")]
)
def test_what_a_card_has_no_room_for_or_cannot_compute_the_processor_does(
    error: Exception, card: Card
) -> None:
    module = Asked(on_card=error)
    network, images = FeatureNetwork("net.pt", module), data().train[:150]
    there = card.moved(images)
    assert torch.equal(network(there), images.flatten(1))
    assert module.lies == CPU, "nothing of it is left on the card"
    module.asked.clear()
    assert torch.equal(network(there), images.flatten(1))
    assert {kind for kind, _ in module.asked} == {"cpu"}


def test_a_check_is_sized_by_the_processor_once_the_card_has_no_room(
    card: Card, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 0.0

    class Slow(Asked):
        def forward(self, images: Tensor) -> Tensor:
            nonlocal now
            now += len(images) * (0.001 if images.device.type != "cpu" else 0.05)
            return super().forward(images)

    monkeypatch.setattr(asked_network, "time", SimpleNamespace(monotonic=lambda: now))
    network, images = FeatureNetwork("net.pt", module := Slow()), card.moved(data().train[:150])
    list(network.parts(images, torch.arange(150)))
    assert network.affordable(2048) == 2048
    module._on_card = FULL
    list(network.parts(images, torch.arange(150)))
    assert network.affordable(2048) == 100
    network.place = None
    network(images)
    assert [one.message for one in caplog.records] == [
        "net.pt is asked on the processor, which takes longer: there is no room for it elsewhere"
    ]


def test_what_fails_on_the_processor_too_is_no_fault_of_the_card(card: Card) -> None:
    class Never(Asked):
        def forward(self, images: Tensor) -> Tensor:
            raise ValueError("three channels, please")

    with pytest.raises(UsageError, match=r"^net\.pt raises for images \(2, 1, 28, 28\): three channels"):
        FeatureNetwork("net.pt", Never())(card.moved(data().train[:2]))


def test_a_script_that_trains_on_a_card_has_its_samples_measured_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its samples are brought to the processor to be shown."""
    places = []

    def answer(self: FeatureNetwork, images: Tensor) -> object:
        places.append(self.place)
        return self._asked(images)

    monkeypatch.setattr(FeatureNetwork, "_answer", answer)
    images, file = data().train[:400], str(written(tmp_path / "net.pt", small_network()))
    sampling = Sampling(lambda count: images[:count], (), (0, 1), print)
    real, place = RealData(source=images, value_range=(0, 1)), torch.device("cuda:1")
    meter = SampleMeter(sampling, real, samples=lambda: 64, seed=0, features=file, place=place)
    (made,) = [one for one in meter.pieces() if one is not None]
    made.read(images[:200])
    assert set(places) == {place}


def test_images_of_the_processor_are_asked_about_on_the_card(card: Card, tmp_path: Path) -> None:
    file, module = str(written(tmp_path / "net.pt", small_network())), Asked()
    network = feature_network.load(file, card.place)
    network._network = module
    assert torch.equal(network(data().train[:3]), data().train[:3].flatten(1))
    assert module.asked == [("cuda", 3)]
    assert not isinstance(network(data().train[:3]), Elsewhere)


def settings() -> tuple[object, ...]:
    cudnn, processor = torch.backends.cudnn, torch.backends.mkldnn
    return (
        cudnn.benchmark,
        *(one.fp32_precision for one in (cudnn.conv, cudnn.rnn, processor.conv)),  # type: ignore[attr-defined]
        torch.get_float32_matmul_precision(),
        torch.get_default_dtype(),
        torch.is_inference_mode_enabled(),
        torch.is_grad_enabled(),
    )


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As a training has set torch to be fast, or otherwise than usual."""
    precision = torch.get_float32_matmul_precision()
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    torch.set_float32_matmul_precision("high")
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
    torch.set_float32_matmul_precision(precision)


@pytest.mark.usefixtures("hasty")
def test_features_are_the_same_however_a_training_has_set_torch() -> None:
    """Neither in TF32 nor in bfloat16, nor after a search for every number of images."""
    seen = []

    class Notes(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            seen.append(settings())
            return images.flatten(1) * torch.ones(28 * 28)

    before, network = settings(), FeatureNetwork("net.pt", Notes())
    assert network(data().train[:2]).dtype == torch.float32
    assert seen == [(False, "ieee", "ieee", "ieee", "highest", torch.float32, False, False)]
    assert settings() == before


def test_a_precision_that_is_inherited_stays_so_where_it_is_the_wanted_one() -> None:
    """Whoever changes it for all of torch later changes it there, too."""
    whole: Any = torch.backends
    parts = whole.cuda.matmul, whole.mkldnn.matmul, whole.cudnn.conv, whole.mkldnn.conv
    before = [(place, place.fp32_precision) for place in (whole, *parts)]
    try:
        for part in parts:
            part.fp32_precision = "none"
        whole.fp32_precision = "ieee"
        FeatureNetwork("net.pt", Asked())(data().train[:2])
        whole.fp32_precision = "tf32"
        assert [part.fp32_precision for part in parts] == ["tf32"] * len(parts)
    finally:
        for place, precision in before:
            place.fp32_precision = precision


def test_what_is_loaded_in_inference_mode_can_be_moved_later(tmp_path: Path) -> None:
    file = str(written(tmp_path / "net.pt", small_network()))
    with torch.inference_mode():
        network = feature_network.load(file)
    assert not any(one.is_inference() for one in network._network.parameters())


def test_a_network_that_there_is_no_room_for_is_told_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(written(tmp_path / "net.pt", small_network()))
    monkeypatch.setattr(feature_network.load(file), "_network", Asked(fits=0))
    with pytest.raises(UsageError, match=r"^watch\.features: there is too little memory for net\.pt"):
        feature_network.try_out(file, data().train)
