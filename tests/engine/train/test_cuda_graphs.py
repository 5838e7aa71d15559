"""Steps for GPUs, as far as a machine without one can tell: none asks the device, and replays are checked."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from latentop.engine.data import Dataset, Sampler, load
from latentop.engine.objectives import Objective, build_objective, optimisers
from latentop.engine.train import cuda_graphs
from latentop.engine.train.cuda_graphs import Step, Steps
from latentop.presets import catalogue
from latentop.presets.schema import Preset

pytestmark = pytest.mark.slow


CPU, META = torch.device("cpu"), torch.device("meta")
SMALL = {"dcgan": ["generator.channels=8", "discriminator.channels=8", "batch=16"]}
EVERY = [one.name for one in catalogue.entries() if one.name not in ("dcgan-64", "pretrain-classifier")]
"""But for what needs images of one's own, and what looks at labels first, to choose its images."""


class Again:
    """A tape for the CPU: what was noted is done again, in the same memory."""

    def warm_up(self, step: Step) -> None:
        step()

    def record(self, step: Step) -> None:
        self.step = step

    def replay(self) -> None:
        self.step()


class Wrong(Again):
    """A tape that forgets half of a step."""

    def replay(self) -> None:
        pass


class Refused(Again):
    """A tape that can't hold the step."""

    def record(self, step: Step) -> None:
        raise RuntimeError(
            "operation not permitted when stream is capturing\nCompile with TORCH_USE_CUDA_DSA"
        )


def broken_by(spoil: Callable[[list[Tensor], list[Tensor]], None], objective: Objective) -> type[Again]:
    """A tape whose replays do something to the weights, which are also given as they were."""

    class Broken(Again):
        def replay(self) -> None:
            weights = [one.detach() for one in objective.networks["autoencoder"].parameters()]
            before = [one.clone() for one in weights]
            super().replay()
            spoil(weights, before)

    return Broken


def forgotten(weights: list[Tensor], before: list[Tensor]) -> None:
    for one, was in zip(weights, before, strict=True):
        one.copy_(was)


def poisoned(weights: list[Tensor], before: list[Tensor]) -> None:
    weights[0][0, 0] = torch.nan


def preset_of(name: str, *more: str) -> Preset:
    return catalogue.load(catalogue.find(name), [*SMALL.get(name, []), *more])


def on(device: torch.device, dataset: Dataset) -> Dataset:
    moved = {
        name: getattr(dataset, name).to(device) for name in ("train", "train_labels", "test", "test_labels")
    }
    return replace(dataset, **moved)


def taken(preset: Preset, dataset: Dataset, steps: Steps, count: int) -> list[Mapping[str, Tensor]]:
    torch.manual_seed(7)
    sampler = Sampler(len(dataset.train), preset.per_step, seed=1)
    return [steps(next(sampler)) for _ in range(count)]


@pytest.mark.parametrize("name", EVERY)
def test_no_step_asks_the_device(name: str) -> None:
    """On the meta device there is nothing to ask: whatever needs a value on the host raises."""
    preset = preset_of(name)
    dataset = load(preset.data, CPU)
    data = on(META, dataset)
    objective = build_objective(preset, data, META)
    chosen = torch.empty(preset.per_step, dtype=torch.int64, device=META)
    for _ in range(2):
        values = objective.step(data.train[chosen], data.train_labels[chosen])
        assert values
        assert all(one.shape == () and one.device == META for one in values.values())


@pytest.mark.parametrize("name", ["dcgan", "stacked", "vae", "wgan-gp"])
def test_replayed_steps_are_the_steps(name: str) -> None:
    preset = preset_of(name)
    dataset = load(preset.data, CPU)
    found = []
    for tape in (None, Again):
        torch.manual_seed(3)
        objective = build_objective(preset, dataset, CPU)
        steps = Steps(objective, dataset, obstacle=lambda: "", tape=tape)
        values = taken(preset, dataset, steps, 8)
        found.append((values, [one.state_dict() for one in objective.networks.values()]))
    assert "whole steps from a CUDA graph" in steps.told
    torch.testing.assert_close(found[0], found[1], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("tape", "why"), [(Wrong, "differed from one by itself"), (Refused, "not permitted")]
)
def test_a_graph_that_does_not_do_the_step_is_not_used(tape: type[Again], why: str) -> None:
    preset = preset_of("stacked")
    dataset = load(preset.data, CPU)
    objective = build_objective(preset, dataset, CPU)
    steps = Steps(objective, dataset, obstacle=lambda: "", tape=tape)
    values = taken(preset, dataset, steps, 8)
    assert steps.told.startswith("no CUDA graph: ")
    assert why in steps.told
    assert len({float(one["loss/reconstruction"]) for one in values}) == 8  # it trains on


@pytest.mark.parametrize("spoil", [forgotten, poisoned])
def test_a_graph_that_tells_the_same_but_trains_otherwise_is_not_used(
    spoil: Callable[[list[Tensor], list[Tensor]], None],
) -> None:
    """Series are of before the update; and an old run's counters are longer than all of its weights."""
    preset = preset_of("stacked")
    dataset = load(preset.data, CPU)
    objective = build_objective(preset, dataset, CPU)
    steps = Steps(objective, dataset, obstacle=lambda: "", tape=broken_by(spoil, objective))
    taken(preset, dataset, steps, 3)
    for moments in objective.optimisers["autoencoder"].state.values():
        moments["step"].fill_(100_000)
    values = taken(preset, dataset, steps, 3)
    assert "its weights' way by" in steps.told
    assert all(torch.isfinite(one["loss/reconstruction"]) for one in values)


@pytest.mark.parametrize(("name", "at"), [("_clones", 1), ("_clones", 2), ("_off_the_way", 1)])
def test_where_there_is_no_room_to_compare_a_replay_there_is_none(
    monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    """A training that fits by itself does not end for it, and takes the same steps."""
    preset, calls = preset_of("dcgan"), []
    dataset, real = load(preset.data, CPU), getattr(cuda_graphs, name)

    def short(*arguments: object) -> object:
        calls.append(name)
        if len(calls) == at:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return real(*arguments)

    monkeypatch.setattr(cuda_graphs, name, short)
    found = []
    for tape in (None, Again):
        torch.manual_seed(3)
        objective = build_objective(preset, dataset, CPU)
        steps = Steps(objective, dataset, obstacle=lambda: "", tape=tape)
        values = taken(preset, dataset, steps, 8)
        found.append((values, [one.state_dict() for one in objective.networks.values()]))
    assert len(calls) == at
    assert steps.told == f"no CUDA graph: {cuda_graphs.NO_ROOM}"
    torch.testing.assert_close(found[0], found[1], rtol=0, atol=0)


def test_a_penalty_that_differs_in_its_last_digits_is_no_counter() -> None:
    """It is a number by itself, and no step of a GPU repeats it to the last digit."""
    preset = preset_of("wgan-gp")
    dataset = load(preset.data, CPU)
    objective = build_objective(preset, dataset, CPU)
    (penalty,) = objective.networks["penalty"].buffers()

    class Rounded(Again):
        def replay(self) -> None:
            super().replay()
            penalty.mul_(1 + 1e-5)

    steps = Steps(objective, dataset, obstacle=lambda: "", tape=Rounded)
    taken(preset, dataset, steps, 6)
    assert steps.told.startswith("whole steps from a CUDA graph")


def test_hip_has_no_graphs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTOP_CUDA_GRAPHS", "1")
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert "HIP" in cuda_graphs.obstacle(preset_of("dcgan"))


def test_what_was_changed_is_in_the_next_step() -> None:
    """A graph has a learning rate in it; whoever edits it gets another."""
    preset = preset_of("stacked")
    dataset = load(preset.data, CPU)
    objective = build_objective(preset, dataset, CPU)
    tapes: list[Again] = []

    def tape() -> Again:
        tapes.append(Again())
        return tapes[-1]

    steps = Steps(objective, dataset, obstacle=lambda: "", tape=tape)
    taken(preset, dataset, steps, 6)
    objective.adopt(preset_of("stacked", "autoencoder.lr=1e-30"))
    steps.forget()
    before = [one.clone() for one in objective.networks["autoencoder"].parameters()]
    taken(preset, dataset, steps, 6)
    assert len(tapes) == 2
    torch.testing.assert_close(list(objective.networks["autoencoder"].parameters()), before, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("r1", "every 16 steps"),
        ("pretrain-classifier", "phases"),
        ("dcgan", ""),
        ("wgan-gp", ""),
        ("vae", "autoencoder.lr follows a schedule"),
        ("oscillation", "phase plane"),
    ],
)
def test_steps_that_differ_are_not_replayed(name: str, why: str) -> None:
    assert (why in cuda_graphs.unlike(preset_of(name))) if why else not cuda_graphs.unlike(preset_of(name))


def test_a_rate_that_falls_is_not_replayed() -> None:
    told = cuda_graphs.unlike(preset_of("stacked", "autoencoder.schedule=cosine"))
    assert told == "autoencoder.lr follows a schedule"


def test_graphs_are_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "__version__", "2.15.0")
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.delenv("LATENTOP_CUDA_GRAPHS", raising=False)
    assert "LATENTOP_CUDA_GRAPHS=1 is not set" in cuda_graphs.obstacle(preset_of("dcgan"))
    monkeypatch.setenv("LATENTOP_CUDA_GRAPHS", "1")
    assert cuda_graphs.obstacle(preset_of("dcgan")) == ""
    assert "every 16 steps" in cuda_graphs.obstacle(preset_of("r1"))
    assert cuda_graphs.tape_of(CPU) is None


@pytest.mark.parametrize(
    ("version", "barred"),
    [
        ("2.9.1+cu128", True),
        ("2.14.2", True),
        ("2.15.0+cu132", False),
        ("2.15.0a0+git1", False),
        ("3.0.0", False),
    ],
)
def test_a_torch_whose_failed_recordings_do_harm_records_none(
    monkeypatch: pytest.MonkeyPatch, version: str, barred: bool
) -> None:
    monkeypatch.setenv("LATENTOP_CUDA_GRAPHS", "1")
    monkeypatch.setattr(torch, "__version__", version)
    monkeypatch.setattr(torch.version, "hip", None)
    told = f"torch {version} is older than 2.15" if barred else ""
    assert cuda_graphs.obstacle(preset_of("dcgan")) == told


def test_graphs_of_hip_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTOP_CUDA_GRAPHS", "1")
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert "HIP" in cuda_graphs.obstacle(preset_of("dcgan"))


def test_a_checkpoint_keeps_the_device_s_way_of_counting() -> None:
    """Saved where steps were counted on a GPU, loaded where they are not."""
    objective = build_objective(preset := preset_of("stacked"), load(preset.data, CPU), CPU)
    optimiser = objective.optimisers["autoencoder"]
    state = optimiser.state_dict()
    state["param_groups"][0]["capturable"] = True
    optimisers.load(optimiser, state)
    assert optimiser.param_groups[0]["capturable"] is False
