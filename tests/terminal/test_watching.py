"""Somebody's log on a real terminal: watched, not trained, in every word; and left to itself."""

import re
from pathlib import Path

from latentop.engine.run import folder
from tests.support.real_runs import end, facts, wait_until
from tests.support.terminal import Terminal

LINE = "[{epoch}/5][{batch}/100]\tLoss_D: {d:.4f}\tLoss_G: 1.5000\tD(x): 0.6000\tD(G(z)): 0.2000 / 0.1000\n"
TRAINS = re.compile(r"(?<!-)\btrain(s|ed|ing)?\b(?!\.log)")


def written(path: Path, steps: range) -> None:
    with path.open("a") as file:
        file.writelines(LINE.format(epoch=step // 100, batch=step % 100, d=1.2) for step in steps)


def test_a_log_is_watched_shown_and_left(tmp_path: Path) -> None:
    log, runs = tmp_path / "mygan.log", tmp_path / "runs"
    written(log, range(1, 150))
    try:
        with Terminal("--runs", str(runs), "watch", str(log)) as terminal:
            text = terminal.wait_for("● watching", "step 149", "losses")
            assert not TRAINS.search(text)
            written(log, range(150, 200))
            terminal.wait_for("step 199")
            terminal.press("q")
            terminal.wait_for("is watched. What shall become of it?", "detach", "stop")
            terminal.press("s")
            wait_until(lambda: terminal.process.poll() is not None)
        assert b"is watched no more. Watch it again: latentop resume" in terminal.sent
        wait_until(lambda: facts(folder.every(runs)[0]).state == "stopped")
    finally:
        for run in folder.every(runs):
            end(run)


def test_a_log_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    log, runs = tmp_path / "later.log", tmp_path / "runs"
    with Terminal("--runs", str(runs), "watch", str(log), columns=80, rows=24) as terminal:
        try:
            terminal.wait_for("waiting", "d leaves it")
            written(log, range(1, 20))
            terminal.wait_for("step 19", "losses")
        finally:
            for run in folder.every(runs):
                end(run)
