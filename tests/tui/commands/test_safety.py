"""What a hostile run, a broken pipe or a NaN must not do."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

import latentop as package
from latentop.engine.run.events import AlarmRaised, Mark
from latentop.engine.run.facts import RunFacts
from tests.support import ROOT
from tests.support.recorded_runs import ENTRY, EVIL, assert_two_lines, latentop, new_run, write


def test_values_that_are_no_numbers_are_valid_json(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="finished", verdict="diverged")
    write(run, values={"loss/generator": float("nan"), "loss/discriminator": float("inf")}, step=301)
    for words in (["show", "--json"], ["follow", "--json"]):
        done = latentop(tmp_path, *words)
        final = json.loads(
            done.stdout if words[0] == "show" else done.stdout.splitlines()[-1], parse_constant=pytest.fail
        )
        assert final["values"]["loss/generator"] == "NaN"
        assert final["values"]["loss/discriminator"] == "Infinity"


@pytest.mark.parametrize("words", [["ls"], ["show"], ["show", "--debug"], ["follow"], ["pause"]])
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_nothing_that_a_run_says_moves_the_cursor(
    tmp_path: Path, words: Sequence[str], more: list[str]
) -> None:
    """A run's database may come from anybody."""
    texts = dict.fromkeys(
        ("preset", "title", "data", "device", "verdict", "error", "hint", "traceback"), EVIL
    )
    facts = {
        **asdict(RunFacts()),
        **texts,
        "state": "failed",
        "versions": {EVIL: EVIL},
        "settings": {EVIL: 1.0},
    }
    run = new_run(tmp_path)
    evil = AlarmRaised(
        name=EVIL, severity="warning", step=1, wall=1.0, sentence=EVIL, advice=EVIL, evidence={EVIL: 1.0}
    )
    write(run, evil, Mark(step=1, wall=1.0, kind=EVIL, text=EVIL), facts=facts, values={EVIL: 1.0})
    run.log.write_text(EVIL)
    run.path.rename(tmp_path / f"evil{EVIL}")
    done = latentop(tmp_path, *words, *more)
    for text in (done.stdout, done.stderr):
        assert not [one for one in text if not one.isprintable() and one != "\n"]
    assert done.stdout or done.stderr


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    new_run(tmp_path, state="finished")
    read, gone = os.pipe()
    os.close(read)
    with os.fdopen(gone, "wb") as pipe:
        done = subprocess.run(
            [*ENTRY, "ls", "--runs", str(tmp_path)], stdout=pipe, stderr=subprocess.PIPE, cwd=ROOT
        )
    assert done.stderr == b""


def test_plain_commands_import_neither_torch_nor_textual_nor_plotext(tmp_path: Path) -> None:
    program = (
        "import sys; from latentop.tui.cli import main; main(['ls']); main(['presets']);"
        "heavy = {'torch', 'torchvision', 'textual', 'plotext'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "LATENTOP_RUNS": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["ls"], ["train", "ring"], ["diagnose", "log.csv"], ["show", "./mine"]])
def test_a_folder_that_is_gone_is_told_as_such(tmp_path: Path, words: list[str]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = shlex.join([sys.executable, "-P", "-m", "latentop.tui.cli", *words])
    done = subprocess.run(
        ["sh", "-c", f"rmdir {gone}; exec {command}"],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": str(Path(package.__path__[0]).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert_two_lines(done.stderr, "the folder that you are in is gone", "cd")


def test_closed_standard_streams_are_no_error(tmp_path: Path) -> None:
    """As some daemons start their children."""
    new_run(tmp_path, state="finished")
    line = f"{sys.executable} -m latentop.tui.cli ls --runs {tmp_path} <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", line], cwd=ROOT, check=False).returncode == 0
