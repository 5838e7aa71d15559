"""A generator that nobody can judge is never called healthy: one fixed image of noise, on own images."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentop.engine.run.folder import RunFolder
from latentop.tui import cli
from latentop.tui.app import LatentopApp
from latentop.tui.link.terminal import Terminal
from tests.support.dashboard import text, wait_for_text
from tests.support.real_runs import everything

pytestmark = pytest.mark.slow


MINE = '''# /// latentop
# kind = "gan"
# title = "Noise"
# shows = "Nothing."
# look_for = "Nothing."
# source = "a test"
# steps = 6
# batch = 8
#
# [data]
# name = "folder"
# path = "PHOTOS"
# pixels = 16
#
# [watch]
# every = 0.1
# budget = 0.5
#
# [generator]
# network = "own"
# class = "Generator"
# latent_dim = 4
# lr = 1e-6
#
# [discriminator]
# network = "own"
# class = "Discriminator"
# lr = 1e-3
# ///
from math import prod

import torch
from torch import nn


class Generator(nn.Module):
    """The same noise, whatever the codings."""

    def __init__(self, shape, latent_dim):
        super().__init__()
        self.noise = nn.Parameter(2 * torch.rand(1, *shape) - 1)
        self.none = nn.Parameter(torch.zeros(latent_dim, 1))

    def forward(self, codings):
        return (self.noise + (codings @ self.none)[:, :, None, None]).clamp(-1, 1)


class Discriminator(nn.Sequential):
    def __init__(self, shape):
        super().__init__(nn.Flatten(), nn.Linear(prod(shape), 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
'''
WHY = "diversity can't be measured: it takes 200 images, and there are 125"
TRY = "add 75 images, or judge by eye"


def noise(folder: Path, count: int) -> Path:
    """So many images of blotches, all different."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(count):
        small = random.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(small).resize((16, 16), Image.Resampling.BILINEAR).save(folder / f"{number:03}.png")
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LATENTOP_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mine(place: Path, count: int) -> str:
    (place / "mine.py").write_text(MINE.replace("PHOTOS", str(noise(place / "photos", count))))
    return str(place / "mine.py")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command says, which ends well."""
    assert cli.main(list(words)) == 0
    return " ".join(capsys.readouterr().out.split())


async def test_a_generator_on_125_images_is_unknown_wherever_one_looks(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    *_, last = said(capsys, "train", mine(place, 125), "--steps", "150").split("finished at step 150 of 150")
    assert "healthy" not in last
    assert f"unknown · not judged: {WHY} · try: {TRY}" in last
    (run,) = [RunFolder(path.parent) for path in (place / "runs").glob("*/run.db")]
    facts = everything(run).facts
    assert (facts.verdict, facts.metered, facts.unmeasured) == ("unknown", False, WHY)
    assert f"verdict unknown not judged: {WHY} · try: {TRY}" in said(capsys, "show", run.id)
    assert f"unknown · not judged: {WHY}" in said(capsys, "follow", run.id)
    sentences = said(capsys, "follow", run.id, "--verbose")
    assert f"Not judged: {WHY}. Advice: {TRY}" in sentences
    assert "finished unknown" in said(capsys, "ls")
    assert "whether it collapsed: " + WHY in said(capsys, "diagnose", run.id)
    (listed,) = json.loads(said(capsys, "ls", "--json"))
    assert listed["verdict"] == "unknown"
    assert listed["unjudged"].startswith(f"not judged: {WHY}")
    for size in ((80, 24), (120, 36), (200, 60)):
        app = LatentopApp(place / "runs", run, Terminal())
        async with app.run_test(size=size) as pilot:
            shown = await wait_for_text(pilot, "unknown", "it takes 200", "a collapse would go unseen")
            assert "healthy" not in shown
            app.screen.query_one("#diversity").focus()
            await pilot.press("enter")
            shown = await wait_for_text(pilot, "what nobody looks for here", "esc closes")
            assert "healthy" not in text(app)


def test_the_same_on_500_images_is_an_alarm_or_unknown(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["train", mine(place, 500), "--steps", "1500"])
    (run,) = [RunFolder(path.parent) for path in (place / "runs").glob("*/run.db")]
    recorded = everything(run)
    assert recorded.facts.metered
    assert (recorded.facts.verdict, code) in (("collapsed", 4), ("unknown", 0))
    assert "healthy" not in [mark.text for mark in recorded.marks if mark.kind == "verdict"]
    assert recorded.facts.diversity_alarm <= 0.6
    assert recorded.facts.diversity_chance["coverage"] > 0.02


def test_an_autoencoder_of_three_steps_is_not_healthy(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "train", "stacked", "--steps", "3")
    assert "healthy" not in told
    assert "not judged: it takes the numbers of 100 steps" in told
    assert "finished unknown" in said(capsys, "ls")
