"""The script of a run, started again: where, with what, and what it takes for that to be possible."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness, script_start
from latentop.engine.run.store.reader import Reader
from tests.support.real_runs import facts, wait_until
from tests.support.recorded_scripts import Scripted

TELLS = """
import os, signal, sys
print("folder", os.getcwd())
print("environment", os.environ["WIDTH"], os.environ["LATENTOP_RESUME"])
print("words", sys.argv[1:])
print("alone", os.getsid(0) == os.getpid(), flush=True)
signal.pause()
"""


def scripted(runs: Path, *words: str, text: str = TELLS, **said: object) -> RunFolder:
    """A run that stopped, of a script with that text in the folder above the runs."""
    (runs.parent / "train.py").write_text(text)
    command = (sys.executable, "train.py", *words)
    recorded = Scripted(runs, command=command, **{"environment": {"WIDTH": "32"}, **said})
    recorded.says(state="stopped", detail="as asked", ended=1.0, step=10, pid=None)
    return recorded.run


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    """A folder of runs; what was started for one of them is ended."""
    yield tmp_path / "runs"
    for path in (tmp_path / "runs").glob("*/run.db"):
        with closing(Reader(path)) as reader:
            found = reader.facts()
        if found.pid and liveness.lives(found):
            os.kill(found.pid, signal.SIGKILL)


def state(run: RunFolder) -> liveness.Liveness:
    return liveness.judge(facts(run), time.time())


def test_the_command_is_started_where_it_was_with_what_it_had_and_the_run_to_go_on_in(runs: Path) -> None:
    run = scripted(runs, "--width", "32")
    process = script_start.start(run, facts(run))
    wait_until(lambda: "alone" in run.log.read_text())
    assert run.log.read_text().splitlines() == [
        f"a worker begins: {sys.executable} train.py --width 32",
        f"folder {runs.parent}",
        f"environment 32 {run.path}",
        "words ['--width', '32']",
        "alone True",
    ]
    assert run.log.stat().st_mode & 0o777 == 0o600
    assert state(run) == liveness.Liveness("starting", True, "the script is starting")
    assert facts(run).pid == process.pid
    process.kill()
    process.wait()
    assert state(run).name == "crashed"


def test_a_script_that_ends_before_it_opens_the_run_is_told_by_its_exit_code(runs: Path) -> None:
    run = scripted(runs, text="raise SystemExit(3)")
    script_start.start(run, facts(run)).wait()
    assert (state(run).name, state(run).detail) == ("crashed", "the script ended with exit code 3")


def test_where_no_process_can_be_started_the_run_is_as_it_was(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no process is free")

    run = scripted(runs)
    monkeypatch.setattr("subprocess.Popen", full)
    with pytest.raises(LatentopError, match="no process can be started: no process is free"):
        script_start.start(run, facts(run))
    assert (state(run).name, state(run).detail, facts(run).ended) == ("stopped", "as asked", 1.0)


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ((sys.executable, "gone.py"), "gone.py, the script of"),
        (("/nowhere/bin/python", "train.py"), "/nowhere/bin/python, which ran the script of"),
        (("python-of-another-time", "train.py"), "python-of-another-time, which ran the script of"),
        ((sys.executable,), "was typed, or came through a pipe"),
        ((sys.executable, "-"), "was typed, or came through a pipe"),
        ((sys.executable, "-m", "ipykernel_launcher", "-f", "kernel.json"), "was trained in a notebook"),
        (("/nowhere/python", "-m", "ipykernel_launcher"), "was trained in a notebook"),
    ],
)
def test_what_is_not_there_any_more_is_named_and_the_run_left_alone(
    runs: Path, command: Sequence[str], missing: str
) -> None:
    run = scripted(runs)
    before = facts(run)
    with pytest.raises(UsageError, match=missing) as raised:
        script_start.start(run, replace(before, command=tuple(command)))
    assert str(run.path) in raised.value.hint
    assert facts(run) == before
    assert not run.log.exists()


@pytest.mark.parametrize("said", [{}, {"directory": "/nowhere"}])
def test_no_advice_names_a_python_that_is_gone(runs: Path, said: dict[str, object]) -> None:
    run = scripted(runs, **said)
    lost = replace(facts(run), command=("/nowhere/bin/python", "train.py", "--width", "32"))
    with pytest.raises(UsageError) as raised:
        script_start.check(run, lost)
    assert raised.value.hint.endswith(f" LATENTOP_RESUME={run.path} python train.py --width 32")
    if not said:
        assert "any Python that has what it imports" in raised.value.hint


def test_a_log_is_read_again_by_any_python_where_the_one_of_then_is_gone(runs: Path) -> None:
    run = scripted(runs, watches="/tmp/train.log", environment={})
    lost = replace(facts(run), command=("/nowhere/bin/python", "-c", "print('reads')"))
    script_start.start(run, lost).wait()
    assert run.log.read_text().endswith("reads\n")


def test_where_the_folder_is_gone_nobody_blames_a_python_below_it(runs: Path) -> None:
    run = scripted(runs, directory="/nowhere")
    lost = replace(facts(run), command=(".venv/bin/python", "train.py"))
    with pytest.raises(UsageError, match="/nowhere, where the script") as raised:
        script_start.check(run, lost)
    assert raised.value.hint.endswith(" .venv/bin/python train.py")


def test_one_that_says_that_it_can_not_go_on_is_left_alone(runs: Path) -> None:
    run = scripted(runs, unable={"resume": "its data are gone"})
    with pytest.raises(UsageError, match="can't go on: its data are gone"):
        script_start.start(run, facts(run))
    assert not run.log.exists()


def test_a_folder_that_is_gone_is_named(runs: Path) -> None:
    run = scripted(runs, directory=str(runs.parent / "moved"))
    with pytest.raises(UsageError, match=r"moved, where the script of .* was started, isn't there any more"):
        script_start.check(run, facts(run))


@pytest.mark.parametrize(
    "words", [("-u", "train.py"), ("-X", "dev", "-Wignore", "train.py"), ("-um", "gone"), ("-c", "pass")]
)
def test_options_of_python_are_no_script(runs: Path, words: Sequence[str]) -> None:
    run = scripted(runs)
    script_start.check(run, replace(facts(run), command=(sys.executable, *words)))
