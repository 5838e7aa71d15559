"""A script that ends after a moment: its last samples are looked at again, until they can be judged."""

from pathlib import Path

import pytest

from latentop.engine.run.verdicts import unjudged
from tests.support.real_runs import everything
from tests.support.scripts import ran

TEXT = """
import math, sys, torch, latentop

angles = torch.randint(8, (4000,)) * math.pi / 4
real = torch.stack([angles.cos(), angles.sin()], 1) + 0.05 * torch.randn(4000, 2)
shown = {"all": real, "five": real[angles < 3.5], "bad": real / 2}[sys.argv[1]]
with latentop.init(
    "quick", kind="gan", sample=lambda n: shown[torch.randint(len(shown), (n,))], real=real
) as run:
    for step in range(200):
        run.log({"loss/generator": 0.7, "loss/discriminator": 1.4})
"""


@pytest.mark.parametrize(
    ("shown", "verdict", "awaited"),
    [("all", "healthy", ()), ("five", "unknown", ("collapsed",)), ("bad", "unknown", ("collapsed",))],
)
def test_the_last_samples_are_judged_by_as_many_looks_as_it_takes(
    tmp_path: Path, shown: str, verdict: str, awaited: tuple[str, ...]
) -> None:
    recorded = everything(ran(tmp_path, TEXT, shown).run)
    assert (recorded.facts.state, recorded.facts.verdict) == ("finished", verdict)
    assert recorded.facts.awaited == awaited
    assert not recorded.alarms
    steps = recorded.bins["diversity/coverage"].step.tolist()
    assert len(steps) == len(set(steps))


WITHOUT_KINDS = """
import torch, latentop

real = torch.randn(2000, 1, 16, 16).sigmoid()
with latentop.init(
    "noise", kind="gan", sample=lambda n: 0.5 + 0.01 * torch.rand(n, 1, 16, 16), real=real
) as run:
    for step in range(200):
        run.log({"loss/generator": 0.7, "loss/discriminator": 1.4})
"""


def test_images_of_no_kinds_are_measured_and_it_is_not_said_that_they_were_not(tmp_path: Path) -> None:
    recorded = everything(ran(tmp_path, WITHOUT_KINDS).run)
    assert len(recorded.bins["diversity/coverage"].step)
    assert not recorded.facts.modes
    assert recorded.facts.diversity_chance["coverage"] > 0
    assert "frechet" in recorded.facts.real_quality
    reason = unjudged(recorded.facts, alive=False)
    assert reason is not None
    assert "not good and diverse for long enough" in reason.why
