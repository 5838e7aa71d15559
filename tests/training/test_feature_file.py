"""A run that is measured in the features of a file's network: told, bit for bit, and what if it changes."""

import itertools
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from latentop.engine.run.events import Scalars
from latentop.engine.run.folder import RunFolder
from latentop.engine.train import session
from latentop.engine.train.hooks import Hooks
from latentop.engine.train.preparation import load
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue
from latentop.tui import cli
from tests.support.ended_later import EndedLater
from tests.support.feature_files import small_network, written
from tests.support.real_runs import FEW_IMAGES, SMALL_GAN, everything, facts, training, wait_until

CPU = torch.device("cpu")
SMALL = (*SMALL_GAN, *FEW_IMAGES, "keep.frames=86400")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "net.pt", small_network())


def trainer(features: object, *more: str) -> Trainer:
    words = [*SMALL, "steps=30", f"watch.features={features}", *more]
    preset = catalogue.load(catalogue.find("dcgan"), words)
    seconds = itertools.count(step=0.02)  # so that it looks soon
    return Trainer(preset, load(preset.data, CPU), CPU, wall=lambda: 0.0, clock=lambda: next(seconds))


def trained(one: Trainer) -> tuple[list[float], list[float]]:
    """The generator's losses, and the coverage of what was measured on the way."""
    values = [event.values for event in one.run() if isinstance(event, Scalars)]
    losses = [float(one["loss/generator"]) for one in values if "loss/generator" in one]
    return losses, [float(one["diversity/coverage"]) for one in values if "diversity/coverage" in one]


def test_training_is_the_same_to_the_last_bit_whatever_it_is_measured_in(file: Path) -> None:
    known, in_pixels = trained(trainer("pca"))
    losses, in_features = trained(trainer(file))
    assert len(losses) == 30
    assert losses == known
    assert in_pixels
    assert in_features
    assert in_features != in_pixels


def test_a_checkpoint_knows_in_which_features_samples_were_judged(file: Path) -> None:
    one = trainer(file)
    trained(one)
    state = one.state()
    assert trainer(file).restore(state) == ""
    assert trainer("pca").restore(state) == "features are others than before (pca): samples are judged anew"
    written(file, small_network(seed=1))
    said = trainer(file).restore(state)
    assert said == "features are others than before (net.pt): samples are judged anew"
    file.unlink()
    said = trainer(file).restore(state)
    assert said == "net.pt can't be read: samples can't be measured in its features"
    del state["features"]  # as of a checkpoint from before there were any
    assert trainer("pca").restore(state) == ""


def test_a_worker_trains_with_it_and_the_run_says_so(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*SMALL, "steps=8", f"watch.features={file}", "watch.samples=2048"]
    with training(tmp_path / "runs", "dcgan", words) as run:
        wait_until(lambda: facts(run).state == "finished")
    recorded = everything(run)
    assert recorded.bins["diversity/coverage"].last[-1] >= 0
    assert recorded.facts.features == "net.pt"
    assert recorded.facts.unmeasured == ""
    assert cli.main(["show", str(run.path)]) == 0
    told = f"measured in features of net.pt, {recorded.facts.check_samples} samples a check"
    assert 64 <= recorded.facts.check_samples < 2048  # there are too few images for so many
    assert told in " ".join(capsys.readouterr().out.split())


class Map(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images


def test_what_gives_no_features_is_told_before_the_first_step(tmp_path: Path) -> None:
    file = written(tmp_path / "map.pt", Map())
    with training(tmp_path / "runs", "dcgan", [*SMALL, "steps=8", f"watch.features={file}"]) as run:
        wait_until(lambda: facts(run).state == "failed")
    said = facts(run)
    assert said.step == 0
    assert said.error == "watch.features: map.pt returns (8, 1, 28, 28) for images (8, 1, 28, 28)"
    assert said.hint is not None
    assert "returns features (n, d)" in said.hint


def resume(run: RunFolder) -> str:
    """Train some steps more in this process; what is said of it."""
    preset = catalogue.load(catalogue.find(str(run.preset)))
    session.Session(run, preset, terminated=EndedLater(), hooks=Hooks(run)).train(resume=True)
    return next(mark.text for mark in reversed(everything(run).marks) if mark.kind == "resume")


@pytest.mark.slow
def test_a_run_goes_on_without_the_file_and_is_measured_again_with_it(file: Path, tmp_path: Path) -> None:
    words = [*SMALL, "steps=100000", f"watch.features={file}"]
    with training(tmp_path / "runs", "dcgan", words) as run:
        wait_until(lambda: "diversity/coverage" in everything(run).bins)
        cli.main(["stop", str(run.path)])
        wait_until(lambda: facts(run).state == "stopped")
    whole = file.read_bytes()
    file.unlink()
    before = facts(run).step
    assert "net.pt can't be read" in resume(run)
    said = facts(run)
    assert said.step > before
    assert said.unmeasured == f"diversity can't be measured: {file} is no file"
    file.write_bytes(whole)
    assert "features are others than before (net.pt)" in resume(run)
    assert facts(run).unmeasured == ""
