"""A log that is watched as it grows is told what diagnose tells of it once it is finished."""

from pathlib import Path

import numpy as np
import pytest

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.report import diagnose
from latentop.engine.external.loss_judge import LossJudge
from latentop.engine.record.host_copy import Column
from tests.support.loss_logs import DISCRIMINATOR, GENERATOR, course, noise, raised, sound, standing
from tests.support.tiers import few

ROWS = 1500
FID = "quality/fid"


def losses() -> dict[str, np.ndarray]:
    series = sound(ROWS)
    series[DISCRIMINATOR][500:] = 0.002 * noise(ROWS - 500, 0.3)
    series[GENERATOR][500:] = 8.0 * noise(ROWS - 500, 0.1, 1)
    series[FID] = course((0, 300.0), (0.2, 40.0), (0.4, 40.0), (0.5, 160.0), (1, 170.0), rows=ROWS)
    return series


@pytest.mark.parametrize("size", few([40, 1, ROWS], 1))
def test_live_and_diagnosed_agree(tmp_path: Path, size: int) -> None:
    series = losses()
    path = tmp_path / "log.csv"
    lines = ["step,g_loss,d_loss,fid"]
    for step in range(ROWS):
        cells = (float(series[name][step]) for name in (GENERATOR, DISCRIMINATOR, FID))
        lines.append(",".join(map(str, [step + 1, *cells])))
    path.write_text("\n".join([*lines, ""]))
    judge = LossJudge()
    events = []
    for begin in range(0, ROWS, size):
        part = slice(begin, begin + size)
        steps = np.arange(1, ROWS + 1, dtype=np.int64)[part]
        events += judge(
            {
                name: Column(steps=steps, walls=steps * 1.0, values=values[part])
                for name, values in series.items()
            }
        )
    events += judge.end()
    found = diagnose(path, ColumnsWanted())
    grown = {
        (one.name, one.evidence["since"]) for one in raised(events) if one.severity == "critical"
    }  # a warning before says no more
    live = sorted(
        (int(one.evidence["since"]), one.name, one.severity, one.sentence)
        for one in raised(events)
        if one.severity == "critical" or (one.name, one.evidence["since"]) not in grown
    )
    once = sorted((one.raised_step, one.name, one.severity, one.sentence) for one in found.alarms)
    assert live == once
    assert {name for _, name, *_ in live} >= {"discriminator-wins", "quality-worse"}
    assert standing(events) == {one.name: one.severity for one in found.alarms if one.cleared_step is None}
    assert all(one.wall > 0 for one in raised(events))


def test_other_series_of_a_program_are_not_judged() -> None:
    judge = LossJudge()
    steps = np.arange(1, 401, dtype=np.int64)
    values = np.where(steps > 200, np.nan, 0.1)
    assert judge({"lr": Column(steps=steps, walls=steps * 1.0, values=values)}) == []
    assert judge.end() == []
