"""``latentop score``: FID and KID of a checkpoint's samples, by the real library in a process of its own.

The real weights are not here: random ones of the same network lie where the library looks for them.
"""

import json
import math
import warnings
from pathlib import Path

import pytest
import torch
from torch_fidelity import feature_extractor_inceptionv3 as inception

from latentop.engine.run.folder import RunFolder
from latentop.tui import cli
from tests.support.real_runs import FEW_IMAGES, SMALL_GAN, facts, training, wait_until
from tests.support.recorded_runs import assert_two_lines, new_run


def finished(runs: Path, name: str, words: list[str]) -> RunFolder:
    with training(runs, name, words) as run:
        wait_until(lambda: facts(run).state == "finished")
    return run


@pytest.fixture
def no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the library looks for weights; it fetches none."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    return tmp_path / "torch" / "hub" / "checkpoints" / Path(inception.URL_INCEPTION_V3).name


def lay_random_weights(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(inception, "load_state_dict_from_url", lambda *_, **__: {})
        patched.setattr(inception.FeatureExtractorInceptionV3, "load_state_dict", lambda *_, **__: None)
        with warnings.catch_warnings(action="ignore"):
            network = inception.FeatureExtractorInceptionV3("inception", ["2048"], verbose=False)
    path.parent.mkdir(parents=True)
    torch.save(network.state_dict(), path)


@pytest.mark.slow
def test_samples_of_the_checkpoint_that_was_asked_for_are_scored(
    tmp_path: Path, no_network: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*SMALL_GAN, *FEW_IMAGES, "steps=60", "keep.checkpoints=0.2", "keep.last=9"]
    run = finished(tmp_path / "runs", "dcgan", words)
    lay_random_weights(no_network, monkeypatch)

    asked = ["score", str(run.path), "--samples", "6"]
    assert cli.main([*asked, "--json"]) == 0
    newest = json.loads(capsys.readouterr().out)
    assert (newest["step"], newest["samples"], newest["real"]) == (60, 6, 6)
    assert math.isfinite(newest["fid"])
    assert math.isfinite(newest["kid"])
    first, second = sorted(run.checkpoint_steps)[:2]
    assert cli.main([*asked, "--at", str(second - 1)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{run.id} at step {first}: FID ")
    assert "6 samples against 6 images" in said
    assert "fewer than 2 048: FID reads higher" in said.replace("\u2009", " ")


def test_weights_that_cannot_be_fetched_are_named_with_their_place(
    tmp_path: Path, no_network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finished(tmp_path / "runs", "dcgan", [*SMALL_GAN, *FEW_IMAGES, "steps=2"])
    assert cli.main(["score", str(run.path), "--samples", "8"]) == 2
    errors = "\n".join(capsys.readouterr().err.splitlines()[-2:])
    assert_two_lines(errors, "the weights of Inception v3 can't be fetched", f"at {no_network}")
    assert not no_network.exists()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "why"), [("ring", "trains on no images"), ("stacked", "draws no samples")])
def test_what_has_no_sampled_images_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, why: str
) -> None:
    run = finished(tmp_path / "runs", name, ["steps=20"])
    assert cli.main(["score", str(run.path)]) == 2
    assert_two_lines("\n".join(capsys.readouterr().err.splitlines()[-2:]), why, "score a run that")


def test_a_run_without_a_checkpoint_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = new_run(tmp_path)
    assert cli.main(["score", run.id, "--runs", str(tmp_path), "--at", "5"]) == 2
    errors = "\n".join(capsys.readouterr().err.splitlines()[-2:])
    assert_two_lines(errors, f"{run.id} has no checkpoint up to step 5", "none was written")


@pytest.mark.parametrize("count", ["1", "0", "many", "1e9"])
def test_a_number_of_samples_that_cannot_be(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["score", "any", "--samples", count]) == 2
    assert_two_lines(capsys.readouterr().err, "a whole number from 2 to 1000000", "latentop score --help")
