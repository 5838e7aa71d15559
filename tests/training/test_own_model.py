"""A model of one's own in one file: the one in CONTRIBUTING, trained as written there; mistakes are told."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.promises import run as promises
from latentop.engine.run import folder
from latentop.engine.run.errors import LatentopError
from latentop.presets import catalogue
from latentop.presets.preset_error import PresetError
from latentop.tui import cli
from tests.support import ROOT
from tests.support.forkserver import fork_server
from tests.support.real_runs import ask, end, everything, facts, training, wait_until

pytestmark = pytest.mark.slow


CONTRIBUTING = ROOT / "CONTRIBUTING.md"
AUTOENCODER = """
# /// latentop
# kind = "autoencoder"
# title = "Mine"
# shows = "It."
# look_for = "It."
# source = "Me."
# steps = 6
# batch = 16
# [autoencoder]
# network = "own"
# class = "Mine"
# latent_dim = 8
# lr = 1e-3
# ///
from __future__ import annotations
from torch import nn

class Mine(nn.Module):
    def __init__(self, shape: tuple[int, ...], latent_dim: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, 784), nn.Unflatten(1, shape))

    def forward(self, images):
        return self.decoder(self.encoder(images))
"""


def as_written() -> str:
    """The example in CONTRIBUTING."""
    (example,) = re.findall(
        r"```python\n(# /// latentop.*?)```", CONTRIBUTING.read_text(encoding="utf-8"), re.DOTALL
    )
    return str(example)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def train(*words: str) -> int:
    return cli.main(["train", *words, "--runs", "runs"])


def test_the_file_in_contributing_trains(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "mygan.py").write_text(as_written(), encoding="utf-8")
    assert train("./mygan.py", "--steps", "20") == 0
    told = capsys.readouterr().out
    assert "finished at step 20 of 20" in told
    assert "ends in" not in told
    recorded = everything(folder.find(place / "runs", "mygan"))
    assert {"loss/generator", "loss/discriminator"} <= set(recorded.bins)
    assert set(recorded.frames) == {"samples", "real", "interpolation"}


@pytest.mark.parametrize(
    ("mistake", "code"), [("self.nothing", 1), ("__import__('os')._exit(7)", 5), ("nn.Tanh()", 0)]
)
def test_who_leaves_it_training_is_told_where_it_can_not_begin(
    place: Path, capsys: pytest.CaptureFixture[str], mistake: str, code: int
) -> None:
    (place / "mygan.py").write_text(as_written().replace("nn.Tanh()", mistake), encoding="utf-8")
    assert train("./mygan.py", "--steps", "1000000", "--detach") == code
    printed = capsys.readouterr()
    run = folder.find(place / "runs", "mygan")
    assert printed.out == f"{run.id}\n"
    said = {
        1: "AttributeError: 'Generator' object has no attribute 'nothing'",
        5: "the worker ended with exit code 7",
        0: "",
    }[code]
    assert said in printed.err
    assert ("  try: " in printed.err) == bool(code)
    if not code:
        assert facts(run).step > 0
        end(run)


def test_what_is_odd_about_own_networks_is_said_as_training_begins(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "mygan.py").write_text(as_written().replace("nn.Tanh()", "nn.Sigmoid()"), encoding="utf-8")
    assert train("./mygan.py", "--steps", "3") == 0
    said = "Generator ends in sigmoid, which gives values from 0 to 1; the images lie between -1 and 1"
    assert said in capsys.readouterr().out
    (mark,) = [one for one in everything(folder.find(place / "runs", "mygan")).marks if one.kind == "network"]
    assert mark.text.endswith("end it in Tanh")


@pytest.mark.parametrize(("seed", "speed"), [(42, 150), (1, 50), (2, 400), (3, 150), (4, 100)])
def test_the_file_in_contributing_ends_well_from_any_seed_at_any_speed(
    place: Path, seed: int, speed: float
) -> None:
    (place / "mygan.py").write_text(as_written(), encoding="utf-8")
    ended = promises.train(str(place / "mygan.py"), seed, speed=speed, moved=1e-6)
    assert ended.series["loss/generator"][-1][0] == 2000
    assert [alarm.sentence for alarm in ended.raised if alarm.severity == "critical"] == []
    coverage = ended.values("diversity/coverage")
    assert coverage[-1] > max(0.3, 2 * coverage[0]), "as look_for says, it climbs"


def test_a_run_keeps_its_model_whatever_becomes_of_the_file(place: Path) -> None:
    mine = place / "mygan.py"
    mine.write_text(as_written(), encoding="utf-8")
    with training(place / "runs", str(mine), ["steps=1000000"]) as run:
        wait_until(lambda: facts(run).step > 5)
        mine.write_text("no Python any more", encoding="utf-8")
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: facts(run).state == "stopped")
        stopped_at = facts(run).step
        fork_server().resume(run)
        wait_until(lambda: facts(run).state == "running" and facts(run).step > stopped_at)


def test_in_the_users_folder_it_is_a_preset_among_others(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue.user_folder().mkdir(parents=True)
    (catalogue.user_folder() / "mine.py").write_text(AUTOENCODER, encoding="utf-8")
    assert cli.main(["presets"]) == 0
    assert "mine" in capsys.readouterr().out
    assert train("mine") == 0
    assert "finished at step 6 of 6" in capsys.readouterr().out
    assert {"input", "reconstruction", "codings"} <= set(
        everything(folder.find(place / "runs", "mine")).frames
    )


# What is changed in the file; what is told of it.
MISTAKES: dict[str, tuple[Callable[[str], str], str]] = {
    "no block": (lambda s: s.replace("# /// latentop", "# nothing"), "mine.py holds no preset"),
    "no TOML": (
        lambda s: s.replace('title = "Mine"', "title = "),
        "mine.py is no TOML: Invalid value (at line 4",
    ),
    "no such class": (
        lambda s: s.replace('"Mine"\n# latent', '"Yours"\n# latent'),
        "has no torch.nn.Module named Yours",
    ),
    "no Python": (
        lambda s: s.replace("super().__init__()", "super()..__init__()"),
        "mine.py:21: running it: SyntaxError",
    ),
    "fails as it is built": (
        lambda s: s.replace("nn.Flatten()", "nn.Flat()"),
        "mine.py:22: Mine(shape=(1, 28, 28), latent_dim=8): AttributeError",
    ),
    "an unknown argument": (
        lambda s: s.replace("# latent", "# arguments.depth = 3\n# latent"),
        "unexpected keyword argument 'depth'",
    ),
    "sizes that don't fit": (
        lambda s: s.replace("Linear(784,", "Linear(78,"),
        "Mine.encoder of (2, 1, 28, 28): RuntimeError",
    ),
    "codings of another size": (
        lambda s: s.replace("latent_dim = 8", "latent_dim = 9").replace("784, latent_dim)", "784, 8)"),
        "Mine.encoder of (2, 1, 28, 28) gives (2, 8)",
    ),
    "a wrong shape": (
        lambda s: s.replace(", nn.Unflatten(1, shape)", ""),
        "Mine.decoder of (2, 8) gives (2, 784)",
    ),
    "no end": (lambda s: s.replace("# ///\nfrom", "from"), "the preset goes on with '# ', or ends"),
    "two blocks": (lambda s: s + "# /// latentop\n# ///\n", "here is 2 of them"),
    "no space": (lambda s: s.replace("# steps", "#steps"), "line 8: the preset goes on with '# '"),
    "no gradient": (
        lambda s: s.replace("(images))", "(images)).detach()"),
        "no gradient reaches the parameters",
    ),
    "a script that ends": (lambda s: s + "raise SystemExit(2)\n", "running it: SystemExit: 2"),
    "one file alone": (lambda s: s + "import helpers_of_mine\n", "ModuleNotFoundError: No module named"),
    "no decoder": (lambda s: s.replace("self.decoder", "self.outwards"), "has no module named decoder"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_a_line_with_its_place(
    place: Path, mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change, told = MISTAKES[mistake]
    changed = change(AUTOENCODER)
    assert changed != AUTOENCODER
    (place / "mine.py").write_text(changed, encoding="utf-8")
    with pytest.raises((PresetError, LatentopError)) as refused:
        attempt(place / "mine.py")
    assert told in refused.value.message
    assert len(refused.value.message.splitlines()) == 1
    assert refused.value.hint


def attempt(path: Path) -> None:
    """Build what the preset trains, as a worker does."""
    import torch

    from latentop.engine.data import load
    from latentop.engine.train.trainer import Trainer

    preset = catalogue.load(catalogue.find(str(path)))
    device = torch.device("cpu")
    Trainer(preset, load(preset.data, device), device, wall=time.time, clock=time.monotonic)
