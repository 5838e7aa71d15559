"""``keep.best = "quality"``: of a real training the checkpoint of the least Fréchet distance stays."""

import time
from pathlib import Path

import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.checkpoint.intervals import Saver
from latentop.engine.data import load
from latentop.engine.run.events import Scalars
from latentop.engine.run.folder import RunFolder
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue, live
from latentop.presets.preset_error import PresetError
from tests.support.real_runs import FEW_IMAGES, SMALL_GAN
from tests.support.recorded_runs import new_run, write

CPU = torch.device("cpu")
EVERY, SPOILT, LAST = 40, 200, 400


def trained(run: RunFolder, best: str) -> dict[int, dict[str, float]]:
    """Save every so many steps, and spoil the generator halfway; the newest measures at each checkpoint."""
    words = [*SMALL_GAN, *FEW_IMAGES, f"steps={LAST}", "keep.last=1", f"keep.best={best}", "watch.every=0.01"]
    preset = catalogue.load(catalogue.find("dcgan"), [*words, "watch.budget=1", "keep.frames=86400"])
    one = Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)
    saver = Saver(run, one, put=lambda event: None)
    newest: dict[str, float] = {}
    at: dict[int, dict[str, float]] = {}
    for event in one.run():
        if isinstance(event, Scalars) and "quality/frechet" in event.values:
            newest = {name: float(value) for name, value in event.values.items()}
            write(run, values=newest, step=event.step)
        if one.step == SPOILT and one.settings["generator.lr"] != 0.5:
            one.adopt(live.changed(one.preset, {"generator.lr": 0.5}))
        if one.step and one.step % EVERY == 0 and one.step not in at and newest:
            at[one.step] = newest
            saver.save()
    return at


@pytest.mark.slow
def test_the_checkpoint_of_the_least_distance_stays_however_old(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    at = trained(run, "quality")
    best = min(at, key=lambda step: (at[step]["quality/frechet"], -step))
    assert best <= SPOILT < LAST
    assert at[LAST]["quality/frechet"] > 1.2 * at[best]["quality/frechet"]
    assert set(checkpoint_file.steps(run)) >= {best, LAST}
    assert len(checkpoint_file.steps(run)) <= 3  # the newest, the best, the newest good one


@pytest.mark.parametrize(
    ("name", "why"), [("ring", "data.name = ring gives none"), ("stacked", "kind = autoencoder has none")]
)
def test_where_no_images_are_drawn_it_is_refused(name: str, why: str) -> None:
    for word, told in (
        ("keep.best=quality", r"keep\.best"),
        ("watch.features=inception", r"watch\.features"),
    ):
        with pytest.raises(PresetError, match=f"{told} = .* needs a GAN's samples of images, and {why}"):
            catalogue.load(catalogue.find(name), [word])
