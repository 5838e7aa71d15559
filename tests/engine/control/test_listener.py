"""What a worker answers when its training is over; edits that can't be undone any more."""

import time
from pathlib import Path

import pytest

from latentop.engine.checkpoint.intervals import Saver
from latentop.engine.control.listener import Control
from latentop.engine.control.rollback import Rollback
from latentop.engine.record.recorder import Recorder
from latentop.engine.run import commands
from latentop.engine.run.events import Facts
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.train.stopwatch import Stopwatch
from tests.support.house import House
from tests.support.real_runs import facts


@pytest.mark.parametrize("ended", ["finished", "stopped"])
@pytest.mark.parametrize("name", ["pause", "undo", "rollback", "stop"])
def test_who_asks_something_when_training_is_over_is_told(
    tmp_path: Path, name: commands.Name, ended: str
) -> None:
    house = House(tmp_path / "house")
    run = launch.new(tmp_path, RunFacts(preset="oscillation", seed=42), "")
    recorder = Recorder(run, lambda: Facts(values={"heartbeat": time.time()}))
    saver = Saver(run, house.trainer, recorder.put)
    rollback = Rollback(house.trainer, saver, recorder.put)
    never = Terminated()
    control = Control(
        run, house.trainer, recorder, saver, rollback, clock=Stopwatch(already=0.0), terminated=never
    )
    recorder.start()
    recorder.put(Facts(values={**liveness.identity().values, "state": "running", "heartbeat": time.time()}))
    while facts(run).state != "running":
        never.wait(0.02)
    number = commands.ask(run, name)
    control.stopping = ended == "stopped"
    recorder.put(Facts(values={"state": ended}))
    control.settle()
    recorder.close()
    answer = commands.answer(run, number)
    assert answer.state == ("applied" if name == "stop" else "refused")
    assert answer.text
    assert answer.text.startswith("its training is over")
    assert facts(run).state == ended


def test_the_state_before_an_edit_is_kept_to_go_back_to(tmp_path: Path) -> None:
    house = House(tmp_path)
    edits = house.edits
    before = house.rates
    assert edits.change({"generator.lr": 0.125})[0]
    house.trainer.step = 40
    assert house.rollback.asked({"step": 30}) == (True, "from step 40 back to 30, generator.lr 0.125 → 0.01")
    assert house.rates == before


def test_an_edit_and_its_undoing_leave_the_state_before_both(tmp_path: Path) -> None:
    house = House(tmp_path)
    edits = house.edits
    before = house.rates
    assert edits.change({"generator.lr": 0.125})[0]
    assert edits.change({"discriminator.lr": 0.125})[0]
    assert edits.undo()[0]
    house.trainer.step = 40
    assert house.rollback.asked({"step": 30})[0]
    assert house.rates == before


def test_an_edit_that_cannot_be_undone_any_more_bars_no_older_one(tmp_path: Path) -> None:
    house = House(tmp_path)
    edits = house.edits
    before = house.rates
    assert edits.change({"generator.lr": 0.125})[0]
    assert edits.change({"steps": 5000})[0]
    house.trainer.step = 2000  # more than the 1000 of before
    done, text = edits.undo()
    assert not done
    assert "can't be undone" in text
    assert edits.undo()[0]
    assert house.rates == before
