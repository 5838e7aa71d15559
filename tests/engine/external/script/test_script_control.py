"""A script's own loop obeys whoever asks: from another process, by the library and by the command line."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from latentop.engine.run import commands
from latentop.engine.run.errors import UsageError
from latentop.engine.run.process import liveness
from tests.support.real_runs import ask, everything, facts, wait_until
from tests.support.recorded_runs import latentop
from tests.support.script_runs import marks, series
from tests.support.scripts import Script, script

TEXT = """
import time, torch, latentop
from latentop.engine.external.script import script_control
from latentop.engine.train.stopwatch import Stopwatch

script_control.LOOK_SECONDS = 0.02
seconds = Stopwatch.__call__
Stopwatch.__call__ = lambda self: 20 * seconds(self)  # all that is due in some seconds is due soon

torch.manual_seed(1)
made = torch.nn.Linear(4, 4)
rate = torch.optim.Adam(made.parameters(), 1e-3)
schedule = torch.optim.lr_scheduler.ConstantLR(rate, 1.0)
seen, told = {}, None
parts = {"networks": {"G": made}, "optimisers": {"G": rate}, "also": {"schedule": schedule}}
with latentop.init("controlled", **parts) as run:
    step = run.step
    while True:
        r1 = run.setting("r1", 10.0, minimum=0, maximum=100)
        critics = run.setting("critics", 5, minimum=1)
        loss = (made(torch.randn(8, 4)) - 1).square().mean() + 0 * r1 * critics
        rate.zero_grad()
        loss.backward()
        rate.step()
        schedule.step()
        step += 1
        moment = rate.state_dict()["state"][0]["exp_avg"].clone()
        seen[run.step + 1] = made.weight.detach().clone(), torch.get_rng_state(), moment
        before = run.step
        run.log({"errG": loss}, step=step)
        if run.step <= before:
            weight, numbers, moment = seen[run.step]
            same = torch.equal(made.weight, weight), torch.equal(torch.get_rng_state(), numbers)
            same += (torch.equal(rate.state_dict()["state"][0]["exp_avg"], moment),)
            print("back", run.step, same, flush=True)
        now = rate.param_groups[0]["lr"], r1, critics
        if now != told:
            told = now
            print("now", *now, flush=True)
        time.sleep(0.005)
print("after", run.step)
"""


@pytest.fixture
def controlled(tmp_path: Path) -> Iterator[Script]:
    with script(tmp_path, TEXT) as made:
        made.trained()
        yield made


def state(made: Script) -> str:
    return liveness.judge(facts(made.run), time.time()).name


def test_it_pauses_and_goes_on(controlled: Script) -> None:
    run = controlled.run
    assert ask(run, "resume").state == "refused"
    paused = ask(run, "pause")
    assert (paused.state, paused.text) == ("applied", f"paused at step {paused.step}")
    assert state(controlled) == "paused"
    assert ask(run, "pause").state == "refused"
    assert ask(run, "set", {"r1": 3.0}).step == paused.step  # it listens meanwhile
    assert facts(run).step == paused.step
    assert ask(run, "resume").state == "applied"
    wait_until(lambda: facts(run).step > (paused.step or 0) + 5)
    assert state(controlled) == "running"
    assert "now 0.001 3.0 5" in controlled.output
    steps = [step for step, _ in series(run)["loss/generator"]]
    assert steps == list(range(1, len(steps) + 1))


def test_its_numbers_are_changed_within_their_bounds_and_taken_back(controlled: Script) -> None:
    run = controlled.run
    assert ask(run, "set", {"generator.lr": 0.5, "critics": 2}).state == "applied"
    wait_until(lambda: "now 0.5 10.0 2" in controlled.output)
    assert facts(run).settings["generator.lr"] == 0.5
    for asked, said in (
        ({"generator.lr": -1.0}, "accepted: a number from 0"),
        ({"generator.lr": "fast"}, "accepted: a number from 0"),
        ({"r1": 101.0}, "accepted: a number from 0 up to 100"),
        ({"critics": 0}, "accepted: a whole number from 1"),
        ({"critics": 2.5}, "accepted: a whole number from 1"),
        ({"watch.guard": "panic"}, "accepted: "),
        ({"batch": 3}, "this run has no setting batch; it has: generator.lr, r1, critics, watch.…, keep.…"),
        ({"r1": 1.0, "critics": 0}, "accepted: a whole number from 1"),
    ):
        answer = ask(run, "set", asked)
        assert answer.state == "refused"
        assert answer.text is not None
        assert said in answer.text
    assert ask(run, "set", {"watch.guard": "rollback"}).state == "applied"
    assert facts(run).guard == "rollback"
    assert ask(run, "undo").state == "applied"
    assert facts(run).guard == "warn"
    assert ask(run, "undo").state == "applied"
    wait_until(lambda: controlled.output.count("now 0.001 10.0 5") == 2)
    assert ask(run, "undo").state == "refused"


def test_it_goes_back_to_a_good_state_whole_and_its_record_goes_on(controlled: Script) -> None:
    run = controlled.run
    wait_until(lambda: facts(run).snapshots)
    edited = ask(run, "set", {"r1": 3.0})
    answer = ask(run, "rollback", {"step": edited.step})
    assert answer.state == "applied", answer.text
    wait_until(lambda: "back" in controlled.output)
    (line,) = [one for one in controlled.output.splitlines() if one.startswith("back")]
    assert line.endswith("(True, True, True)")
    back = int(line.split()[1])
    wait_until(lambda: facts(run).step > back + 10)
    assert facts(run).settings["r1"] == 10.0
    assert ask(run, "stop").state == "applied"
    assert controlled.ended() == 0
    recorded = everything(run)
    steps = recorded.bins["loss/generator"].step.tolist()
    assert steps == sorted(set(steps))
    assert steps[-1] == facts(run).step
    assert facts(run).rewinds == 1
    said, counts = marks(recorded, "data")
    assert said == "the script reads on in its data"
    assert counts.startswith("the script counts by itself: its step ")


def test_a_rollback_with_another_seed_and_lower_rates(controlled: Script) -> None:
    run = controlled.run
    wait_until(lambda: facts(run).snapshots)
    assert ask(run, "rollback", {"factor": 0.5, "seed": 7}).state == "applied"
    wait_until(lambda: "back" in controlled.output and "now 0.0005" in controlled.output)
    assert "(True, False, True)" in controlled.output
    assert ask(run, "rollback", {"step": 10**6}).state in ("applied", "refused")
    assert ask(run, "rollback", {"step": "x"}).state == "refused"


def test_it_writes_a_checkpoint_when_asked_that_has_everything(controlled: Script) -> None:
    run = controlled.run
    answer = ask(run, "checkpoint")
    assert answer.state == "applied"
    (path,) = run.checkpoints.glob("*.pt")
    found = torch.load(path, weights_only=True)
    assert found["step"] == answer.step
    assert found["networks"]["generator"].keys() == {"weight", "bias"}
    assert found["optimisers"]["generator"]["state"]
    assert found["others"]["schedule"]
    assert found["settings"]["generator.lr"] == 0.001


def test_it_stops_with_a_checkpoint_and_the_code_behind_the_block_runs(controlled: Script) -> None:
    run = controlled.run
    assert ask(run, "stop").state == "applied"
    assert controlled.ended() == 0
    assert f"after {facts(run).step}" in controlled.output
    assert facts(run).state == "stopped"
    assert run.newest_checkpoint == facts(run).step


def test_without_networks_nothing_can_be_kept_and_whoever_asks_is_told(tmp_path: Path) -> None:
    text = """
    import time, latentop
    with latentop.init() as run:
        while True:
            run.log({"loss": 1.0})
            time.sleep(0.005)
    """
    names: tuple[commands.Name, ...] = ("checkpoint", "rollback")
    with script(tmp_path, text) as made:
        run = made.trained()
        for name in names:
            with pytest.raises(UsageError, match=r"latentop\.init was given no networks="):
                ask(run, name)
        assert ask(run, "pause").state == "applied"
        assert ask(run, "resume").state == "applied"
        assert ask(run, "stop").state == "applied"
        assert made.ended() == 0
    assert not list(run.checkpoints.iterdir())
    assert not marks(everything(run), "trouble")


@pytest.mark.slow  # the command line starts six times
def test_the_command_line_asks_the_same(controlled: Script) -> None:
    run = controlled.run
    for words, said in (
        (("pause",), "paused"),
        (("resume",), "resumed"),
        (("set", "generator.lr=0.25"), "generator.lr"),
        (("undo",), "0.001"),
        (("checkpoint",), "checkpoint"),
        (("stop",), "stopp"),
    ):
        command, *rest = words
        done = latentop(controlled.runs, command, run.id, *rest)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
    assert controlled.ended() == 0
    assert "now 0.25 10.0 5" in controlled.output
