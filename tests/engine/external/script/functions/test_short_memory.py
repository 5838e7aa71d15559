"""Where memory is short, fewer samples are drawn at once, and pictures of codings are made in parts."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import latentop
from latentop.engine.checkpoint import snapshots
from latentop.engine.external.script import script_session
from latentop.engine.external.script.functions.exhibits import Codings, ScriptReconstructions
from latentop.engine.external.script.functions.real_data import RealData
from latentop.engine.external.script.functions.sampled_images import Sampling
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Frame, Scalars
from tests.support.real_runs import everything, facts
from tests.support.script_runs import marks, only_run, series


def card(room: int, asked: list[int]) -> Callable[[int], Tensor]:
    """A function that draws samples where at most so many fit into memory."""

    def sample(count: int) -> Tensor:
        asked.append(count)
        if count > room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return torch.rand(count, 1, 8, 8)

    return sample


def test_fewer_samples_are_drawn_at_once_where_memory_is_short() -> None:
    said: list[str] = []
    asked: list[int] = []
    sampling = Sampling(card(10, asked), (), (0.0, 1.0), said.append)
    first = sampling.draw(50, seed=1)
    assert first.shape == (50, 1, 8, 8)
    assert not said
    asked.clear()
    assert torch.equal(sampling.draw(50, seed=1), first)
    assert max(asked) <= 10, "it knows by now"


def test_where_not_even_two_fit_it_is_told() -> None:
    said: list[str] = []
    with pytest.raises(UsageError, match="OutOfMemoryError"):
        Sampling(card(1, []), (), None, said.append).draw(50, seed=1)
    (told,) = said
    assert told.startswith("sample(50) raised OutOfMemoryError: CUDA out of memory.")


def test_images_are_encoded_in_parts() -> None:
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    sizes = []

    def encode(images: Tensor) -> Tensor:
        sizes.append(len(images))
        found: Tensor = encoder(images)
        return found

    real = RealData(source=torch.rand(400, 1, 8, 8), value_range=(0.0, 1.0))
    said: list[str] = []
    frame, points, values = Codings(encode, real, (encoder,), said.append).show(1, 0.0)
    assert isinstance(frame, Frame)
    assert isinstance(points, Frame)
    assert isinstance(values, Scalars)
    assert (max(sizes), sum(sizes), said) == (128, 400, [])


def test_images_go_to_where_the_networks_of_that_function_lie(tmp_path: Path) -> None:
    """Not to where others do: a generator on one card, an autoencoder on another."""
    elsewhere = nn.Linear(1, 1, device="meta")
    seen = []

    def back(images: Tensor) -> Tensor:
        seen.append((images.device, elsewhere.weight.device))
        return torch.zeros(len(images), 1, 8, 8)

    real = RealData(source=torch.rand(10, 1, 8, 8), value_range=(0.0, 1.0))
    for known in ((), (nn.Linear(1, 1),)):
        list(ScriptReconstructions(back, real, known, 4, lambda _: None).show(1, 0.0))
        list(Codings(back, real, known, lambda _: None).show(1, 0.0))
    assert len(seen) == 4
    assert all(images == weights for images, weights in seen)


def test_a_state_that_there_is_no_room_for_is_told_once_and_the_step_is_looked_at_all_the_same(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, to_host: bool = False) -> None:
        raise MemoryError

    monkeypatch.setattr(snapshots, "copy", full)
    monkeypatch.setattr(script_session, "BOUNDARY_SECONDS", 0.0)
    network = nn.Linear(2, 1)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    with latentop.init(networks=network, optimisers=optimiser) as run:
        for _ in range(20):
            optimiser.zero_grad()
            network(torch.rand(4, 2)).square().mean().backward()
            optimiser.step()
            run.log({"loss": 1.0})
    assert "MemoryError" not in capsys.readouterr().err
    (told,) = marks(everything(only_run(runs)), "trouble")
    assert told.startswith("no states to go back to while memory is too short for them")
    assert facts(only_run(runs)).state == "finished"
    assert len(series(only_run(runs))["loss/total"]) == 20
