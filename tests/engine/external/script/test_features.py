"""``latentop.init(features=…)``: a script's samples are measured in what it names; training can't tell."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import latentop
from latentop.engine.run import folder
from latentop.engine.run.errors import UsageError
from tests.support.feature_files import small_network, written
from tests.support.real_runs import everything

pytestmark = pytest.mark.usefixtures("runs")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """As seen from where the script is started."""
    monkeypatch.chdir(tmp_path)
    return written(tmp_path / "net.pt", small_network()).name


def trained(features: str | None) -> tuple[list[float], float]:
    """The losses of some steps, and the coverage of the last."""
    torch.manual_seed(0)
    real = torch.rand(400, 1, 16, 16)
    generator, codings = nn.Sequential(nn.Linear(4, 256), nn.Sigmoid()), torch.Generator().manual_seed(1)

    def sample(count: int) -> Tensor:
        made: Tensor = generator(torch.randn(count, 4, generator=codings)).unflatten(1, (1, 16, 16))
        return made

    losses = []
    rate = torch.optim.Adam(generator.parameters(), 1e-2)
    with latentop.init(
        "gan", kind="gan", sample=sample, real=real, value_range=(0, 1), features=features
    ) as run:
        for _ in range(10):
            loss = (
                (sample(16) + 0.01 * torch.randn(16, 1, 16, 16) - real[torch.randint(400, (16,))])
                .square()
                .mean()
            )
            rate.zero_grad()
            loss.backward()
            rate.step()
            losses.append(float(loss.detach()))
            run.log({"loss/generator": loss, "loss/discriminator": 1.0})
    recorded = everything(folder.find(folder.runs_folder(None), None))
    assert recorded.facts.features == (features or "pca")
    return losses, float(recorded.bins["diversity/density"].last[-1])


def test_samples_are_measured_in_what_the_script_names_and_it_trains_the_same(file: str) -> None:
    (losses, measured), (known, in_pixels) = trained(file), trained(None)
    assert losses == known
    assert measured != in_pixels


def weights(path: Path) -> str:
    torch.save(small_network().state_dict(), path)
    return str(path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda path: str(path), "features={path} is no file"),
        (weights, "features={path} holds no TorchScript module"),
        (lambda _: 3, "features= is an int"),
        (lambda _: " ", "features= is a str"),
    ],
)
def test_what_cannot_be_had_is_refused_at_once(
    given: Callable[[Path], object], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "given.pt"
    with pytest.raises(UsageError) as caught:
        latentop.init("gan", features=given(path))  # type: ignore[arg-type]
    assert caught.value.message == said.format(path=path)
    assert not list(tmp_path.glob("runs/*"))


def test_a_network_of_other_images_leaves_samples_unmeasured_and_training_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path / "net.pt", small_network(channels=3))
    real = torch.rand(400, 1, 16, 16)
    with latentop.init("gan", kind="gan", sample=lambda n: real[:n], real=real, features=path) as run:
        for _ in range(5):
            run.log({"loss/generator": 0.7, "loss/discriminator": 1.4})
    said = everything(folder.find(folder.runs_folder(None), None)).facts
    assert said.state == "finished"
    assert said.unmeasured.startswith(
        "diversity can't be measured: net.pt raises for images (1, 1, 16, 16): "
    )
    assert "to have 3 channels" in said.unmeasured
