"""What befalls the folder of a run harms no training: it is one line, and recording goes on where it can."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from latentop.engine.run import commands
from tests.support import ROOT
from tests.support.real_runs import everything, facts, remove, wait_until
from tests.support.script_runs import series
from tests.support.scripts import Script, script
from tests.terminal.full_disk import NAMESPACE, may_mount

TEXT = """
import os, time, torch, latentop
net = torch.nn.Linear(64, 64)
step = 0
with latentop.init("stored", networks=net) as run:
    while not os.path.exists("end"):
        step += 1
        run.log({"loss": 1.0, "step": float(step)}, step=step)
        if step % 50 == 0:
            run.checkpoint()
        with open("trained", "w") as file:
            file.write(str(step))
        time.sleep(0.005)
print("ended", step)
"""


def trained(made: Script) -> int:
    text = (made.place / "trained").read_text()
    return int(text or 0)


def trains_on(made: Script) -> None:
    """Return when the script has trained some steps more, whatever is recorded."""
    wait_until((made.place / "trained").exists)
    step = trained(made)
    wait_until(lambda: trained(made) > step + 120)


@contextmanager
def no_room(made: Script) -> Iterator[None]:
    """It may write no file past 16 KB, as on a full disk."""
    resource.prlimit(made.pid, resource.RLIMIT_FSIZE, (16_384, resource.RLIM_INFINITY))
    yield
    if not made.over:
        resource.prlimit(made.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def lines(made: Script) -> list[str]:
    return [line for line in made.output.splitlines() if "latentop" in line]


def test_on_a_full_disk_training_goes_on_and_is_recorded_when_there_is_room(tmp_path: Path) -> None:
    with script(tmp_path, TEXT) as made:
        run = made.trained(100)
        with no_room(made):
            wait_until(lambda: lines(made))
            trains_on(made)
        step = trained(made)
        wait_until(lambda: facts(run).step > step)
        (tmp_path / "end").touch()
        assert made.ended() == 0
    assert made.state == "finished"
    steps = [int(step) for step, _ in series(run)["step"]]
    assert steps[-1] == trained(made)
    assert everything(run).bins["step"].n.sum() == trained(made)  # nothing is lost
    said = lines(made)
    assert 0 < len(said) <= 2, made.output
    assert all(line.startswith("latentop: ") for line in said)


def test_a_script_ends_well_on_a_full_disk(tmp_path: Path) -> None:
    with script(tmp_path, TEXT) as made:
        made.trained(20)
        with no_room(made):
            wait_until(lambda: lines(made))
            (tmp_path / "end").touch()
            assert made.ended() == 0
    assert "ended" in made.output
    assert "Traceback" not in made.output
    assert 0 < len(lines(made)) <= 2, made.output


def test_a_folder_that_is_removed_harms_no_training(tmp_path: Path) -> None:
    with script(tmp_path, TEXT) as made:
        run = made.trained(20)
        remove(made.runs)
        trains_on(made)
        (tmp_path / "end").touch()
        assert made.ended() == 0
    assert "ended" in made.output
    assert "Traceback" not in made.output
    assert lines(made) == [f"latentop: {run.path} is gone, and with it what the run records"], made.output
    assert not made.runs.exists()


def test_a_paused_script_whose_folder_is_removed_trains_on_as_nobody_can_tell_it_to(tmp_path: Path) -> None:
    with script(tmp_path, TEXT) as made:
        run = made.trained(20)
        commands.ask(run, "pause")
        wait_until(lambda: facts(run).state == "paused")
        remove(made.runs)
        trains_on(made)
        (tmp_path / "end").touch()
        assert made.ended() == 0


@pytest.mark.slow  # starts python
@pytest.mark.skipif(not may_mount(), reason="no disk may be mounted here")
def test_a_folder_that_is_read_only_is_an_error_of_init(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "script.py").write_text(TEXT)
    mounted = "mount -t tmpfs -o ro tmpfs runs && exec $0 script.py"
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", mounted, sys.executable],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    *_, said, hint = done.stderr.splitlines()
    assert said.endswith(f"the runs folder {tmp_path / 'runs'} can't be written: Read-only file system")
    assert hint.startswith("name another one")
