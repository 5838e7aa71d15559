"""Following several runs at once in plain lines, each with its seed, until the last has ended."""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace

from latentop.engine.run.folder import RunFolder
from latentop.tui.commands.follow_loop import Followed, Manner, follow
from latentop.tui.commands.help_pages import Overall, as_lines, as_sentences, overall
from latentop.tui.commands.interrupts import Interrupts, Stopping
from latentop.tui.commands.standard_output import Output
from latentop.tui.runs.glance import glance, look

_WORST_FIRST = (5, 1, 3, 4, 130)


def follow_all(runs: Sequence[RunFolder], output: Output, *, manner: Manner, interrupts: Interrupts) -> int:
    """Say what happens in all runs until each has ended, sum them up, and return the worst exit code."""
    seeds = [glance(run)[0].seed for run in runs]
    width = max(len(f"s{seed}") for seed in seeds)
    names = [f"Seed {seed}: " if manner.verbose else f"{f's{seed}':<{width}}  " for seed in seeds]
    told = [Followed(run, output, manner, who=name) for run, name in zip(runs, names, strict=True)]
    if not follow(told, interrupts, Stopping()):
        return 130
    kept = [one for one in told if one.run.database.exists()]
    looks = [replace(look(one.run), state=one.state) for one in kept]
    _sum_up(overall(looks, [one.code for one in kept]), output, manner)
    return worst([one.code for one in told])


def worst(codes: Sequence[int]) -> int:
    """The exit code that says most: a worker that died, a failure, divergence, another critical alarm."""
    return next((code for code in _WORST_FIRST if code in codes), 0)


def _sum_up(summary: Overall, output: Output, manner: Manner) -> None:
    if output.as_json:
        output.json({"event": "summary", "wall": time.time(), **asdict(summary)})
        return
    for line in as_sentences(summary) if manner.verbose else ["", *as_lines(summary)]:
        output.line(line)
