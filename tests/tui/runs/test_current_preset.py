"""The settings of a run as they are now, whoever trains it."""

from pathlib import Path

import pytest

from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import RunFacts
from latentop.tui.runs.current_preset import preset_of, resolved, start_again, watch_of
from tests.support.real_runs import facts
from tests.support.recorded_runs import new_run
from tests.support.recorded_scripts import Scripted


def test_settings_are_those_of_the_preset_as_changed_while_training(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    told = RunFacts(settings={"generator.lr": 1e-4})
    assert resolved(run, told)["generator.lr"] == 1e-4
    assert resolved(run, RunFacts())["generator.lr"] == 2e-4
    run.preset.write_text("no = = toml")
    assert resolved(run, told) == {"generator.lr": 1e-4}


def test_settings_of_a_script_are_what_it_says_of_itself_and_what_can_be_changed(tmp_path: Path) -> None:
    run = Scripted(tmp_path).run
    settings = resolved(run, facts(run))
    assert list(settings)[:4] == ["config/batch_size", "config/model/width", "config/augment", "generator.lr"]
    assert settings["config/model/width"] == 32
    assert settings["watch.guard"] == "warn"


def test_a_script_is_watched_as_its_settings_say(tmp_path: Path) -> None:
    recorded = Scripted(tmp_path)
    assert watch_of(recorded.run, facts(recorded.run)).diversity_alarm == 0.6
    settings = {**facts(recorded.run).settings, "watch.diversity_alarm": 0.5}
    recorded.says(settings=settings)
    assert watch_of(recorded.run, facts(recorded.run)).diversity_alarm == 0.5


def test_a_script_has_no_preset_and_how_to_start_it_again_is_told(tmp_path: Path) -> None:
    run = Scripted(tmp_path, command=("python", "my train.py", "--lr=1")).run
    with pytest.raises(UsageError, match="its networks are a script's own") as raised:
        preset_of(run, facts(run))
    assert raised.value.hint == "start the script again: python 'my train.py' --lr=1"


def test_a_script_is_started_again_with_a_python_that_is_there() -> None:
    facts = RunFacts(command=("/nowhere/bin/python", "train.py"))
    told = "start the script again (/nowhere/bin/python isn't there any more): python train.py"
    assert start_again(facts) == told
