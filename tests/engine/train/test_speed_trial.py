"""How a machine computes: tried once, remembered, kept by a run, and without a say in what is trained."""

import copy
import json
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice, repeat
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch

from latentop.engine.data import Sampler, load
from latentop.engine.objectives import build_objective, optimisers
from latentop.engine.run import preferences
from latentop.engine.run.events import Scalars
from latentop.engine.train import card_order, devices, random_state, speed_trial
from latentop.engine.train.fastest_ways_cache import Way, convolutions
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue
from tests.support.real_runs import SMALL_GAN

CPU = torch.device("cpu")
DCGAN = catalogue.load(catalogue.find("dcgan"), [*SMALL_GAN, "steps=12"])
DATA = load(DCGAN.data, CPU)
NETWORKS = build_objective(DCGAN, DATA, CPU)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(speed_trial, "SECONDS", 0.3)
    monkeypatch.setattr(speed_trial, "_busy", lambda: False)
    return tmp_path / "latentop" / "fastest.json"


def refuse(*_: object) -> Way:
    raise AssertionError("a trial, where none is needed")


def losses(taken: Way) -> list[float]:
    trainer = Trainer(DCGAN, DATA, CPU, wall=time.time, clock=time.monotonic)
    taken.take(trainer.objective)
    return [
        float(event.values["loss/generator"])
        for event in trainer.run()
        if isinstance(event, Scalars) and "loss/generator" in event.values
    ]


def way(*overrides: str, before: Mapping[str, object] | None = None) -> Way:
    return speed_trial.way(catalogue.override(DCGAN, overrides), DATA, CPU, NETWORKS, before=before)


def test_what_was_found_is_remembered(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = way()
    monkeypatch.setattr(speed_trial, "fastest", refuse)
    assert way() == first
    assert way("seed=7", "watch.every=3", "generator.lr=1e-5") == first  # which take no longer
    with pytest.raises(AssertionError):
        way("batch=32")
    cache.write_text("no JSON")
    with pytest.raises(AssertionError):
        way()


def test_of_two_at_once_the_second_takes_what_the_first_finds(cache: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(lambda _: way(), range(2)))) == 1
    assert len(json.loads(cache.read_text())) == 1


def test_without_a_cache_it_is_tried_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "cache", lambda: Path(os.devnull) / "latentop")
    assert way().threads >= 1


def test_on_a_busy_machine_nothing_is_tried_or_remembered(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(speed_trial, "_busy", lambda: True)
    with monkeypatch.context() as now:
        now.setattr(speed_trial, "fastest", refuse)
        assert way() == Way(threads=torch.get_num_threads())
    assert not cache.exists()
    monkeypatch.setenv("OMP_NUM_THREADS", str(torch.get_num_threads()))  # layouts compare beside others, too
    way()
    assert cache.exists()


@pytest.mark.parametrize(
    ("cores", "used", "busy"),
    [
        (2, [50.0], True),  # one other trains
        (2, [15.0], False),
        (2, [80.0, 60.0, 10.0], False),  # a screen opened
        (64, [5.0], False),
        (64, [50.0], True),
    ],
)
def test_others_are_told_from_a_screen_that_opens(
    cores: int, used: list[float], *, busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # of what this file does to it
    looks = chain(used, repeat(used[-1]))
    monkeypatch.setattr(psutil, "cpu_count", lambda: cores)
    monkeypatch.setattr(psutil, "cpu_percent", lambda _: next(looks))
    assert speed_trial._busy() == busy


@pytest.mark.parametrize("last_first", [False, True])
def test_moments_follow_their_weights_into_another_layout(*, last_first: bool) -> None:
    """As in a fork of a run that began when the machine was busy, or on another."""
    before, threads = random_state.state(CPU), torch.get_num_threads()
    ways = [Way(threads=threads, channels_last=last) for last in (last_first, not last_first)]
    objectives = [build_objective(DCGAN, DATA, CPU) for _ in ways]
    for objective, taken in zip(objectives, ways, strict=True):
        taken.take(objective)
    old, new = objectives
    batches = list(islice(Sampler(len(DATA.train), DCGAN.per_step, 1), 4))
    for chosen in batches[:3]:
        old.step(DATA.train[chosen], DATA.train_labels[chosen])
    for name, network in new.networks.items():
        network.load_state_dict(old.networks[name].state_dict())
    for name, optimiser in new.optimisers.items():
        optimisers.load(optimiser, copy.deepcopy(old.optimisers[name].state_dict()))
    for objective in objectives:
        torch.manual_seed(1)
        objective.step(DATA.train[batches[3]], DATA.train_labels[batches[3]])
    random_state.restore(before, CPU)
    for name, network in new.networks.items():
        for weight, expected in zip(network.parameters(), old.networks[name].parameters(), strict=True):
            torch.testing.assert_close(weight, expected, rtol=1e-3, atol=1e-4)


def test_a_run_keeps_the_way_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_trial, "fastest", refuse)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    assert way(before={"threads": 3, "channels_last": True}) == Way(threads=3, channels_last=True)
    assert way(before={"threads": 64}) == Way(threads=4)  # on a smaller machine
    for older in ({}, {"threads": 0}, {"threads": "many"}):
        assert way(before=older) == Way(threads=4)


def test_a_trial_leaves_random_numbers_and_threads_alone() -> None:
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    found = speed_trial.fastest(DCGAN, DATA, Way(threads=threads), convolutions(NETWORKS))
    assert found is not None
    assert found.threads in (1, threads)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_who_has_said_how_many_threads_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setattr(speed_trial, "GAIN", 0.0)  # whatever else there is, is taken
    found = speed_trial.fastest(DCGAN, DATA, Way(threads=3), convolutions(NETWORKS))
    assert found is not None
    assert found.threads == 3


def test_only_what_is_clearly_faster_is_taken() -> None:
    usual, other = Way(threads=2), Way(threads=1)
    assert speed_trial._best({usual: [9.0, 1.0, 1.0], other: [9.0, 0.95, 0.95]}, usual) == usual
    assert speed_trial._best({usual: [9.0, 1.0, 1.0], other: [9.0, 0.5, 0.5]}, usual) == other
    assert speed_trial._best({usual: [9.0], other: []}, usual) == usual


def test_a_processor_takes_small_networks_and_a_gpu_large_ones(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The GPU here is the same processor by another name, which is told to take longer or not."""
    gpu = torch.device("cpu:0")
    monkeypatch.setattr(speed_trial, "_is_processor", lambda device: device.index is None)
    slow = [CPU]
    now = [0.0]

    def wait(device: torch.device) -> None:
        now[0] += 0.05 if device == slow[0] else 0.001

    monkeypatch.setattr(devices, "wait", wait)
    clock = SimpleNamespace(monotonic=lambda: now[0], perf_counter=lambda: now[0])
    monkeypatch.setattr(speed_trial, "time", clock)
    preset = catalogue.load(catalogue.find("stacked"), ["batch=8"])
    data = load(preset.data, CPU)
    random = torch.get_rng_state()
    assert speed_trial.quicker(preset, data, gpu) == gpu
    cache.unlink()
    slow[0] = gpu
    assert speed_trial.quicker(preset, data, gpu) == CPU
    assert torch.equal(torch.get_rng_state(), random)
    with monkeypatch.context() as later:
        later.setattr(speed_trial, "_times", refuse)
        assert speed_trial.quicker(preset, data, gpu) == CPU  # remembered
        assert speed_trial.quicker(preset, data, CPU) == CPU
        later.setattr(speed_trial, "SMALL", 1000)
        assert speed_trial.quicker(preset, data, gpu) == gpu  # too large for a processor, without a trial


@pytest.mark.parametrize("used", ["processor", "card"])
def test_beside_others_no_gpu_is_raced_against_the_processor(
    used: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others use would lose now, and be thought slow when it is idle again."""
    gpu = torch.device("cpu:0")
    monkeypatch.setattr(speed_trial, "_is_processor", lambda device: device.index is None)
    monkeypatch.setattr(speed_trial, "_busy", lambda: used == "processor")
    monkeypatch.setattr(card_order, "crowded", lambda _: "others use it" if used == "card" else "")
    preset = catalogue.load(catalogue.find("stacked"), ["batch=8"])
    with monkeypatch.context() as now:
        now.setattr(speed_trial, "_times", refuse)
        assert speed_trial.quicker(preset, load(preset.data, CPU), gpu) == gpu
    assert not cache.exists()


def test_a_gpu_searches_for_algorithms_of_convolutions_alone(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first step on: what cuDNN took without a search would be kept where it searches later."""
    tried: list[Way] = []

    def raced(ways: list[Way], *_: object) -> Way:
        tried.extend(ways)
        return ways[-1]

    monkeypatch.setattr(speed_trial, "_raced", raced)
    monkeypatch.setattr(devices, "name", lambda _: "a card")
    found = speed_trial.way(DCGAN, DATA, torch.device("cuda:0"), NETWORKS)
    assert [(one.searched, one.channels_last, one.device) for one in tried] == [
        (True, False, "cuda:0"),
        (True, True, "cuda:0"),
    ]
    assert found == tried[-1]
    dense = build_objective(catalogue.load(catalogue.find("stacked")), DATA, CPU)
    assert not speed_trial.way(DCGAN, DATA, torch.device("cuda:0"), dense).searched
    cache.unlink()
    with monkeypatch.context() as now:
        now.setattr(card_order, "crowded", lambda _: "others use it")
        tried.clear()
        usual = speed_trial.way(DCGAN, DATA, torch.device("cuda:0"), NETWORKS)
    assert (tried, usual.channels_last, cache.exists()) == ([], False, False)
    monkeypatch.setattr(torch.version, "hip", "6.4")  # whose search takes minutes
    assert not speed_trial.way(DCGAN, DATA, torch.device("cuda:0"), NETWORKS).searched


def test_the_first_steps_on_a_gpu_take_no_time_of_a_trial_and_half_a_trial_is_not_remembered(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The GPU here is the same processor by another name; loading its kernels takes longer than a trial."""
    gpu = torch.device("cpu:0")
    monkeypatch.setattr(speed_trial, "_is_processor", lambda device: device.index is None)
    now, asked, each = [0.0], [0], [0.001]

    def wait(device: torch.device) -> None:
        if device == gpu:
            now[0] += each[0] if asked[0] else 60.0
            asked[0] += 1
        else:
            now[0] += 0.05

    monkeypatch.setattr(devices, "wait", wait)
    clock = SimpleNamespace(monotonic=lambda: now[0], perf_counter=lambda: now[0])
    monkeypatch.setattr(speed_trial, "time", clock)
    preset = catalogue.load(catalogue.find("stacked"), ["batch=8"])
    data = load(preset.data, CPU)
    assert speed_trial.quicker(preset, data, gpu) == gpu
    assert cache.exists()
    cache.unlink()
    each[0] = 60.0
    assert speed_trial.quicker(preset, data, gpu) == gpu
    assert not cache.exists()


def test_a_way_of_another_device_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_trial, "fastest", refuse)
    threads = torch.get_num_threads()
    gone = {"threads": 1, "channels_last": True, "searched": True, "device": "cuda:0"}
    assert way(before=gone) == Way(threads=threads)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory."), MemoryError()])
def test_where_there_is_no_room_for_a_trial_there_is_none(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*_: object) -> object:
        raise error

    monkeypatch.setattr(speed_trial, "build_objective", full)
    assert speed_trial.fastest(DCGAN, DATA, Way(threads=2), convolutions(NETWORKS)) is None


@pytest.mark.slow
def test_each_way_trains_the_same_but_for_rounding() -> None:
    threads = torch.get_num_threads()
    try:
        usual = losses(Way(threads=1))
        assert losses(Way(threads=1)) == usual
        for other in (Way(threads=2), Way(threads=1, channels_last=True)):
            assert losses(other) == pytest.approx(usual, rel=1e-3)
    finally:
        torch.set_num_threads(threads)
