"""Several real runs in line: trained in turn by real workers, whose queue is hung up on, ended and killed."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from latentop.engine.run import folder
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.presets import catalogue
from latentop.tui.runs.start import start_several
from tests.support import ROOT
from tests.support.real_runs import ask, end, everything, facts, wait_until
from tests.support.recorded_runs import ENTRY, latentop

pytestmark = pytest.mark.slow


@contextmanager
def in_line(runs: Path, seeds: int, steps: int) -> Iterator[tuple[list[RunFolder], subprocess.Popen[bytes]]]:
    """Runs that train one at a time, and their queue; whatever lives is ended when the block is."""
    entry = catalogue.find("linear-pca")
    preset = catalogue.load(entry, [f"steps={steps}"])
    made = start_several(runs, entry.name, preset, seeds=range(1, seeds + 1), jobs=1)
    queue = launch.started()[-1]
    try:
        yield made, queue
    finally:
        queue.kill()
        queue.wait()
        for run in made:
            end_worker(run)


def end_worker(run: RunFolder) -> None:
    """Kill the run's worker if it lives; it is a child of the queue, or of a command that has ended."""
    if liveness.judge(facts(run), time.time()).alive:
        end(run)


def state(run: RunFolder) -> str:
    return liveness.judge(facts(run), time.time()).name


def workers(runs: Path) -> int:
    """How many workers train a run of that folder at this moment: each leads a session, and no child does."""
    lines = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]) if leads(process))
    return sum(
        "latentop.engine.train.worker" in line and any(str(runs) in word for word in line) for line in lines
    )


def leads(process: psutil.Process) -> bool:
    try:
        return os.getsid(process.pid) == process.pid
    except ProcessLookupError:
        return False


def test_three_seeds_two_at_a_time_all_finish_and_are_summed_up(tmp_path: Path) -> None:
    words = ["train", "linear-pca", "--seeds", "3", "--jobs", "2", "--seed", "5", "--steps", "300"]
    log = tmp_path / "told"
    runs = tmp_path / "runs"
    environment = {**os.environ, "LATENTOP_RUNS": str(runs)}
    environment.pop("OMP_NUM_THREADS", None)
    with log.open("w") as told:
        command = subprocess.Popen(
            [*ENTRY, *words], stdin=subprocess.DEVNULL, stdout=told, stderr=told, cwd=ROOT, env=environment
        )
    most = 0

    def ended() -> bool:
        nonlocal most
        most = max(most, workers(runs))
        return command.poll() is not None

    try:
        wait_until(ended, seconds=400)
    finally:
        command.kill()
        command.wait()
        for run in folder.every(runs):
            end_worker(run)
    assert (command.returncode, most) == (0, 2)
    assert [(facts(run).seed, state(run)) for run in reversed(folder.every(runs))] == [
        (5, "finished"),
        (6, "finished"),
        (7, "finished"),
    ]
    lines = log.read_text().splitlines()
    for seed in (5, 6, 7):
        assert any(f"s{seed}  finished at step 300 of 300" in line for line in lines)
    share = max(1, len(os.sched_getaffinity(0)) // 2)
    assert {facts(run).device for run in folder.every(runs)} == {
        f"cpu ({share} thread{'s' if share > 1 else ''})"
    }
    assert lines.index("3 runs:") < lines.index("last values, mean ± standard deviation:")
    assert any(line.split()[0] == "loss/reconstruction" and "3 seeds" in line for line in lines if line)


def test_the_line_outlives_a_hang_up_and_a_run_can_be_taken_out_of_it(tmp_path: Path) -> None:
    with in_line(tmp_path, seeds=3, steps=1_000_000) as (runs, queue):
        wait_until(lambda: facts(runs[0]).step > 0)
        assert [state(run) for run in runs] == ["running", "queued", "queued"]
        assert os.getsid(queue.pid) == queue.pid
        os.kill(queue.pid, signal.SIGHUP)
        assert latentop(tmp_path, "stop", runs[1].id).returncode == 0
        assert state(runs[1]) == "stopped"
        wait_until(lambda: facts(runs[2]).detail == "next in line")
        assert ask(runs[0], "stop").state == "applied"
        wait_until(lambda: facts(runs[2]).step > 0)
        assert (state(runs[0]), state(runs[1]), state(runs[2])) == ("stopped", "stopped", "running")
        assert facts(runs[1]).started is None


def test_without_their_queue_runs_train_on_and_those_in_line_can_be_begun_by_hand(tmp_path: Path) -> None:
    with in_line(tmp_path, seeds=3, steps=1_000_000) as (runs, queue):
        wait_until(lambda: facts(runs[0]).step > 0)
        queue.kill()
        queue.wait()
        assert [state(run) for run in runs] == ["running", "crashed", "crashed"]
        told = latentop(tmp_path, "follow", runs[2].id)
        assert told.returncode == 5
        assert "its queue is gone" in told.stderr
        assert f"latentop resume {runs[2].id}" in told.stderr
        assert latentop(tmp_path, "resume", runs[2].id).returncode == 0
        wait_until(lambda: facts(runs[2]).step > 0)
        assert [state(run) for run in runs] == ["running", "crashed", "running"]


def test_a_line_that_was_killed_is_taken_up_as_a_line(tmp_path: Path) -> None:
    with in_line(tmp_path, seeds=3, steps=1_000_000) as (runs, queue):
        wait_until(lambda: facts(runs[0]).step > 0)
        assert ask(runs[0], "checkpoint").state == "applied"
        wait_until(lambda: facts(runs[0]).step > (runs[0].newest_checkpoint or 0))
        queue.kill()
        queue.wait()
        end(runs[0])
        assert [state(run) for run in runs] == ["crashed", "crashed", "crashed"]
        told = latentop(tmp_path, "resume", "--all", "--jobs", "2")
        assert (told.returncode, told.stdout.split()) == (0, [run.id for run in runs])
        try:
            wait_until(lambda: all(state(run) == "running" for run in runs[:2]))
            assert (state(runs[2]), facts(runs[2]).detail) == ("queued", "next in line")
            assert "resume" in [mark.kind for mark in everything(runs[0]).marks]
        finally:
            psutil.Process(facts(runs[2]).pid).kill()  # the queue: else it would go on with the next one
        assert latentop(tmp_path, "resume", "--jobs", "2").returncode == 2


def test_a_queue_that_is_told_to_end_leaves_who_trains_training(tmp_path: Path) -> None:
    with in_line(tmp_path, seeds=2, steps=1_000_000) as (runs, queue):
        wait_until(lambda: facts(runs[0]).step > 0)
        queue.terminate()
        assert queue.wait() == 0
        before = facts(runs[0]).step
        wait_until(lambda: facts(runs[0]).step > before)
        assert (facts(runs[1]).state, state(runs[1])) == ("queued", "crashed")
