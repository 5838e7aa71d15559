"""What losses alone say of a script's training: the rules for logs, where nobody measures samples."""

from collections.abc import Mapping, Sequence

import numpy as np

from latentop.engine.external.loss_judge import LossJudge
from latentop.engine.external.loss_rules.vanished_divergence import NAME as VANISHED
from latentop.engine.external.script.calls.log_call import HELD_OUT
from latentop.engine.record.host_copy import Column
from latentop.engine.run.store.bins import Bins
from latentop.engine.watch.verdict.alarms import Condition


class LossSigns:
    """Implements ``train.observer.Losses``: each call looks at most once, so that training need not wait.

    With ``measures_codings`` the watch knows better whether codings tell nothing.
    """

    def __init__(self, *, measures_codings: bool) -> None:
        self._judge = LossJudge(once=True)
        self._left_out = {VANISHED} if measures_codings else set()

    def __call__(self, phases: Sequence[Mapping[str, Column]], *, ended: bool) -> list[Condition]:
        """What stands after the newest columns, phase by phase; ``ended`` says that no more come."""
        self._judge(_joined(phases))
        if ended:
            self._judge.end()
        return [one for one in self._judge.conditions if one.name not in self._left_out]

    def remember(self, recorded: Mapping[str, Bins]) -> None:
        """Know what was recorded before, at the resolution of a chart; the watch judges what is held out."""
        columns = {
            name: Column(steps=one.step, walls=one.wall, values=one.values)
            for name, one in recorded.items()
            if not name.startswith(HELD_OUT)
        }
        self._judge(columns)

    def back_to(self, step: int) -> None:
        """Training went back: what comes goes on from this step."""
        self._judge.back_to(step)


def _joined(phases: Sequence[Mapping[str, Column]]) -> dict[str, Column]:
    """The columns of all phases, one after the other."""
    parts: dict[str, list[Column]] = {}
    for columns in phases:
        for name, column in columns.items():
            parts.setdefault(name, []).append(column)
    return {
        name: Column(
            steps=np.concatenate([one.steps for one in rows]),
            walls=np.concatenate([one.walls for one in rows]),
            values=np.concatenate([one.values for one in rows]),
        )
        for name, rows in parts.items()
    }
