"""A run that really collapses, trained by a worker: the screen, the terminal, hooks and scripts are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from latentop.engine.run.folder import RunFolder
from latentop.presets import catalogue
from latentop.tui.runs.start import start
from tests.support.real_runs import ask, end, everything, facts, wait_until
from tests.support.recorded_runs import latentop
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.terminal, pytest.mark.timeout(600)]

HOOKS = """
hinted = true
on_alarm = 'echo "$LATENTOP_ALARM, $LATENTOP_SEVERITY: $LATENTOP_SENTENCE" >> told'
on_finish = 'echo "$LATENTOP_SENTENCE" >> told'
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunFolder]:
    """``mode-collapse`` in training, as whoever set commands of their own trains it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "latentop").mkdir()
    (tmp_path / "latentop" / "settings.toml").write_text(HOOKS)
    preset = catalogue.load(catalogue.find("mode-collapse"))
    run = start(tmp_path / "runs", "mode-collapse", preset)  # a worker that has those settings
    yield run
    end(run)


def test_a_collapse_is_told_everywhere(run: RunFolder) -> None:
    with Terminal("attach", str(run.path)) as terminal:
        terminal.wait_for("● training", "too early to judge")
        wait_until(lambda: "COLLAPSED" in terminal.text, seconds=500)
        terminal.wait_for("✖ COLLAPSED")
        wait_until(lambda: b"\x1b]9;mode-collapse: mode collapse" in terminal.sent)
    (alarm,) = [one for one in everything(run).alarms if one.name == "collapsed"][:1]
    assert latentop(run.path.parent, "follow", "--until", "alarm").returncode == 4
    assert ask(run, "stop").state == "applied"
    wait_until(lambda: facts(run).state == "stopped")
    wait_until(lambda: "stopped at step" in (run.path / "told").read_text())
    told = (run.path / "told").read_text().splitlines()
    assert f"collapsed, critical: {alarm.sentence}" in told
    assert told[-1] == f"stopped at step {facts(run).step:,}".replace(",", " ")
