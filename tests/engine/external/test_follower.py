"""A log that another program writes, mirrored into a run by a process of its own."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from latentop.engine.run import commands, folder
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.reader import Batch, Reader
from tests.support.real_runs import alone, facts, folded, wait_until
from tests.support.recorded_runs import latentop

LINE = "[{epoch}/5][{batch}/100] Loss_D: {d:.4f} Loss_G: {g:.4f} D(x): {x:.4f} D(G(z)): 0.2000 / 0.1000\n"


def line(step: int, d: float = 1.2, g: float = 1.5) -> str:
    return LINE.format(epoch=step // 100, batch=step % 100, d=d, g=g, x=0.6)


def written(path: Path, steps: range) -> None:
    with path.open("a") as file:
        file.writelines(line(step, g=1.5 + step % 7 / 10) for step in steps)


@contextmanager
def watching(runs: Path, *words: str | Path) -> Iterator[RunFolder]:
    """A run that mirrors what the words name, until it is left."""
    done = latentop(runs, "watch", *map(str, words), "--detach")
    assert done.returncode == 0, done.stderr
    run = RunFolder(runs / done.stdout.split()[0])
    try:
        yield run
    finally:
        for one in folder.every(runs):
            if (pid := facts(one).pid) is not None:
                with suppress(psutil.NoSuchProcess, ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def recorded(run: RunFolder) -> Batch:
    with closing(Reader(run.database)) as reader:
        batch = reader.poll()
        assert batch is not None
        return batch


def steps(run: RunFolder, series: str = "loss/generator") -> list[int]:
    bins = recorded(run).bins
    return bins[series].step.tolist() if series in bins else []


def test_what_is_there_and_what_comes_is_recorded(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    written(log, range(1, 150))
    with watching(tmp_path / "runs", log) as run:
        wait_until(lambda: steps(run) == list(range(1, 150)))
        assert {"loss/discriminator", "score/real"} <= recorded(run).bins.keys()
        written(log, range(150, 200))
        wait_until(lambda: steps(run)[-1:] == [199])
        assert steps(run) == list(range(1, 200))
        told = facts(run)
        assert (told.kind, told.verdict, told.step) == ("gan", "unknown", 199)
        assert "losses alone" in told.unmeasured


def test_a_log_that_is_not_there_yet_is_waited_for_and_a_half_line_is_no_value(tmp_path: Path) -> None:
    log = tmp_path / "later.log"
    with watching(tmp_path / "runs", log) as run:
        wait_until(lambda: facts(run).state == "running")
        with log.open("w") as file:
            file.write(line(1) + line(2) + line(3)[:30])
            file.flush()
            wait_until(lambda: steps(run) == [1, 2])
            file.write(line(3)[30:] + line(4))
        wait_until(lambda: steps(run) == [1, 2, 3, 4])


def test_stopped_by_who_watches_the_program_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    written(log, range(1, 20))
    program = subprocess.Popen(["sleep", "1000"])
    try:
        with watching(tmp_path / "runs", log) as run:
            wait_until(lambda: facts(run).state == "running")
            with pytest.raises(Exception, match="another program's"):
                commands.ask(run, "pause")
            with closing(Reader(run.database)) as viewer:
                viewer.poll()
                commands.ask(run, "stop")
                wait_until(lambda: facts(run).state == "stopped" and folded(run))
                assert alone(run).facts.state == "stopped"
        assert program.poll() is None
    finally:
        program.kill()
        program.wait()


def test_watched_again_after_a_stop_it_holds_what_came_meanwhile(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    written(log, range(1, 50))
    with watching(tmp_path / "runs", log) as run:
        wait_until(lambda: steps(run) == list(range(1, 50)))
        commands.ask(run, "stop")
        wait_until(lambda: facts(run).state == "stopped")
        written(log, range(50, 80))
        done = latentop(tmp_path / "runs", "resume", run.id, "--yes")
        assert done.returncode == 0, done.stderr
        wait_until(lambda: steps(run) == list(range(1, 80)))


def test_a_program_that_begins_anew_takes_its_run_back(tmp_path: Path) -> None:
    log = tmp_path / "metrics.csv"
    log.write_text("step,G_loss,D_loss\n" + "".join(f"{step},1.5,1.2\n" for step in range(1, 41)))
    with watching(tmp_path / "runs", log) as run:
        wait_until(lambda: steps(run) == list(range(1, 41)))
        log.write_text("step,G_loss,D_loss\n" + "".join(f"{step},1.4,1.3\n" for step in range(1, 11)))
        wait_until(lambda: steps(run) == list(range(1, 11)))


def test_what_is_no_log_is_refused_in_one_line(tmp_path: Path) -> None:
    image = tmp_path / "picture.csv"
    image.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    done = latentop(tmp_path / "runs", "watch", str(image), "--detach")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 2
    nowhere = latentop(tmp_path / "runs", "watch", str(tmp_path / "a" / "b.log"), "--detach")
    assert (nowhere.returncode, "there is no folder" in nowhere.stderr) == (2, True)


def test_a_log_that_leaves_its_losses_open_is_refused_at_once_with_how_to_choose(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = "".join(f"{step},0.5,0.6,0.7\n" for step in range(20))
    log.write_text("step,G_loss_a1,G_loss_b1,D_loss\n".replace("a1", "one").replace("b1", "two") + rows)
    done = latentop(tmp_path / "runs", "watch", str(log), "--detach")
    assert (done.returncode, done.stdout) == (2, "")
    error, hint = done.stderr.strip().splitlines()
    assert "may be the generator's loss: G_loss_one, G_loss_two" in error
    assert "--columns" in hint
    assert not folder.every(tmp_path / "runs")
    other = tmp_path / "train.log"
    written(other, range(1, 20))
    both = latentop(tmp_path / "runs", "watch", str(log), str(other), "--detach")
    assert both.returncode == 2
    (run,) = folder.every(tmp_path / "runs")
    assert both.stdout.split() == [run.id]
    latentop(tmp_path / "runs", "stop", run.id)


def test_one_that_waits_is_stopped_and_says_so(tmp_path: Path) -> None:
    with watching(tmp_path / "runs", tmp_path / "later.log") as run:
        done = latentop(tmp_path / "runs", "stop", run.id)
        assert (done.returncode, done.stdout) == (0, f"{run.id}: stopped\n"), done.stderr
        assert facts(run).state == "stopped"


def test_a_log_without_a_loss_is_told_with_its_columns_and_how_to_choose(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("step,first,second\n" + "".join(f"{step},0.5,0.6\n" for step in range(20)))
    done = latentop(tmp_path / "runs", "watch", str(log), "--detach")
    assert "no loss was found; its columns are: first, second" in done.stderr
    assert "--columns generator=COLUMN" in done.stderr
    (run,) = folder.every(tmp_path / "runs")
    shown = latentop(tmp_path / "runs", "show", run.id).stdout
    assert "no loss was found; its columns are: first, second" in shown
    latentop(tmp_path / "runs", "stop", run.id)


def test_one_that_can_not_be_watched_again_has_no_step_below_0(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    with watching(tmp_path / "runs", log) as run:
        log.write_text(
            "step,G_loss_one,G_loss_two,D_loss\n" + "".join(f"{step},1,2,3\n" for step in range(9))
        )
        wait_until(lambda: facts(run).state == "failed")
        told = facts(run)
        assert (told.step, "may be the generator's loss" in (told.error or "")) == (0, True)


def test_losses_counted_in_epochs_become_critical_while_they_are_watched(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    wins = [f"{epoch},{8 if epoch > 15 else 1},{0.001 if epoch > 15 else 1.2}\n" for epoch in range(50)]
    log.write_text("epoch,G_loss,D_loss\n" + "".join(wins))
    with watching(tmp_path / "runs", log) as run:
        wait_until(lambda: facts(run).verdict == "discriminator-wins")
