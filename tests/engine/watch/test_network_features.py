"""Diversity in the features of a network from a file: what is seen, and what happens where there are none."""

import gc
import random
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from latentop.engine.run.errors import UsageError
from latentop.engine.train import random_state
from latentop.engine.watch.samples import asked_network, diversity, feature_network, network_features
from latentop.engine.watch.samples.asked_network import FeatureNetwork
from latentop.engine.watch.samples.diversity import DiversityMeter, build
from latentop.engine.watch.samples.unmeasured import UnmeasurableError
from latentop.engine.watch.watch import Watch
from latentop.presets import schema
from latentop.presets.feature_choice import INCEPTION, PCA
from tests.engine.watch.test_alarms import Clock
from tests.support.elsewhere import Card
from tests.support.fashion import COUNT, data, drawn
from tests.support.feature_files import small_network, written
from tests.training.test_score import lay_random_weights

HELD_OUT, TRAINING = 400, 1600
TROUSERS = ("Trouser",)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(written(tmp_path / "net.pt", small_network()))


def arguments(features: str) -> dict[str, object]:
    images = data()
    return {
        "real": images.test[:HELD_OUT],
        "real_labels": images.test_labels[:HELD_OUT],
        "training": images.train[:TRAINING],
        "training_labels": images.train_labels[:TRAINING],
        "classes": images.classes,
        "network": feature_network.of(features),
    }


def samples(seed: int = 0, **choice: object) -> Tensor:
    return drawn(torch.Generator().manual_seed(seed), first=TRAINING, **choice)  # type: ignore[arg-type]


def test_what_is_gone_is_seen_in_them_and_noise_in_pixels_still(file: str) -> None:
    meter = build(**arguments(file))
    assert meter.network is not None
    assert meter.network.components.shape == (64, 32)
    sound = meter.read(samples())
    assert sound.coverage.relative == pytest.approx(1, abs=0.15)
    assert sound.detail.relative == pytest.approx(1, abs=0.2)
    fewer = meter.read(samples(without=TROUSERS))
    assert fewer.presence["Trouser"] < 0.25
    assert set(fewer.lost) == {"Trouser"}
    assert fewer.coverage.relative < sound.coverage.relative
    noisy = samples() + 0.2 * torch.randn(COUNT, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    pixels = build(**arguments(PCA))
    known = pixels.read(noisy.clamp(0, 1))
    found = meter.read(noisy.clamp(0, 1))
    assert (found.noise, found.detail) == (known.noise, known.detail)
    assert found.coverage != known.coverage
    copies = meter.read(torch.cat([data().train[:TRAINING:2], samples()])[:COUNT])
    assert copies.copied > 0.9


def test_another_network_sees_something_else(file: str, tmp_path: Path) -> None:
    other = written(tmp_path / "other.pt", small_network(seed=1))
    first, second = (build(**arguments(one)).read(samples()) for one in (file, str(other)))
    assert first.coverage != second.coverage
    assert build(**arguments(file)).read(samples()) == first


class Rude(nn.Module):
    """Draws random numbers, changes what it is given, and keeps a gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(28 * 28, 8)

    def forward(self, images: Tensor) -> Tensor:
        images.mul_(2).sub_(1)
        found: Tensor = self.layer(images.flatten(1))
        return found + 0 * torch.rand_like(found)


def test_training_cannot_tell_that_they_are_measured(tmp_path: Path) -> None:
    path = str(written(tmp_path / "rude.pt", Rude()))
    given = arguments(path)
    before, drawn_before = data().train.clone(), samples()
    torch.manual_seed(3)
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    precision, threads = torch.get_float32_matmul_precision(), torch.get_num_threads()
    meter = build(**given)
    read = samples()
    meter.read(read)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert np.random.get_state()[1].tolist() == states[2]  # type: ignore[index]
    assert torch.equal(data().train, before)
    assert torch.equal(read, drawn_before)
    assert torch.is_grad_enabled()
    assert (torch.get_float32_matmul_precision(), torch.get_num_threads()) == (precision, threads)
    network = feature_network.load(path)
    features = network(read)
    assert (features.dtype, features.requires_grad, features.is_cpu) == (torch.float32, False, True)


def test_a_slow_network_is_asked_for_few_images_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    now, seconds = 0.0, 0.0

    class Slow(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            nonlocal now
            asked.append(len(images))
            now += seconds * len(images)
            return images.flatten(1)

    monkeypatch.setattr(asked_network.time, "monotonic", lambda: now)
    for each, most in ((0.3, 1), (0.03, 2), (0.01, 8), (0.0001, asked_network.AT_ONCE)):
        asked.clear()
        seconds = each
        network = FeatureNetwork("slow.pt", Slow())
        parts = list(network.parts(data().train, torch.arange(200)))
        assert torch.equal(torch.cat(parts), data().train[:200].flatten(1))
        assert max(asked) == most
    assert asked[0] == asked_network.FIRST


@pytest.mark.parametrize(("seconds", "taken", "fewer"), [(1.0, 64, 64), (0.0625, 80, 80), (0.0001, 256, 0)])
def test_a_slow_network_is_asked_for_fewer_samples_at_a_check(
    seconds: float, taken: int, fewer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, counts = 0.0, []

    class Slow(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            nonlocal now
            now += seconds * len(images)
            return images.flatten(1)

    def draw(count: int) -> Tensor:
        counts.append(count)
        return samples()[:count]

    monkeypatch.setattr(asked_network.time, "monotonic", lambda: now)
    given = arguments(PCA) | {"network": lambda: FeatureNetwork("slow.pt", Slow()), "samples": 256}
    watched = Watch(schema.Watch(samples=256), lambda: diversity.pieces(**given), clock=Clock())  # type: ignore[arg-type]
    watched.judge(draw, step=1, wall=0.0)
    assert counts == [taken]
    assert watched.fewer == fewer


def test_of_many_images_some_are_asked_about_and_copies_are_found_among_all(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_features, "ASKED", 300)
    asked = []
    real = FeatureNetwork._ask
    monkeypatch.setattr(
        FeatureNetwork, "_ask", lambda self, part: asked.append(len(part)) or real(self, part)
    )
    meter = build(**arguments(file))
    assert sum(asked) == 600
    assert meter.read(data().train[:COUNT]).copied > 0.9
    assert meter.read(samples()).coverage.relative == pytest.approx(1, abs=0.2)


class Channels(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        if images.shape[1] != 3:
            raise ValueError("three channels, please")
        return images.flatten(1)


class Map(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images


class Single(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1).squeeze(0)


class Two(nn.Module):
    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return images, images


class Whole(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1).long()


class Infinite(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1) / 0


class Wide(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1).repeat(1, 11)


class Same(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return torch.ones(len(images), 4)


BAD: list[tuple[Callable[[], nn.Module], str]] = [
    (Channels, "raises for images (8, 1, 28, 28): builtins.ValueError: three channels, please"),
    (lambda: small_network(channels=3), "expected input[8, 1, 28, 28] to have 3 channels"),
    (Map, "returns (8, 1, 28, 28) for images (8, 1, 28, 28)"),
    (Single, "returns (784) for images (1, 1, 28, 28)"),
    (Two, "returns a tuple for images"),
    (Whole, "returns int64 numbers"),
    (Infinite, "returns values that are not finite"),
    (Wide, "returns 8 624 features, and 8 192 is the most"),
]


@pytest.mark.parametrize(("network", "said"), BAD)
def test_what_gives_no_features_is_told_in_a_line(
    network: Callable[[], nn.Module], said: str, tmp_path: Path
) -> None:
    path = str(written(tmp_path / "net.pt", network()))
    with pytest.raises(UsageError) as caught:
        feature_network.try_out(path, data().train)
    told = caught.value.message.replace("\u2009", " ")
    assert told.startswith("watch.features: net.pt ")
    assert said in told
    assert "\n" not in told
    assert "returns features (n, d)" in caught.value.hint


def test_a_file_that_is_cut_off_cannot_be_loaded(file: str) -> None:
    whole = Path(file).read_bytes()
    place = whole.index(b"data.pkl") + 40
    Path(file).write_bytes(whole[:place] + b"\0" * 200 + whole[place + 200 :])
    with pytest.raises(UsageError, match=r"^net\.pt can't be loaded: ."):
        feature_network.load(file)


def test_features_that_are_the_same_for_all_images_measure_nothing(tmp_path: Path) -> None:
    path = str(written(tmp_path / "net.pt", Same()))
    with pytest.raises(UnmeasurableError, match=r"net\.pt returns the same features for all images"):
        build(**arguments(path))
    with pytest.raises(UsageError, match=r"^watch\.features: net\.pt returns the same features"):
        feature_network.try_out(path, data().train)
    feature_network.try_out(path, data().train[:1].expand(9, -1, -1, -1))  # which are the same themselves


class Bright(nn.Module):
    """One feature of two values."""

    def forward(self, images: Tensor) -> Tensor:
        return (images.flatten(1).mean(1, keepdim=True) > 0.3).float()


def test_features_of_few_values_measure_nothing(tmp_path: Path) -> None:
    path = str(written(tmp_path / "net.pt", Bright()))
    with pytest.raises(
        UnmeasurableError, match=r"net\.pt returns 2 different features for \d+ different ima"
    ):
        build(**arguments(path))


class Moody(nn.Module):
    """Raises for images that are bright everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(28 * 28, 8)

    def forward(self, images: Tensor) -> Tensor:
        if bool(images.min() > 0.4):
            raise ValueError("too bright")
        found: Tensor = self.layer(images.flatten(1))
        return found


def test_a_network_that_fails_later_leaves_samples_unmeasured(tmp_path: Path) -> None:
    path = str(written(tmp_path / "net.pt", Moody()))
    meter = build(**arguments(path))
    clock = Clock()
    watched = Watch(schema.Watch(), lambda: iter([meter]), clock=clock)
    assert watched.judge(lambda count: samples()[:count], step=1, wall=0.0)
    clock.now += 100
    assert watched.judge(lambda count: torch.full((count, 1, 28, 28), 0.5), step=2, wall=0.0) == []
    assert watched.unmeasured is not None
    assert watched.unmeasured.why.startswith("diversity can't be measured: net.pt raises for images ")
    assert watched.unmeasured.why.endswith("too bright")
    assert not watched.metered
    assert not watched.due


def test_a_network_that_failed_is_kept_no_longer(tmp_path: Path) -> None:
    path = str(written(tmp_path / "net.pt", Moody()))
    given = arguments(path)
    clock = Clock()
    watched = Watch(schema.Watch(), lambda: diversity.pieces(**given), clock=clock)  # type: ignore[arg-type]
    while not watched.built:
        watched.judge(lambda count: samples()[:count], step=1, wall=0.0)
    network = weakref.ref(feature_network.load(path))
    gc.collect()
    assert network() is not None
    clock.now += 100
    watched.judge(lambda count: torch.full((count, 1, 28, 28), 0.5), step=2, wall=0.0)
    gc.collect()
    assert watched.unmeasured is not None
    assert network() is None


def test_a_file_that_is_gone_leaves_samples_unmeasured_from_the_first_check_on(file: str) -> None:
    given = arguments(file)
    Path(file).unlink()
    watched = Watch(schema.Watch(), lambda: diversity.pieces(**given), clock=Clock())  # type: ignore[arg-type]
    assert watched.judge(lambda count: samples()[:count], step=1, wall=0.0) == []
    assert watched.unmeasured is not None
    assert watched.unmeasured.why == f"diversity can't be measured: {file} is no file"


def test_one_file_is_told_from_another_by_what_it_holds(file: str, tmp_path: Path) -> None:
    known = feature_network.identity(file)
    copy = tmp_path / "copy.pt"
    copy.write_bytes(Path(file).read_bytes())
    assert feature_network.identity(str(copy)) == known
    written(copy, small_network(seed=1))
    assert feature_network.identity(str(copy)) != known
    assert feature_network.identity(str(tmp_path / "gone.pt")) == ""
    assert feature_network.identity(PCA) == "pca"


def test_inception_is_asked_as_published_numbers_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With random weights, for the real ones are not here."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    feature_network._loaded.cache_clear()
    with pytest.raises(UsageError, match="the weights of Inception v3 can't be fetched"):
        feature_network.load(INCEPTION)
    from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "there"))
    lay_random_weights(tmp_path / "there" / "hub" / "checkpoints" / Path(URL_INCEPTION_V3).name, monkeypatch)
    before = torch.get_rng_state()
    network = feature_network.load(INCEPTION)
    grey = data().train[:2]
    found = network(grey)
    assert torch.equal(torch.get_rng_state(), before)
    assert found.shape == (2, 2048)
    assert torch.equal(network(grey.expand(-1, 3, -1, -1)), found)
    with pytest.raises(UsageError, match="1 or 3 channels, not of 2"):
        network(grey.expand(-1, 2, -1, -1))


def test_a_card_is_asked_where_samples_lie_and_the_processor_measures(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random_state, "_WITH_GENERATORS", ())  # the card's, for it has none
    given = arguments(file)
    here = build(**given).read(samples())
    asked: list[object] = []

    class Spy(nn.Module):
        """In the place of a module, which asks a card without Python."""

        def __init__(self) -> None:
            super().__init__()
            self.module = feature_network.load(file)

        def to(self, place: torch.device) -> "Spy":  # type: ignore[override]
            asked.append(place)
            return self

        def forward(self, images: Tensor) -> Tensor:
            assert images.device == asked[-1]
            return self.module(images.as_subclass(Tensor))

    with Card() as card:
        given |= {name: card.moved(given[name]) for name in ("real", "training")}  # type: ignore[arg-type]
        given["network"] = lambda: FeatureNetwork("net.pt", Spy())
        meter: DiversityMeter = build(**given)
        found = meter.read(card.moved(samples()))
    assert found == here
    assert set(asked) == {card.place}
