"""A script trains a GAN on a ring of eight modes: healthy it is never called collapsed; provoked it is."""

from pathlib import Path

import pytest

from tests.support.real_runs import everything
from tests.support.script_runs import marks
from tests.support.scripts import Script, ran

pytestmark = pytest.mark.slow

TEXT = """
import math, sys, torch, latentop
from torch import nn
from latentop.engine.external.script import opened
from latentop.engine.train.stopwatch import Stopwatch

opened.BUDGET = 1.0
step = 0
Stopwatch.__call__ = lambda self: step / 25  # a check each 25 steps, however fast the machine is

torch.manual_seed(int(sys.argv[3]))
torch.set_num_threads(1)
angles = torch.randint(8, (4000,)) * math.pi / 4
real = torch.stack([angles.cos(), angles.sin()], 1) + 0.05 * torch.randn(4000, 2)

def dense(inputs, outputs):
    sizes = [inputs, 96, 96, 96]
    layers = [part for one, other in zip(sizes, sizes[1:]) for part in (nn.Linear(one, other), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(96, outputs))

G, D = dense(2, 2), dense(4, 1)  # the discriminator sees two points at a time
rates = [torch.optim.Adam(one.parameters(), lr, (0.5, 0.999)) for one, lr in ((G, 1e-3), (D, 5e-3))]
bce = nn.functional.binary_cross_entropy_with_logits
with latentop.init(
    "ring",
    networks={"G": G, "D": D},
    optimisers={"G": rates[0], "D": rates[1]},
    sample=lambda n: G(torch.randn(n, 2)),
    real=real,
    guard=sys.argv[1],
) as run:
    for step in range(1, int(sys.argv[4]) + 1):
        if step == int(sys.argv[2]):
            rates[0].param_groups[0]["lr"], rates[1].param_groups[0]["lr"] = 5e-3, 1e-5
        points, made = real[torch.randint(4000, (256,))], G(torch.randn(256, 2))
        on_real, on_fake = D(points.view(-1, 4)), D(made.detach().view(-1, 4))
        loss_d = bce(on_real, torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake))
        rates[1].zero_grad()
        loss_d.backward()
        rates[1].step()
        on_fake = D(made.view(-1, 4))
        loss_g = bce(on_fake, torch.ones_like(on_fake))
        rates[0].zero_grad()
        loss_g.backward()
        rates[0].step()
        run.log({"errD": loss_d, "errG": loss_g}, step=step)
"""
NEVER = 10**9


def trained(place: Path, guard: str, *, provoked: int = NEVER, seed: int = 1, steps: int = 1800) -> Script:
    return ran(place, TEXT, guard, str(provoked), str(seed), str(steps))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_healthy_ring_is_never_called_collapsed(tmp_path: Path, seed: int) -> None:
    recorded = everything(trained(tmp_path, "stop", seed=seed).run)
    assert recorded.facts.state == "finished"
    assert not [alarm.sentence for alarm in recorded.alarms if alarm.severity == "critical"]
    assert recorded.facts.verdict == "healthy"
    assert recorded.facts.awaited == ()
    assert recorded.bins["diversity/modes"].last[-1] == 8


@pytest.mark.parametrize("seed", [0, 1])
def test_a_generator_that_is_too_fast_collapses_and_that_is_told(tmp_path: Path, seed: int) -> None:
    recorded = everything(trained(tmp_path, "warn", provoked=1201, seed=seed).run)
    (alarm, *_) = [one for one in recorded.alarms if one.severity == "critical"]
    assert alarm.name == "collapsed"
    assert alarm.sentence.startswith(("mode collapse: ", "samples fell apart: "))
    assert 1201 <= alarm.raised_step < 1800


def test_its_guard_takes_it_back_by_itself(tmp_path: Path) -> None:
    made = trained(tmp_path, "rollback", provoked=1201, steps=2200)
    recorded = everything(made.run)
    assert recorded.facts.state == "finished"
    assert recorded.facts.rewinds >= 1
    (text, *_) = marks(recorded, "rollback")
    assert text.startswith("collapsed, guard 1 of 3: from step 1 ")
    assert recorded.facts.settings["generator.lr"] <= 0.0005
    assert recorded.facts.verdict != "collapsed"
    assert recorded.bins["diversity/coverage"].last[-1] > 0.75
    assert recorded.facts.step < 2200
