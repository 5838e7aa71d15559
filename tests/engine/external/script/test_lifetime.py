"""The life of a script is its run's: however the one ends, the other says so, and no interpreter hangs."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn

import latentop
from latentop.engine.run import folder
from latentop.engine.run.process import liveness
from tests.support.real_runs import ask, everything, facts, wait_until
from tests.support.script_runs import marks, series
from tests.support.scripts import Script, ran, script
from tests.support.tiers import few

TRAINS = """
import time, sys, latentop
with latentop.init("life") as run:
    while True:
        run.log({"loss": 1.0})
        time.sleep(0.01)
"""

BEGINS = """import sys, latentop
run = latentop.init("life")
run.log({"loss": 1.0})
run.log({"loss": 2.0})
"""


def ended(place: Path, body: str, *words: str, **environment: str) -> tuple[Script, int]:
    """A script that logs two steps and then goes on so, and its exit code."""
    with script(place, BEGINS + body, *words, **environment) as made:
        return made, made.ended()


ENDS = {
    "end": ("", 0, "finished", ""),
    "finish": ("run.finish()", 0, "finished", ""),
    "exit": ("sys.exit()", 0, "finished", ""),
    "exit 0": ("sys.exit(0)", 0, "finished", ""),
    "exit 3": ("sys.exit(3)", 3, "failed", "the script ended with exit code 3"),
    "exit, a text": ("sys.exit('no data')", 1, "failed", "the script ended with no data"),
    "exit, caught": (
        "try:\n    sys.exit(2)\nexcept SystemExit:\n    run.log({'loss': 3.0})",
        0,
        "finished",
        "",
    ),
    "exit 4 in a block": (
        "with run:\n    raise SystemExit(4)",
        4,
        "failed",
        "the script ended with exit code 4",
    ),
    "exit in a block": ("with run:\n    sys.exit()", 0, "finished", ""),
    "control-c": ("raise KeyboardInterrupt", -signal.SIGINT, "stopped", "control-c"),
    "error": ("1 / 0", 1, "failed", "script.py:5: ZeroDivisionError: division by zero"),
    "error in a block": (
        "with run:\n    1 / 0",
        1,
        "failed",
        "script.py:6: ZeroDivisionError: division by zero",
    ),
    "error in a function": (
        "import torch\ndef step():\n    torch.zeros(2) @ torch.zeros(3)\nstep()",
        1,
        "failed",
        "script.py:7: RuntimeError: inconsistent tensor size",
    ),
    "error in a library": ("import json\njson.loads('{')", 1, "failed", "script.py:6: JSONDecodeError"),
}
"""What the script does after two steps; its exit code, how the run has ended, and why."""
if sys.version_info >= (3, 12):  # before, Python tells of none but those of sys.exit
    ENDS |= {
        "exit 3, raised": ("raise SystemExit(3)", 3, "failed", "the script ended with exit code 3"),
        "exit 0, raised": ("raise SystemExit(0)", 0, "finished", ""),
        "exit 5 in a function": (
            "def main(): exit(5)\nmain()",
            5,
            "failed",
            "the script ended with exit code 5",
        ),
        "exit, caught at the end": ("try:\n    sys.exit(2)\nexcept SystemExit:\n    pass", 0, "finished", ""),
    }


@pytest.mark.parametrize("end", few(ENDS, 4))
def test_how_the_script_ends_is_how_the_run_has_ended(tmp_path: Path, end: str) -> None:
    body, code, state, why = ENDS[end]
    made, exit_code = ended(tmp_path, body)
    said = facts(made.run)
    assert (exit_code, made.state) == (code, state), made.output
    assert (said.error or said.detail).startswith(why)
    assert bool(said.error or said.detail) == bool(why)
    if "Error" in why:
        assert said.traceback is not None
        assert "Traceback (most recent call last)" in said.traceback
        assert why.split(": ")[1] in made.output  # python still says it


def test_a_script_that_ends_before_its_last_step_is_stopped(tmp_path: Path) -> None:
    made = ran(tmp_path, 'import latentop\nlatentop.init(steps=10)\nlatentop.log({"loss": 1.0})')
    assert made.state == "stopped"
    assert facts(made.run).detail == "the script ended before its last step"


def test_another_hook_for_exceptions_still_has_its_say(tmp_path: Path) -> None:
    made, code = ended(tmp_path, "sys.excepthook = lambda *found: print('mine', found[0])\n1 / 0")
    assert (code, made.state) == (1, "finished")  # nobody has told the run
    assert "mine" in made.output
    before = """
    import sys, latentop
    sys.excepthook = lambda *found: print("mine", found[0])
    latentop.init()
    1 / 0
    """
    with script(tmp_path / "before", before) as made:
        assert made.ended() == 1
        assert "mine <class 'ZeroDivisionError'>" in made.output
        assert made.state == "failed"


def test_control_c_and_sigterm_end_it_as_stopped(tmp_path: Path) -> None:
    for number, code, after in ((signal.SIGINT, -signal.SIGINT, False), (signal.SIGTERM, 0, True)):
        with script(tmp_path / number.name, TRAINS + "print('after the block')") as made:
            made.trained()
            os.kill(made.pid, number)
            assert made.ended() == code
            assert made.state == "stopped"
            assert ("after the block" in made.output) == after
            assert "Traceback" not in made.output or number == signal.SIGINT


def test_sigterm_without_a_with_block_has_the_exit_code_of_a_signal(tmp_path: Path) -> None:
    with script(
        tmp_path, TRAINS.replace('with latentop.init("life") as run:', "run = latentop.init()\nif 1:")
    ) as made:
        made.trained()
        os.kill(made.pid, signal.SIGTERM)
        assert made.ended() == 143
        assert made.state == "stopped"
        assert "Traceback" not in made.output


@pytest.mark.parametrize("where", ["finished", "silent"])
def test_sigterm_ends_a_script_that_records_nothing_now_at_once(tmp_path: Path, where: str) -> None:
    text = f"""
    import time, latentop
    run = latentop.init("life")
    run.log({{"loss": 1.0}})
    if {where == "finished"}:
        run.finish()
    print("waiting", flush=True)
    time.sleep(1000)
    """
    with script(tmp_path, text, **({"RANK": "1"} if where == "silent" else {})) as made:
        wait_until(lambda: "waiting" in made.output)
        os.kill(made.pid, signal.SIGTERM)
        assert made.ended() == -signal.SIGTERM


def test_kill_9_is_seen_as_crashed(tmp_path: Path) -> None:
    with script(tmp_path, TRAINS) as made:
        run = made.trained()
        os.kill(made.pid, signal.SIGKILL)
        made.ended()
        wait_until(lambda: liveness.judge(facts(run), time.time()).name == "crashed")
    assert series(run)["loss/total"]


def test_stop_is_asked_from_outside_and_the_script_goes_on_behind_the_block(tmp_path: Path) -> None:
    with script(tmp_path, TRAINS + "print('step', run.step)") as made:
        run = made.trained()
        assert ask(run, "stop").state == "applied"
        assert made.ended() == 0
        assert made.state == "stopped"
        assert f"step {facts(run).step}" in made.output


def test_stop_without_a_with_block_ends_the_script_well(tmp_path: Path) -> None:
    text = """
    import time, latentop
    latentop.init("life")
    while True:
        latentop.log({"loss": 1.0})
        time.sleep(0.01)
    """
    with script(tmp_path, text) as made:
        run = made.trained()
        assert ask(run, "stop").state == "applied"
        assert made.ended() == 0
        assert made.state == "stopped"
        assert "Traceback" not in made.output


def test_two_runs_of_one_process_end_each_in_its_way(tmp_path: Path) -> None:
    text = """
    import latentop
    with latentop.init("one") as run:
        run.log({"loss": 1.0})
    try:
        with latentop.init("two") as run:
            run.log({"loss": 1.0})
            raise ValueError("too much")
    except ValueError:
        pass
    latentop.init("three")
    latentop.log({"loss": 1.0})
    """
    made = ran(tmp_path, text)

    states = {facts(run).title: facts(run).state for run in folder.every(made.runs)}
    assert states == {"one": "finished", "two": "failed", "three": "finished"}


def test_a_forked_child_records_nothing_and_ends_nothing(tmp_path: Path) -> None:
    text = """
    import os, sys, latentop
    run = latentop.init("life")
    run.log({"loss": 1.0})
    for how in ("end", "exit", "error", "log"):
        pid = os.fork()
        if not pid:
            if how == "exit":
                sys.exit(3)
            if how == "error":
                1 / 0
            run.log({"loss": 99.0}, step=99)
            run.finish()
            latentop.finish()
            sys.exit()
        os.waitpid(pid, 0)
    run.log({"loss": 2.0})
    """
    made = ran(tmp_path, text)
    assert series(made.run)["loss/total"] == [(1, 1.0), (2, 2.0)]
    assert made.state == "finished"
    assert not marks(everything(made.run), "trouble")


def test_a_child_that_outlives_its_script_keeps_no_run_from_going_on(tmp_path: Path) -> None:
    text = """
    import os, time, latentop
    run = latentop.init("life")
    run.log({"loss": 1.0})
    if not os.fork():
        os.setsid()
        time.sleep(1000)
    os._exit(1)
    """
    with script(tmp_path, text) as made:
        made.ended()
        run = made.run
        again = 'import latentop\nwith latentop.init() as run:\n    run.log({"loss": 2.0})'
        assert ran(tmp_path, again, LATENTOP_RESUME=str(run.path)).state == "finished"


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_workers_that_load_data_record_nothing(tmp_path: Path, method: str) -> None:
    text = """
    import torch, latentop
    from torch.utils.data import DataLoader, Dataset

    class Numbers(Dataset):
        def __len__(self):
            return 8

        def __getitem__(self, place):
            latentop.init("inside a worker")
            latentop.log({"loss": 99.0})
            return float(place)

    if __name__ == "__main__":
        with latentop.init("life") as run:
            for _ in range(2):
                for batch in DataLoader(Numbers(), 2, num_workers=2, multiprocessing_context="METHOD"):
                    run.log({"loss": batch.sum()})
        print("done")
    """.replace("METHOD", method)
    made = ran(tmp_path, text, PYTHONPATH=os.environ.get("PYTHONPATH", ""))
    assert [step for step, _ in series(made.run)["loss/total"]] == list(range(1, 9))
    assert len(list(made.runs.iterdir())) == 1
    assert made.state == "finished"


@pytest.mark.parametrize("variable", ["RANK", "LOCAL_RANK"])
def test_other_ranks_record_nothing(tmp_path: Path, variable: str) -> None:
    text = """
    import torch, latentop
    with latentop.init("life", config={"lr": 1.0}, networks=torch.nn.Linear(1, 1), steps=3) as run:
        while run.step < 3:
            run.log({"loss": 1.0, "bad": "text"}, step=run.step + 1)
        run.images("samples", torch.zeros(1, 1, 8, 8))
        run.checkpoint()
        run.note("a note")
        print(run.setting("beta", 2.0), run.config.lr, run.id, run.resumed)
    latentop.finish()
    """
    made = ran(tmp_path, text, **{variable: "1"})
    assert made.output == "2.0 1.0  False\n"
    assert not made.runs.exists()
    assert ran(tmp_path, text.replace(', "bad": "text"', ""), **{variable: "0"}).state == "finished"


def test_a_paused_thread_hangs_no_script(tmp_path: Path) -> None:
    text = """
    import threading, time, os, latentop
    run = latentop.init("life")

    def train():
        while True:
            run.log({"loss": 1.0})
            time.sleep(0.01)

    threading.Thread(target=train, daemon=True).start()
    while not os.path.exists("end"):
        time.sleep(0.01)
    """
    with script(tmp_path, text) as made:
        run = made.trained()
        assert ask(run, "pause").state == "applied"
        (tmp_path / "end").touch()
        assert made.ended() == 0
        assert made.state == "stopped"


def test_an_end_within_sample_is_an_end(tmp_path: Path) -> None:
    text = """
    import torch, latentop
    def sample(count):
        raise SystemExit(7)
    with latentop.init("life", sample=sample) as run:
        run.log({"errG": 1.0})
    """
    with script(tmp_path, text) as made:
        assert made.ended() == 7
        assert made.state == "failed"


def test_a_sample_that_raises_at_exit_hangs_nothing(tmp_path: Path) -> None:
    text = """
    import atexit, torch, latentop
    made = torch.nn.Linear(2, 2)
    run = latentop.init(sample=lambda n: made(torch.randn(n, 2)), real=torch.randn(300, 2))
    run.log({"errG": 1.0})
    atexit.register(globals().clear)
    """
    made = ran(tmp_path, text)
    assert made.state == "finished"


def test_of_processes_that_train_together_none_is_changed_alone(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    network = nn.Linear(1, 1)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    with latentop.init("both", networks=network, optimisers=optimiser) as run:
        run.log({"loss": 1.0})
    assert "networks= and optimisers= are left out" in capsys.readouterr().err
    (found,) = folder.every(runs)
    assert not [name for name in facts(found).settings if name.endswith(".lr")]
    assert "rollback" in facts(found).unable


@pytest.mark.parametrize(
    ("how", "state", "why"),
    [("return", "finished", ""), ("raise", "failed", "script.py:9: ValueError: too much")],
)
def test_a_process_that_trains_ends_its_run(tmp_path: Path, how: str, state: str, why: str) -> None:
    text = """
    import multiprocessing, sys, latentop

    def train():
        run = latentop.init("child")
        run.log({"loss": 1.0})
        run.log({"loss": 2.0})
        if sys.argv[1] == "raise":
            raise ValueError("too much")

    parent = latentop.init("parent", runs="others")
    parent.log({"loss": 1.0})
    child = multiprocessing.get_context("fork").Process(target=train)
    child.start()
    child.join()
    print("ended", child.exitcode)
    """
    made = ran(tmp_path, text, how)
    assert f"ended {int(how == 'raise')}" in made.output
    assert made.state == state
    assert (facts(made.run).error or "") == why
    assert series(made.run)["loss/total"] == [(1, 1.0), (2, 2.0)]
    assert "was open" not in made.output
    (parent,) = folder.every(tmp_path / "others")
    assert facts(parent).state == "finished"


def test_an_exception_of_the_thread_that_trains_is_the_end_of_its_run(tmp_path: Path) -> None:
    text = """
    import threading, latentop

    def train():
        run = latentop.init("life")
        run.log({"loss": 1.0})
        raise ValueError("too much")

    def other():
        1 / 0

    for work in (train, other):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """
    made = ran(tmp_path, text)
    assert made.state == "failed"
    assert facts(made.run).error == "script.py:7: ValueError: too much"
    assert made.output.count("Traceback") == 2
