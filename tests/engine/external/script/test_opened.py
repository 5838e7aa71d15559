"""A script goes on in its run: from its checkpoint, with all that a step depends on, to the last bit."""

import os
import signal
from pathlib import Path

import pytest
import torch
from torch import nn

import latentop
from latentop.engine.run import commands
from latentop.engine.run.errors import UsageError
from tests.support.real_runs import everything, facts, wait_until
from tests.support.recorded_runs import new_run
from tests.support.script_runs import marks, only_run, series
from tests.support.scripts import ran, script

TEXT = """
import os, random, sys
import numpy as np
import torch, latentop
from torch import nn

torch.manual_seed(0)
np.random.seed(0)
random.seed(0)
data = torch.rand(256, 4)
net = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 4))
rate = torch.optim.Adam(net.parameters(), 1e-2)
schedule = torch.optim.lr_scheduler.ExponentialLR(rate, 0.97)
with latentop.init(networks=net, optimisers=rate, also={"schedule": schedule}, config={"width": 16}) as run:
    beta = run.setting("beta", 1.0)
    print("from", run.step, run.resumed, run.config.width, flush=True)
    for step in range(run.step + 1, 41):
        batch = data[torch.randint(256, (16,))]
        weight = random.uniform(0.5, 1.0) + float(np.random.rand())
        loss = weight * beta * (net(batch) - batch).square().mean()
        rate.zero_grad()
        loss.backward()
        rate.step()
        schedule.step()
        run.log({"recon": loss, "weight": weight, "rate": rate.param_groups[0]["lr"]}, step=step)
        if step == 15:
            run.checkpoint()
        if step == 25 and "die" in sys.argv:
            os.kill(os.getpid(), 9)
"""


def test_a_killed_script_goes_on_to_the_last_bit(tmp_path: Path) -> None:
    whole = ran(tmp_path / "whole", TEXT)
    with script(tmp_path / "killed", TEXT, "die") as killed:
        assert killed.ended() == -signal.SIGKILL
    run = killed.run
    assert killed.state == "crashed"
    resumed = ran(tmp_path / "killed", TEXT, LATENTOP_RESUME=str(run.path))
    assert resumed.output == "from 15 True 16\n"
    found, expected = series(run), series(whole.run)
    for name in ("loss/reconstruction", "weight", "rate"):
        assert found[name] == expected[name]
    assert [step for step, _ in found["weight"]] == list(range(1, 41))
    assert facts(run).state == "finished"
    assert marks(everything(run), "resume") == ["training again from step 15"]
    last = [torch.load(max(one.checkpoints.glob("*.pt")), weights_only=True) for one in (run, whole.run)]
    for part in ("networks", "optimisers", "others"):
        assert str(last[0][part]) == str(last[1][part])


def test_a_script_that_goes_on_elsewhere_is_started_there_the_next_time(tmp_path: Path) -> None:
    with script(tmp_path / "here", TEXT, "die") as killed:
        killed.ended()
    run = killed.run
    assert ran(tmp_path / "there", TEXT, LATENTOP_RESUME=str(run.path)).output == "from 15 True 16\n"
    assert Path(facts(run).directory) == tmp_path / "there"
    assert str(tmp_path / "there") in run.script.read_text()


def test_a_setting_that_was_changed_stays_so(runs: Path) -> None:
    with latentop.init("mine", networks=nn.Linear(1, 1)) as run:
        assert run.setting("beta", 1.0) == 1.0
        commands.ask(only_run(runs), "set", {"beta": 5.0})
        wait_until(lambda: run.log({"loss": 1.0}) or run.setting("beta", 1.0) == 5.0)
        run.log({"loss": 1.0})
    with latentop.init(networks=nn.Linear(1, 1), resume="mine") as run:
        assert run.setting("beta", 1.0) == 5.0
        run.log({"loss": 1.0})


def test_the_guard_is_what_the_script_says_now_else_what_it_was(runs: Path) -> None:
    begun(networks=nn.Linear(1, 1), guard="rollback").finish()
    begun(networks=nn.Linear(1, 1), resume="mine").finish()
    assert (facts(only_run(runs)).guard, facts(only_run(runs)).settings["watch.guard"]) == ("rollback",) * 2
    begun(networks=nn.Linear(1, 1), resume="mine", guard="stop").finish()
    assert (facts(only_run(runs)).guard, facts(only_run(runs)).settings["watch.guard"]) == ("stop",) * 2


def begun(**parts: object) -> latentop.Run:
    run = latentop.init("mine", **parts)  # type: ignore[arg-type]
    run.log({"loss": 1.0})
    run.log({"loss": 2.0})
    return run


def test_without_networks_it_records_on(runs: Path) -> None:
    begun().finish()
    run = begun(resume="mine")
    assert run.step == 4
    run.finish()
    assert [step for step, _ in series(only_run(runs))["loss/total"]] == [1, 2, 3, 4]
    assert "recorded on from step 2" in marks(everything(only_run(runs)), "resume")[0]


def test_a_script_that_counts_its_steps_anew_goes_on_behind_the_last(runs: Path) -> None:
    with latentop.init("mine") as run:
        for step in (1, 2, 3):
            run.log({"loss": 1.0}, step=step)
    with latentop.init(resume="mine") as run:
        for step in (1, 2):
            run.log({"loss": 2.0}, step=step)
        assert run.step == 5
    assert [step for step, _ in series(only_run(runs))["loss/total"]] == [1, 2, 3, 4, 5]


def test_a_resumed_run_has_the_configuration_of_now_else_that_of_before(runs: Path) -> None:
    begun(config={"lr": 1, "net": nn.Linear(1, 1)}).finish()
    run = begun(resume="mine", config={"lr": 2, "net": nn.Linear(2, 2)})
    assert (run.config.lr, type(run.config.net)) == (2, nn.Linear)
    run.finish()
    assert facts(only_run(runs)).config["lr"] == 2
    run = begun(resume="mine")
    assert run.config.lr == 2
    run.finish()


def test_what_can_t_be_gone_on_in_is_said(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begun(networks={"G": nn.Linear(2, 2)})
    first.finish()
    for networks, said in (
        ({"G": nn.Linear(3, 3)}, "generator"),
        ({"D": nn.Linear(2, 2)}, "the checkpoint has no networks named discriminator"),
    ):
        with pytest.raises(UsageError, match=said):
            begun(resume="mine", networks=networks)
    new_run(runs, "preset")
    with pytest.raises(UsageError, match="is no run of a script"):
        begun(resume="preset", networks={"G": nn.Linear(2, 2)})
    with pytest.raises(UsageError, match="no run named 'other'"):
        begun(resume="other")
    with pytest.raises(UsageError, match=r"holds no run\.db"):
        begun(resume=runs / "nothing")
    monkeypatch.setenv("LATENTOP_RESUME", str(runs / "nothing"))
    with pytest.raises(UsageError, match=r"holds no run\.db"):
        begun()
    begun().finish()  # the variable was for the first one
    run = begun(resume=first.id, networks={"G": nn.Linear(2, 2)})
    assert run.id == first.id
    run.finish()


def test_a_run_that_trains_is_not_trained_twice(tmp_path: Path) -> None:
    trains = """
    import time, latentop
    with latentop.init("life") as run:
        while True:
            run.log({"loss": 1.0})
            time.sleep(0.01)
    """
    with script(tmp_path, trains) as made:
        run = made.trained()
        with pytest.raises(UsageError, match=f"another process trains {run.id} already"):
            latentop.init(resume=run.path)
        os.kill(made.pid, signal.SIGTERM)
        assert made.ended() == 0
    again = latentop.init(resume=run.path)
    again.log({"loss": 1.0})
    again.finish()


def test_a_checkpoint_that_was_cut_off_is_passed_over(runs: Path) -> None:
    run = begun(networks={"G": nn.Linear(2, 2)})
    run.checkpoint()
    run.log({"loss": 3.0})
    run.finish()
    newest = max(only_run(runs).checkpoints.glob("*.pt"))
    os.truncate(newest, 100)
    run = latentop.init(resume="mine", networks={"G": nn.Linear(2, 2)})
    assert run.step == 2
    run.finish()
    assert f"can't be read: {newest.name}" in marks(everything(only_run(runs)), "resume")[0]
