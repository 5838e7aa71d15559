"""The scripts in ``examples/`` as people run them: each becomes a run with all that it gives."""

import lzma
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from latentop.engine.run import folder
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.reader import Reader
from tests.support import ROOT
from tests.support.real_runs import facts

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LONGEST = 80

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The images that come along, as torchvision keeps a data set that it has downloaded."""
    root = tmp_path_factory.mktemp("data")
    raw = root / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for path in (ROOT / "engine" / "data" / "fashion-mnist").glob("*.xz"):
        (raw / path.stem).write_bytes(lzma.decompress(path.read_bytes()))
    return root


def trained(script: str, data: Path, place: Path, *words: str, **environment: str) -> RunFolder:
    """The run of an example that has trained for some steps."""
    command = [sys.executable, str(ROOT / "examples" / script), "--data", str(data), *words]
    done = subprocess.run(
        command,
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (run,) = folder.every(place / "runs")
    return run


def recorded(run: RunFolder) -> tuple[RunFacts, set[str], set[str]]:
    """Its facts, the names of its series, and the kinds of its images."""
    with closing(Reader(run.database)) as reader:
        batch = reader.poll()
        assert batch is not None
        return reader.facts(), set(batch.bins), set(batch.frames)


def test_a_dcgan_has_samples_and_its_diversity_is_measured(data: Path, tmp_path: Path) -> None:
    run = trained("dcgan.py", data, tmp_path, "--steps", "60", "--width", "8", "--batch", "32")
    told, series, frames = recorded(run)
    assert (told.state, told.kind, told.step, told.config["batch"]) == ("finished", "gan", 60, 32)
    assert {"loss/generator", "loss/discriminator", "grad/generator", "diversity/coverage"} <= series
    assert frames == {"samples", "real"}
    assert told.settings["generator.lr"] == 2e-4


def test_a_vae_has_reconstructions_and_a_map_of_codings(data: Path, tmp_path: Path) -> None:
    run = trained("vae.py", data, tmp_path, "--steps", "120", "--batch", "32")
    told, series, frames = recorded(run)
    assert (told.state, told.kind, told.settings["beta"]) == ("finished", "autoencoder", 1.0)
    assert {"loss/reconstruction", "loss/kl", "valid/reconstruction", "codings/active-units"} <= series
    assert {"input", "reconstruction", "error", "codings", "samples"} <= frames


def test_a_gan_in_lightning_is_a_run_with_both_rates(data: Path, tmp_path: Path) -> None:
    run = trained("lightning_gan.py", data, tmp_path, "--steps", "60", "--batch", "32")
    told, series, frames = recorded(run)
    assert (told.state, told.kind, told.step) == ("finished", "gan", 60)
    assert {"loss/generator", "loss/discriminator", "grad/discriminator", "diversity/coverage"} <= series
    assert "samples" in frames
    assert {"generator.lr", "discriminator.lr"} <= told.settings.keys()


def test_a_script_goes_on_where_it_was(data: Path, tmp_path: Path) -> None:
    run = trained("resumed.py", data, tmp_path, "--steps", "40")
    assert facts(run).state == "finished"
    again = trained("resumed.py", data, tmp_path, "--steps", "60", LATENTOP_RESUME=str(run.path))
    assert again == run
    assert (facts(run).state, facts(run).step) == ("finished", 60)


@pytest.mark.parametrize("script", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_each_is_short_and_its_lines_are_marked(script: Path) -> None:
    lines = script.read_text().splitlines()
    assert len(lines) <= LONGEST
    marked = [line for line in lines if "# latentop" in line]
    assert any("latentop.init" in line or "Latentop" in line for line in marked)
