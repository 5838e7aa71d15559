"""A script's run goes back, by hand or by its guard: however it counts, it ends by itself, recorded whole."""

from pathlib import Path

import pytest

from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import ask, everything, facts, wait_until
from tests.support.script_runs import marks
from tests.support.scripts import Script, ran, script

STEPS = 900
BEGINNING = f"""
import sys, time, torch, latentop
from itertools import count
from pathlib import Path
from latentop.engine.external.script import script_control
from latentop.engine.train.stopwatch import Stopwatch

STEPS = {STEPS}
script_control.LOOK_SECONDS = 0.02
seconds = Stopwatch.__call__
Stopwatch.__call__ = lambda self: 20 * seconds(self)  # all that is due in some seconds is due soon

torch.manual_seed(1)
made = torch.nn.Linear(4, 4)
rate = torch.optim.SGD(made.parameters(), 1e-3)
parts = {{"networks": {{"autoencoder": made}}, "optimisers": {{"autoencoder": rate}}}}
trained = 0
hurry = Path(__file__).with_name("hurry")  # until then a step takes long enough to be asked between two

def loss():
    global trained
    trained += 1
    found = (made(torch.randn(8, 4)) - 1).square().mean()
    found = found * float("nan") if "nan" in sys.argv and trained == 400 else found
    rate.zero_grad()
    found.backward()
    rate.step()
    time.sleep(0.002 if hurry.exists() else 0.05)
    return found

"""
OURS = """
with latentop.init("ours", **parts, **more) as run:
    while run.step < STEPS:
        run.log({"loss": loss()}, step=run.step + 1)
"""
OWN = """
with latentop.init("own", **parts, **more) as run:
    for step in count(run.step + 1):
        run.log({"loss": loss()}, step=step)
        run.log({"twice": step}, step=step)
        if run.step >= STEPS:
            break
"""
NONE = """
with latentop.init("none", **parts, **more) as run:
    while run.step < STEPS:
        run.log({"loss": loss()})
"""
HOW_THEY_COUNT = pytest.mark.parametrize("loop", [OURS, OWN, NONE], ids=["ours", "own", "none"])


def assert_whole(run: RunFolder) -> None:
    """It ended by itself, with every step once."""
    told = facts(run)
    assert (told.state, told.step) == ("finished", STEPS)
    recorded = everything(run)
    (loss, *_) = [bins for name, bins in recorded.bins.items() if name.startswith("loss")]
    assert int(loss.n.sum()) == int(loss.step[-1]) == STEPS  # several steps share a bin where they are quick
    assert not marks(recorded, "trouble")


def goes_back(made: Script) -> None:
    """Have it keep a state and go back to it from some steps later."""
    run, before = made.run, facts(made.run).rewinds
    assert ask(run, "checkpoint").state == "applied"
    kept = facts(run).step
    wait_until(lambda: facts(run).step > kept + 5)
    answer = ask(run, "rollback", {"step": kept, "factor": 0.5})
    assert answer.state == "applied", answer.text
    wait_until(lambda: facts(run).rewinds > before)


@HOW_THEY_COUNT
def test_by_hand_twice(tmp_path: Path, loop: str) -> None:
    with script(tmp_path, BEGINNING + "more = {}\n" + loop) as made:
        run = made.run
        for _ in range(2):
            goes_back(made)
        (tmp_path / "hurry").touch()
        assert made.ended() == 0, made.output
    assert_whole(run)
    offsets = [one for one in marks(everything(run), "data") if "counts by itself" in one]
    assert len(offsets) == (2 if loop == OWN else 0)


@HOW_THEY_COUNT
def test_by_its_guard_after_a_loss_that_is_no_number(tmp_path: Path, loop: str) -> None:
    (tmp_path / "hurry").touch()
    made = ran(tmp_path, BEGINNING + "more = {'guard': 'rollback'}\n" + loop, "nan")
    assert facts(made.run).guard_used == 1
    assert_whole(made.run)


@pytest.mark.parametrize("loop", [OURS, OWN], ids=["ours", "own"])
def test_in_a_run_that_was_resumed(tmp_path: Path, loop: str) -> None:
    text = BEGINNING + "more = {'resume': sys.argv[1]} if sys.argv[1:] else {}\n" + loop
    with script(tmp_path, text) as made:
        run = made.trained(20)
        assert ask(run, "stop").state == "applied"
        assert made.ended() == 0
    with script(tmp_path, text, run.id) as made:
        stopped = facts(run).step
        wait_until(lambda: facts(run).step > stopped)
        goes_back(made)
        (tmp_path / "hurry").touch()
        assert made.ended() == 0, made.output
    assert len(marks(everything(run), "rollback")) == 1
    assert_whole(run)


@pytest.mark.parametrize("given", ['{"loss": 1.0}, step=1', '"loss", step=9', '{"loss": 1.0}, step="x"'])
def test_who_gives_only_what_is_refused_is_still_heard(tmp_path: Path, given: str) -> None:
    endless = f"""
more = {{}}
with latentop.init("refused", **parts) as run:
    for step in range(1, 9):
        run.log({{"loss": loss()}}, step=step)
    while True:
        loss()
        run.log({given})
"""
    with script(tmp_path, BEGINNING + endless) as made:
        run = made.trained(8)
        assert ask(run, "pause").state == "applied"
        assert made.state == "paused"
        assert ask(run, "resume").state == "applied"
        assert ask(run, "set", {"autoencoder.lr": 0.5}).state == "applied"
        assert ask(run, "checkpoint").state == "applied"
        assert ask(run, "stop").state == "applied"
        assert made.ended() == 0, made.output
    assert (facts(run).state, facts(run).step) == ("stopped", 8)
