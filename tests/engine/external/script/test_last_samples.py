"""A script that ends after a moment: its last samples are looked at again, until they can be judged."""

from pathlib import Path

import pytest

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
