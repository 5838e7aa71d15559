"""``import latentop as wandb``: what plain scripts of that logger call works as it is."""

import argparse
import copy
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from torch import nn

import latentop as wandb
from latentop.engine.external.script.config import Config
from tests.support.real_runs import everything, facts
from tests.support.script_runs import marks, only_run, series


def test_a_plain_script_is_a_run(runs: Path) -> None:
    wandb.init(project="vae", entity="me", tags=["first"], config={"lr": 1e-2, "model": {"width": 4}})
    config = wandb.config
    network = nn.Linear(4, config.model.width)
    optimiser = torch.optim.Adam(network.parameters(), lr=config.lr)
    wandb.watch(network, log="all", log_freq=10)
    for epoch in range(3):
        loss = (network(torch.ones(8, 4)) - 1).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        wandb.log({"train_loss": loss, "reconstructions": wandb.Image(torch.rand(1, 8, 8))}, commit=False)
        wandb.log({"val_loss": 0.5, "epoch": epoch})
    wandb.run.summary["best"] = 0.5
    wandb.finish()
    run = only_run(runs)
    found, recorded = series(run), everything(run)
    assert [step for step, _ in found["loss/total"]] == [1, 2, 3]
    assert found["loss/total"][0][1] > found["loss/total"][2][1]
    assert [step for step, _ in found["valid/loss"]] == [1, 2, 3]
    assert recorded.frames["reconstruction"].images.shape == (1, 1, 8, 8)
    said = facts(run)
    assert (said.title, said.state) == ("vae", "finished")
    assert said.config == {"lr": 1e-2, "model/width": 4}
    told = marks(recorded, "trouble")
    assert [text.partition(" has no place")[0] for text in told[-2:]] == ["watch", "summary"]
    assert "project=, entity=, tags=" in told[0]


def test_config_is_read_and_changed_as_attribute_and_item(runs: Path) -> None:
    args = argparse.Namespace(lr=0.1, betas=(0.5, 0.999), resume=None)
    run = wandb.init(config=args)
    assert run.config["lr"] == wandb.config.lr == 0.1
    assert wandb.config.betas == (0.5, 0.999)
    assert run.config.resume is None
    wandb.config.update({"data": {"size": 64}}, allow_val_change=True)
    wandb.config.epochs = 3
    wandb.config["lr"] = 0.2
    wandb.config.data["size"] = 32
    assert run.config.data.size == run.config["data/size"] == 32
    assert wandb.config.get("absent", 7) == 7
    with pytest.raises(AttributeError, match="no 'absent'; it has: lr, betas"):
        print(wandb.config.absent)
    with pytest.raises(KeyError):
        wandb.config["absent"]
    wandb.finish()
    config = {"lr": 0.2, "betas": [0.5, 0.999], "data/size": 32, "epochs": 3}
    assert facts(only_run(runs)).config == config


def test_names_follow_the_run(runs: Path) -> None:
    assert wandb.run is None
    with pytest.raises(AttributeError, match="no run is open"):
        print(wandb.config)
    assert wandb.login(key="k")
    run = wandb.init(name="first", project="p", settings=wandb.Settings(start_method="thread"))
    assert wandb.run is run
    wandb.run.name = "second"
    assert Path(wandb.run.dir).name == wandb.run.id
    wandb.alert(title="Low", text="loss is low", level=wandb.AlertLevel.WARN)
    wandb.finish()
    assert wandb.run is None
    found = only_run(runs)
    assert facts(found).title == "second"
    assert marks(everything(found), "note") == ["Low: loss is low"]


def test_what_a_run_does_not_show_is_accepted_and_told_once(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with wandb.init(resume="allow", id="abc"):
        table = wandb.Table(columns=["a"])
        table.add_data(1)
        artifact = wandb.Artifact("model", type="model")
        artifact.add_file("model.pt")
        for _ in range(2):
            wandb.log(
                {"loss": 1.0, "table": table, "w": wandb.Histogram([1, 2]), "c": wandb.plot.line(table)}
            )
            wandb.log_artifact(artifact)
            wandb.define_metric("loss", summary="min")
            wandb.save("model.pt")
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(set(told)) == 6
    assert "latentop: 'table': a Table has no place here and is left out" in told
    assert [value for _, value in series(only_run(runs))["loss/total"]] == [1.0, 1.0]


def test_pictures_of_every_sort_find_their_kind(runs: Path, tmp_path: Path) -> None:
    bright = np.full((8, 8, 3), 255, dtype=np.uint8)
    Pillow.fromarray(bright).save(tmp_path / "bright.png")
    with wandb.init(sample=lambda n: torch.rand(n, 1, 8, 8) * 2 - 1, value_range=(-1, 1)) as run:
        run.log({"loss": 1.0})
        run.log({"fake images": [wandb.Image(bright, caption="a"), wandb.Image(Pillow.fromarray(bright))]})
        run.log(
            {"real": wandb.Image(str(tmp_path / "bright.png")), "val/inputs": wandb.Image(bright[..., 0])}
        )
    frames = everything(only_run(runs)).frames
    assert {"samples", "real", "input"} <= frames.keys()
    assert frames["real"].images.min() == frames["input"].images.min() == 255


def test_a_disabled_run_records_nothing(runs: Path) -> None:
    run = wandb.init(mode="disabled", config={"lr": 0.1})
    assert wandb.config.lr == 0.1
    wandb.watch(nn.Linear(1, 1))
    wandb.log({"loss": 1.0})
    run.finish(exit_code=0)
    assert not runs.exists()


def test_an_exit_code_is_a_failure(runs: Path) -> None:
    wandb.init()
    wandb.log({"loss": 1.0})
    wandb.finish(exit_code=3, quiet=True)
    assert (facts(only_run(runs)).state, facts(only_run(runs)).error) == (
        "failed",
        "the script ended with exit code 3",
    )


def test_what_is_asked_of_the_module_imports_no_torch() -> None:
    code = (
        "import latentop as w, sys; hasattr(w, 'absent'); assert w.run is None; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_config_can_be_copied_and_sent_to_another_process(runs: Path) -> None:
    config = Config({"lr": 0.1, "model": {"width": 4}})
    for one in (copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert (one.lr, one.model.width, dict(one)) == (0.1, 4, {"lr": 0.1, "model/width": 4})
