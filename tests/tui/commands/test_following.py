"""follow in full: sentences for who listens, leaving at the first critical alarm; and alarms in full."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from latentop.engine.run.events import AlarmCleared, AlarmRaised, Mark
from latentop.engine.run.process import launch, liveness
from latentop.tui import cli
from latentop.tui.commands import train_command
from tests.support.recorded_runs import COLLAPSED, alive, assert_two_lines, latentop, new_run, write

DIVERGED = AlarmRaised(
    name="diverged",
    severity="critical",
    step=210,
    wall=1_001.0,
    sentence="loss/generator is not finite",
    advice="lower generator lr",
    evidence={"lost/Bag": 0.25, "since": 200.0},
)


def test_a_run_is_told_in_sentences_without_symbols(tmp_path: Path) -> None:
    write(new_run(tmp_path, state="finished", verdict="collapsed", step=4_210), COLLAPSED)
    done = latentop(tmp_path, "follow", "--verbose")
    assert done.returncode == 4
    told = [line[10:] for line in done.stdout.splitlines()]
    assert {"Verdict: collapsed.", "1 alarm stands: collapsed."} <= set(told)
    assert "Generator loss, recent mean: 0.83 nats." in told
    assert all(line.endswith(".") for line in told)
    assert not set("·±→|%") & set(done.stdout)


def test_who_asks_for_sentences_gets_no_dashboard_on_a_terminal_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train_command, "can_show_dashboard", lambda: True)
    monkeypatch.setattr(train_command, "_show", lambda *_: pytest.fail("the dashboard was opened"))
    monkeypatch.setattr(launch, "start", lambda run: write(run, facts={"state": "finished", "step": 30}))
    assert cli.main(["train", "dcgan", "--steps", "30", "--verbose", "--runs", str(tmp_path)]) == 0
    assert "Finished at step 30 of 30, 100 percent." in capsys.readouterr().out


@pytest.mark.parametrize(("alarm", "code"), [(COLLAPSED, 4), (DIVERGED, 3)])
def test_until_alarm_leaves_once_a_critical_one_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], alarm: AlarmRaised, code: int
) -> None:
    run = new_run(tmp_path, **alive())
    write(run, replace(alarm, name="winning", severity="warning"), alarm)
    assert cli.main(["follow", "--until", "alarm", "--runs", str(tmp_path)]) == code
    printed = capsys.readouterr()
    assert f"{alarm.name.upper()} since step 200: " in printed.out
    assert_two_lines(printed.err, f"{run.id}, {alarm.name}: {alarm.sentence}", "lower generator lr")


def test_a_run_that_was_stopped_while_collapsed_ends_with_the_code_of_that(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="stopped", verdict="collapsed", step=4_210)
    write(run, COLLAPSED)
    done = latentop(tmp_path, "follow")
    assert done.returncode == 4
    assert_two_lines(
        done.stderr, f"{run.id} ended COLLAPSED since step 200: samples reach 31 %", COLLAPSED.advice
    )
    write(run, facts={"verdict": "healthy"})
    assert latentop(tmp_path, "follow").returncode == 0


def test_of_a_run_that_has_crashed_nobody_says_that_it_runs(tmp_path: Path) -> None:
    worker = subprocess.Popen(["sleep", "1000"])
    new_run(tmp_path, **{**alive(), **liveness.identity(worker.pid).values, "step": 429})
    worker.kill()
    worker.wait()
    done = latentop(tmp_path, "follow")
    assert done.returncode == 5
    assert "crashed at step 429" in done.stdout
    assert "running" not in done.stdout


def test_until_alarm_takes_no_notice_of_what_is_over_and_ends_with_the_run(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="finished", verdict="healthy")
    write(run, COLLAPSED, AlarmCleared(name="collapsed", step=250, wall=1_100.0))
    assert latentop(tmp_path, "follow", "--until", "alarm").returncode == 0


def test_every_alarm_is_shown_in_full_with_its_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive())
    write(run, COLLAPSED, AlarmCleared(name="collapsed", step=250, wall=1_100.0), DIVERGED)
    assert cli.main(["alarms", "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{run.id} · alarms: 2 raised, 1 standing\n")
    assert "CRITICAL collapsed, raised at step 200, " in told
    assert ", cleared at step 250\n" in told
    assert "  loss/generator is not finite\n  try: lower generator lr\n" in told
    assert "  evidence: lost/Bag 0.25, since 200\n" in told
    assert cli.main(["alarms", "--json", "--runs", str(tmp_path)]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["name"], first["cleared_step"]) == ("collapsed", 250)
    assert second["evidence"] == {"lost/Bag": 0.25, "since": 200.0}


def test_alarms_that_went_with_an_abandoned_future_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path)
    text = "from step 310 back to 256. Step 300: generator loss is not finite"
    write(run, Mark(step=256, wall=9.0, kind="rollback", text=text))
    assert cli.main(["alarms", "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "by going back to step 256\n" in told
    assert f"  {text}\n" in told


def test_a_run_without_alarms_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = new_run(tmp_path)
    assert cli.main(["alarms", "--runs", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{run.id} · alarms: none so far\n"
