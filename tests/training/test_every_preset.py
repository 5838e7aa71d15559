"""Every shipped preset: 40 real steps, all finite; it goes on bit for bit; and the dashboard draws it."""

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.data import Dataset, load
from latentop.engine.run.events import Event, Scalars
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.train import speed_trial
from latentop.engine.train.hooks import Hooks
from latentop.engine.train.session import Session
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue
from latentop.presets.data import Data
from latentop.presets.schema import GAN, Preset
from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import wait_for_text
from tests.support.real_runs import FEW_IMAGES, everything
from tests.support.tiers import named

CPU = torch.device("cpu")
STEPS = 40
HALF = 20
FAILS = ("divergence",)
"""What announces that it ends in numbers that are none."""
SMALLER: Mapping[str, tuple[str, ...]] = {
    "dcgan": ("generator.channels=4", "discriminator.channels=4", "batch=16", "watch.samples=64"),
    "points": ("generator.hidden=[16,16]", "discriminator.hidden=[16,16]", "batch=16", "data.points=1000"),
    "recurrent": ("autoencoder.hidden=12", "batch=8"),
    "convolutional": ("autoencoder.channels=[4,4,4]", "batch=8"),
    "convolutional-variational": ("autoencoder.channels=[4,4,4]", "batch=8"),
    "pretraining": (f"pretrain={HALF // 2}", "classifier.hidden=[16]", "seeds=2"),
}
"""By network, or by kind: settings with which the steps take a second or two."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder, which also takes what a dataset caches; and forty images of one's own in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(
        speed_trial, "_busy", lambda: True
    )  # each training here computes as torch does by itself
    (tmp_path / "images").mkdir()
    numbers = np.random.default_rng(0)
    for index in range(40):
        pixels = numbers.integers(0, 255, (20 + index, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{index}.png")
    return tmp_path


def reduced(name: str, place: Path) -> Preset:
    """The preset, smaller where it would take minutes, with data that are at hand."""
    preset = catalogue.load(catalogue.find(name))
    network = preset.generator if isinstance(preset, GAN) else preset.autoencoder
    words = [f"steps={STEPS}", *SMALLER.get(network.tag, ()), *SMALLER.get(preset.tag, ())]
    if preset.data.tag == "fashion-mnist":
        words += FEW_IMAGES[1:] if preset.data.train else FEW_IMAGES
    if preset.data.tag == "folder":
        words += [f"data.path={place / 'images'}", "data.pixels=16"]
    return catalogue.override(preset, words)


@cache
def data_of(settings: Data) -> Dataset:
    """Most presets train on the same."""
    return load(settings, CPU)


def trainer(preset: Preset) -> Trainer:
    return Trainer(preset, data_of(preset.data), CPU, wall=time.time, clock=time.monotonic)


def saved_halfway(trained: Trainer, run: RunFolder) -> Iterator[Event]:
    """All events of a training, which writes a checkpoint in between."""
    events = trained.run()
    for event in events:
        yield event
        if trained.step == HALF:
            break
    checkpoint_file.save(run, trained.state(), keep=1)
    yield from events


def losses(events: Iterable[Event]) -> dict[int, dict[str, str]]:
    """The values of every step, as hexadecimal text, in which a NaN equals itself."""
    return {
        event.step: {name: float(value).hex() for name, value in event.values.items()}
        for event in events
        if isinstance(event, Scalars) and any(name.startswith("grad/") for name in event.values)
    }


def recorded(preset: Preset, name: str, runs: Path) -> RunFolder:
    """The preset trained whole, as a worker trains it."""
    facts = RunFacts(preset=name, title=preset.title, kind=preset.tag, seed=preset.seed, steps=preset.steps)
    run = launch.new(runs, facts, catalogue.dump(preset))

    Session(run, preset, terminated=Terminated(), hooks=Hooks(run)).train(resume=False)
    return run


@pytest.mark.parametrize(
    "name",
    named([entry.name for entry in catalogue.entries()], "dcgan", "ring", "convolutional-vae", "recurrent"),
)
async def test_it_trains_goes_on_bit_for_bit_and_is_drawn(place: Path, name: str) -> None:
    preset = reduced(name, place)
    run = recorded(preset, name, place / "runs")
    seen = everything(run)
    assert seen.facts.state == "finished"
    whole = losses(saved_halfway(trainer(preset), run))
    assert list(whole) == list(range(1, STEPS + 1))
    numbers = [float.fromhex(value) for values in whole.values() for value in values.values()]
    assert name in FAILS or all(map(math.isfinite, numbers))
    for series, bins in seen.bins.items():
        if series.startswith("loss/"):
            alone = bins.n == 1  # of a fast run, some steps share a bin
            drawn = {
                step: float(value).hex()
                for step, value in zip(bins.step[alone], bins.mean[alone], strict=True)
            }
            assert bins.n.sum() == sum(series in values for values in whole.values())
            assert all(whole[step][series] == value for step, value in drawn.items())

    torch.rand(100)  # whatever happens to the random numbers in between
    second = trainer(preset)
    found = checkpoint_file.load_newest(run)
    second.restore(found.state)
    assert not found.broken
    assert losses(second.run()) == {step: values for step, values in whole.items() if step > HALF}

    panels = ("losses", "samples") if isinstance(preset, GAN) else ("reconstruction error", "reconstructions")
    async with LatentopApp(place / "runs", run, Terminal()).run_test(size=(120, 36)) as pilot:
        for _ in range(3):
            assert "no images yet" not in await wait_for_text(pilot, name, "finished", str(STEPS), *panels)
            await pilot.press("i")
