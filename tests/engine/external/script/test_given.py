"""What init is given: what can't be used is said in a line, with what is accepted."""

import argparse
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import latentop
from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import facts
from tests.support.script_runs import only_run

NETWORK = nn.Linear(1, 1)
RATE = torch.optim.SGD(NETWORK.parameters(), 0.1)
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"name": 3}, "name= is an int", "a text"),
    ({"name": "///"}, "name='///' is not accepted", "printable characters, a letter among them"),
    ({"config": "lr=1"}, "config= is a str", "a mapping, a namespace, a dataclass"),
    ({"config": [1, 2]}, "config= is a list", "a mapping, a namespace, a dataclass"),
    ({"steps": 10.5}, "steps=10.5 is not accepted", "a whole number from 0; 0 or None: unknown"),
    ({"steps": "many"}, "steps='many' is not accepted", "a whole number from 0; 0 or None: unknown"),
    ({"steps": -1}, "steps=-1 is not accepted", "a whole number from 0; 0 or None: unknown"),
    ({"steps": True}, "steps=True is not accepted", "a whole number from 0; 0 or None: unknown"),
    ({"kind": "diffusion"}, "kind='diffusion' is not accepted", "gan, autoencoder, other, vae"),
    ({"kind": ["gan"]}, "kind=['gan'] is not accepted", "gan, autoencoder, other, vae"),
    ({"networks": [NETWORK]}, "networks= is a list", '{"generator": …}, or one Module'),
    ({"networks": {"G": None}}, "networks['G'] is a NoneType", "a Module"),
    ({"networks": {"G": RATE}}, "networks['G'] is a SGD", "a Module"),
    ({"networks": {3: NETWORK}}, "networks= has the name 3", "letters, digits, - and _"),
    ({"networks": {"a.b": NETWORK}}, "networks= has the name 'a.b'", "letters, digits, - and _"),
    ({"optimisers": {"G": NETWORK}}, "optimisers['G'] is a Linear", "a Optimizer"),
    ({"optimisers": "adam"}, "optimisers= is a str", '{"generator": …}, or one Optimizer'),
    ({"also": RATE}, "also= is a SGD", '{"schedule": …}, each with a state_dict()'),
    ({"also": {"schedule": 3}}, "also['schedule'] has no state_dict()", "schedules, scalers, networks"),
    ({"sample": torch.zeros(2)}, "sample= is a tensor of shape (2,)", "a function"),
    ({"reconstruct": 3, "real": torch.zeros(300, 1, 8, 8)}, "reconstruct= is an int", "a function"),
    ({"encode": "x", "real": torch.zeros(300, 1, 8, 8)}, "encode= is a str", "a function"),
    ({"value_range": 1}, "value_range=1 is not accepted", "two numbers, such as (-1, 1)"),
    ({"value_range": (1, -1)}, "value_range=(1, -1) is not accepted", "two numbers, such as (-1, 1)"),
    ({"value_range": (0, 1, 2)}, "value_range=(0, 1, 2) is not accepted", "two numbers, such as (-1, 1)"),
    ({"value_range": ("a", "b")}, "value_range=('a', 'b') is not accepted", "two numbers, such as (-1, 1)"),
    ({"guard": "panic"}, "guard='panic' is not accepted", "warn, rollback, stop"),
    ({"guard": True}, "guard=True is not accepted", "warn, rollback, stop"),
    ({"seed": "x"}, "seed='x' is not accepted", "a whole number from 0, below 2**32"),
    ({"seed": -1}, "seed=-1 is not accepted", "a whole number from 0, below 2**32"),
    ({"seed": 2**40}, f"seed={2**40} is not accepted", "a whole number from 0, below 2**32"),
    ({"seed": 1.0}, "seed=1.0 is not accepted", "a whole number from 0, below 2**32"),
    ({"runs": 3}, "runs= is an int", "a path, as a text or a Path"),
    ({"resume": 3}, "resume= is an int", "a path, as a text or a Path"),
]


@pytest.mark.parametrize(("given", "said", "accepted"), BAD, ids=[str(sorted(one[0])) for one in BAD])
def test_what_can_t_be_used_is_said_with_what_is_accepted(
    runs: Path, given: dict[str, Any], said: str, accepted: str
) -> None:
    with pytest.raises(UsageError) as told:
        latentop.init(**given)
    assert told.value.message == said
    assert told.value.hint == f"accepted: {accepted}"
    assert told.value.hint in told.value.__notes__  # a traceback shows it
    assert not runs.exists()


def test_parts_that_need_others_say_which(runs: Path) -> None:
    for given, said in (
        ({"reconstruct": lambda x: x}, "reconstruct= needs images to work on"),
        ({"encode": lambda x: x}, "encode= needs images to work on"),
        ({"guard": "rollback"}, "guard='rollback' needs networks to take back"),
        ({"netwroks": NETWORK}, r"latentop.init takes no netwroks="),
        ({"resume": "nowhere"}, "no runs in"),
    ):
        with pytest.raises(UsageError, match=said):
            latentop.init(**given)  # type: ignore[arg-type]


def test_a_bad_second_init_leaves_the_first_run_open(runs: Path) -> None:
    with latentop.init() as run:
        run.log({"loss": 1.0})
        with pytest.raises(UsageError):
            latentop.init(guard="panic")
        run.log({"loss": 2.0})
        assert run.step == 2
    assert facts(only_run(runs)).state == "finished"


def test_what_is_refused_has_no_frame_of_ours_in_its_traceback(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("no folder")
    with pytest.raises(LatentopError) as refused:
        latentop.init(runs=tmp_path / "runs")
    assert len(traceback.extract_tb(refused.value.__traceback__)) == 2, "the call, and init itself"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_folder_that_can_t_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"the runs folder .*file can.t be written: File exists"):
        latentop.init(runs=tmp_path / "file")


@pytest.mark.parametrize(
    ("networks", "optimisers", "kind", "settings"),
    [
        ({"G": NETWORK, "D": NETWORK}, {"G": RATE, "D": RATE}, "gan", {"generator.lr", "discriminator.lr"}),
        ({"netG": NETWORK, "critic": NETWORK}, None, "gan", set()),
        (NETWORK, RATE, "other", {"network.lr"}),
        ({"G": NETWORK, "netG": NETWORK}, {"D": RATE, "critic": RATE}, "other", {"D.lr", "critic.lr"}),
        ({"encoder": NETWORK}, {"all": RATE}, "other", {"all.lr"}),
        (
            None,
            {"G": torch.optim.SGD([{"params": [torch.zeros(1)]}, {"params": [torch.ones(1)], "lr": 2}], 1)},
            "gan",
            {"generator.0.lr", "generator.1.lr"},
        ),
    ],
)
def test_names_say_what_it_is_and_each_rate_is_a_setting(
    runs: Path, networks: Any, optimisers: Any, kind: str, settings: set[str]
) -> None:
    with latentop.init(networks=networks, optimisers=optimisers, steps=np.int64(3)) as run:
        run.log({"x": 1.0})
    said = facts(only_run(runs))
    assert (said.kind, said.steps) == (kind, 3)
    assert {name for name in said.settings if name.endswith(".lr")} == settings


def facts_of(run: latentop.Run) -> RunFacts:
    return facts(RunFolder(run.path))


@dataclass(slots=True)
class Options:
    lr: float
    layers: tuple[int, ...]


class Broken:
    def __str__(self) -> str:
        raise RuntimeError


def test_a_configuration_of_any_kind_is_recorded_as_it_can_be(runs: Path) -> None:
    itself: dict[str, Any] = {"lr": np.float32(0.5), "model": {"width": 32, "kind": None}}
    itself["itself"] = itself
    for config, expected in (
        (argparse.Namespace(lr=0.1, seed=3), {"lr": 0.1, "seed": 3}),
        (Options(lr=0.1, layers=(1, 2)), {"lr": 0.1, "layers": [1, 2]}),
        (itself, {"lr": 0.5, "model/width": 32}),
        ({"nan": float("nan"), "big": 2**80, "many": list(range(5000))}, {"nan": "nan", "big": str(2**80)}),
        ({"x\x1b": "a\nb", "broken": Broken(), 3: torch.tensor(2)}, {r"x\x1b": r"a\nb", "3": 2}),
        (
            {"network": nn.Linear(1, 1), "path": Path("a"), "long": "x" * 10_000},
            {"path": "a", "long": "x" * 1000},
        ),
    ):
        with latentop.init(config=config) as run:
            run.log({"loss": 1.0})
        said = facts_of(run)
        assert expected.items() <= dict(said.config).items()
        assert len(str(said.config)) < 20_000


def test_no_secret_of_the_environment_is_recorded(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "TORCH_API_KEY", "PYTHON_PASSWORD", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hush-hush")
    monkeypatch.setenv("HF_HOME", "/models")
    with latentop.init() as run:
        run.log({"loss": 1.0})
    assert facts_of(run).environment["HF_HOME"] == "/models"
    assert b"hush-hush" not in run.path.joinpath("run.db").read_bytes()
