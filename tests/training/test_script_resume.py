"""A script that is killed is started again by `latentop resume`, and goes on in its run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from latentop.engine.run import folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from tests.support import ROOT
from tests.support.real_runs import ask, end, everything, facts, wait_until
from tests.support.recorded_runs import latentop

pytestmark = pytest.mark.slow

SCRIPT = """
import sys, time
import torch
import latentop

torch.manual_seed(0)
net = torch.nn.Linear(4, 4)
optimiser = torch.optim.SGD(net.parameters(), 1e-3)
with latentop.init("mine", config={"width": int(sys.argv[2])}, networks=net, optimisers=optimiser) as run:
    run.setting("pause", 0.01, minimum=0)
    print("from step", run.step, flush=True)
    for step in range(run.step + 1, 100_000):
        loss = net(torch.randn(8, 4)).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        run.log({"loss/total": loss, "train/step": step}, step=step)
        time.sleep(0.01)
"""


@pytest.fixture
def script(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A script in training, whose runs lie beside it; whatever trains its run is ended."""
    (tmp_path / "train.py").write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "train.py", "--width", "32"], cwd=tmp_path, env=environment, start_new_session=True
    )
    try:
        wait_until(lambda: step(tmp_path) > 20)
        yield process
        end(only(tmp_path))
    finally:
        process.kill()
        process.wait()


def only(place: Path) -> RunFolder:
    (run,) = folder.every(place / "runs")
    return run


def step(place: Path) -> int:
    """The last step of the one run there; 0 before it is made."""
    try:
        return max((facts(run).step for run in folder.every(place / "runs")), default=0)
    except LatentopError:
        return 0


def test_a_killed_script_goes_on_where_its_checkpoint_was(
    script: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    run = only(tmp_path)
    ask(run, "set", {"pause": 0.02})
    saved = ask(run, "checkpoint").step
    assert saved is not None
    script.kill()
    script.wait()
    refused = latentop(tmp_path / "runs", "resume", run.id)
    assert refused.returncode == 2, "nobody has agreed to start a script"
    resumed = latentop(tmp_path / "runs", "resume", run.id, "--yes")
    assert resumed.returncode == 0
    assert resumed.stderr == f"starting: the script is starting\nwatch it: latentop follow {run.id}\n"
    assert resumed.stdout == f"{run.id} trains on from its last checkpoint\n"
    newest = run.newest_checkpoint
    assert newest is not None
    wait_until(lambda: facts(run).step > newest + 20)
    known = facts(run)
    assert known.settings["pause"] == 0.02
    assert known.config == {"width": 32}
    assert known.pid != script.pid
    assert "from step" in run.log.read_text()
    steps = everything(run).bins["train/step"]
    assert (steps.last == steps.step).all(), "no step is recorded twice, or left out"
    assert only(tmp_path) == run
