"""Commands of the user's own: they are told what happened, and can't break what called them."""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from latentop.engine.run.folder import RunFolder
from latentop.engine.train import worker
from latentop.engine.train.hooks import Hooks
from tests.support.recorded_runs import COLLAPSED, EVIL, new_run

Configure = Callable[[str], None]


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return new_run(tmp_path / "runs")


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Writes the settings that hooks read."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def write(text: str) -> None:
        (tmp_path / "latentop").mkdir(exist_ok=True)
        (tmp_path / "latentop" / "settings.toml").write_text(text)

    return write


def test_an_alarm_reaches_the_command_in_its_environment(run: RunFolder, configure: Configure) -> None:
    hooks = Hooks(run)
    configure("on_alarm = 'env | grep ^LATENTOP_ | sort > told'\n")
    hooks.alarm(COLLAPSED)
    hooks.settle()
    told = (run.path / "told").read_text().splitlines()
    assert {
        f"LATENTOP_RUN={run.id}",
        f"LATENTOP_FOLDER={run.path}",
        "LATENTOP_EVENT=alarm",
        "LATENTOP_ALARM=collapsed",
        "LATENTOP_SEVERITY=critical",
        "LATENTOP_STEP=200",
        f"LATENTOP_SENTENCE={COLLAPSED.sentence}",
        f"LATENTOP_ADVICE={COLLAPSED.advice}",
    } <= set(told)


def test_no_text_of_a_run_becomes_part_of_the_command(run: RunFolder, configure: Configure) -> None:
    configure("on_finish = 'printf %s \"$LATENTOP_SENTENCE\" > told'\n")
    hooks = Hooks(run)
    nasty = f'$(touch hacked)`touch hacked`"; touch hacked #{EVIL}\0'
    hooks.ended("failed", step=7, why=nasty)
    hooks.settle()
    assert (run.path / "told").read_text() == f"failed at step 7: {nasty}".replace("\0", "")
    assert not (run.path / "hacked").exists()


@pytest.mark.parametrize("text", ["", "on_alarm = 3\n", "on_alarm = = 1\n", 'on_alarm = ""\n'])
def test_without_a_command_nothing_is_run(
    run: RunFolder, configure: Configure, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    configure(text)
    hooks = Hooks(run)
    hooks.alarm(COLLAPSED)
    hooks.settle()
    assert caplog.text == ""


def test_a_failure_is_told_in_a_line_of_the_log(
    run: RunFolder, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    configure("on_alarm = 'exit 3'\n")
    hooks = Hooks(run)
    hooks.alarm(COLLAPSED)
    hooks.settle()
    assert caplog.messages == ["on_alarm ended with exit code 3: exit 3"]


def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    run: RunFolder, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    configure("on_alarm = 'sleep 600 & sleep 600'\n")
    hooks = Hooks(run, seconds=0.2)
    hooks.alarm(COLLAPSED)
    hooks.settle()
    assert caplog.messages == ["on_alarm was ended: it took more than 0.2 s"]


def test_while_the_command_runs_the_run_can_be_resumed(
    run: RunFolder, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever resumes it need not wait: that is the command here."""
    resume = (
        f"[ -e second ] || '{sys.executable}' -m latentop.engine.train.worker --resume '{run.path}' 2> second"
    )
    configure(f"on_finish = {json.dumps(resume)}\n")
    run.preset.write_text("kind = 'gan'\n")
    with caplog.at_level(logging.CRITICAL):
        assert worker.work(run, resume=False) == 1
    second = (run.path / "second").read_text()
    assert "another worker" not in second
    assert "missing" in second


def test_a_worker_that_fails_says_so(
    run: RunFolder, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    configure("on_finish = 'echo \"$LATENTOP_EVENT $LATENTOP_SENTENCE\" > told'\n")
    run.preset.write_text("kind = 'gan'\n")
    with caplog.at_level(logging.CRITICAL):
        assert worker.work(run, resume=False) == 1
    told = (run.path / "told").read_text()
    assert told.startswith("failed failed at step 300: ")
    assert "missing" in told
