"""A script that logs losses and gives nothing else is judged by them, as the same log would be."""

from pathlib import Path

import numpy as np
import pytest
import torch

import latentop
from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.report import diagnose
from latentop.engine.external.script.loss_signs import LossSigns
from latentop.engine.record.host_copy import Column
from latentop.engine.run.store.reader import Batch
from tests.support.real_runs import everything, wait_until
from tests.support.script_runs import only_run
from tests.support.scripts import ran, script

SCRIPT = """
import sys, time, latentop
first, last, pause = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
with latentop.init("slowgan", kind="gan", resume=sys.argv[4] if len(sys.argv) > 4 else None) as run:
    for step in range(first, last + 1):
        part = step / 3000
        run.log({"errG": 1 + 12 * part, "errD": 1.38 * (0.0005 / 1.38) ** part}, step=step)
        time.sleep(pause)
"""


def won(place: Path) -> Path:
    """The same numbers as a table."""
    parts = [(step, step / 3000) for step in range(1, 3001)]
    rows = [f"{step},{1 + 12 * part!r},{1.38 * (0.0005 / 1.38) ** part!r}" for step, part in parts]
    (place / "log.csv").write_text("\n".join(["step,errG,errD", *rows]) + "\n")
    return place / "log.csv"


def standing(recorded: Batch) -> dict[str, str]:
    return {one.name: one.severity for one in recorded.alarms if one.cleared_step is None}


def test_a_discriminator_that_wins_is_told_as_of_the_same_log(tmp_path: Path) -> None:
    run = ran(tmp_path / "script", SCRIPT, "1", "3000", "0").run
    of_log = diagnose(won(tmp_path), ColumnsWanted())
    recorded, of_run = everything(run), diagnose(run.path, ColumnsWanted())
    assert of_log.verdict == recorded.facts.verdict == of_run.verdict == "discriminator-wins"
    assert of_log.exit_code == of_run.exit_code != 0
    (one,) = of_log.alarms
    (alarm,) = recorded.alarms
    assert (alarm.name, alarm.severity) == (one.name, one.severity)
    assert alarm.advice == one.advice
    said, said_of_log = (
        found.sentence.partition(" (from the log's numbers alone, ") for found in (alarm, one)
    )
    assert said[0].startswith(
        "the discriminator wins: loss/discriminator is 0.00052, where guessing costs 1.39"
    )
    assert said[2].partition(" · ")[0] == said_of_log[2].partition(" · ")[0]
    assert [found.name for found in of_run.alarms] == [one.name]


def test_it_is_told_while_the_script_trains(tmp_path: Path) -> None:
    with script(tmp_path, SCRIPT, "1", "100000", "0.001") as made:
        run = made.trained(2500)
        wait_until(lambda: "discriminator-wins" in standing(everything(run)))
        assert not made.over


def test_a_resumed_run_knows_the_losses_of_before(tmp_path: Path) -> None:
    run = ran(tmp_path, SCRIPT, "1", "2200", "0").run
    (before,) = everything(run).alarms
    ran(tmp_path, SCRIPT, "2201", "3000", "0", run.id)
    recorded = everything(run)
    assert standing(recorded) == {"discriminator-wins": "critical"}
    assert recorded.facts.verdict == "discriminator-wins"
    assert recorded.alarms[0].raised_step == before.raised_step
    share = recorded.alarms[-1].sentence.partition(" % of the log")[0].split()[-1]
    assert int(share) < 80  # of what it was resumed with alone it is all
    assert len([one for one in recorded.alarms if one.cleared_step is None]) == 1


@pytest.mark.parametrize("kind", ["gan", None])
def test_healthy_losses_raise_nothing(runs: Path, kind: str | None) -> None:
    with latentop.init(kind=kind) as run:
        for step in range(1, 3001):
            wave = 0.1 * ((step * 7919) % 101 / 101 - 0.5)
            run.log({"errG": 0.9 + wave, "errD": 1.3 - wave / 2}, step=step)
    recorded = everything(only_run(runs))
    assert not recorded.alarms
    assert recorded.facts.verdict == "unknown"


def test_a_divergence_that_has_gone_to_nothing_is_posterior_collapse(runs: Path) -> None:
    with latentop.init(kind="vae") as run:
        for step in range(1, 2001):
            recon = 100 + 50 * 0.99**step + (step * 7919) % 101 / 101
            run.log({"recon": recon, "kld": 5e-5 if step > 200 else 5.0}, step=step)
    recorded = everything(only_run(runs))
    assert standing(recorded) == {"posterior-collapse": "critical"}
    assert recorded.facts.verdict == "posterior-collapse"


def test_where_samples_are_measured_losses_alone_say_nothing(runs: Path) -> None:
    real = torch.randn(500, 2, generator=torch.Generator().manual_seed(1))
    with latentop.init(kind="gan", real=real, sample=lambda n: torch.randn(n, 2)) as run:
        for step in range(1, 3001):
            part = step / 3000
            run.log({"errG": 1 + 12 * part, "errD": 1.38 * (0.0005 / 1.38) ** part}, step=step)
    recorded = everything(only_run(runs))
    assert recorded.facts.metered
    assert "discriminator-wins" not in {one.name for one in recorded.alarms}


def test_what_training_went_back_from_is_forgotten() -> None:
    steps = np.arange(1, 3001)
    values = {
        "loss/generator": 1 + 12 * steps / 3000,
        "loss/discriminator": 1.38 * (0.0005 / 1.38) ** (steps / 3000),
    }
    walls = np.zeros(3000)
    columns = {name: Column(steps=steps, walls=walls, values=one) for name, one in values.items()}
    signs = LossSigns(measures_codings=False)
    assert "discriminator-wins" in {one.name for one in signs([columns], ended=False) if one.bad}
    signs.back_to(601)
    later = {
        name: Column(steps=one.steps[600:610], walls=walls[:10], values=one.values[590:600])
        for name, one in columns.items()
    }
    assert not [one.name for one in signs([later], ended=False) if one.bad]
