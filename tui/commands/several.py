"""Following several runs at once in plain lines, each with its seed, until the last has ended."""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from time import sleep

from engine.run import commands
from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from engine.run.liveness import Liveness
from tui import lines
from tui.commands.following import POLL_SECONDS, Interrupts, Manner, moments, over, report, say
from tui.commands.output import Output, aside
from tui.commands.overall import Overall, as_lines, as_sentences, overall
from tui.commands.status import Ending, status
from tui.looking import glance, look

_WORST_FIRST = (5, 1, 3, 4, 130)


class _Told:
    """One of the runs: what was said of it, and how it ended."""

    def __init__(self, run: RunFolder, manner: Manner) -> None:
        self.run = run
        self.seed = glance(run)[0].seed
        self.ended: Ending | None = None
        self._manner = manner
        self._told = manner.told(run, 0.0)
        self.state = Liveness("queued", True)
        self._moments = moments(run)

    @property
    def code(self) -> int:
        """Its exit code; 0 while it goes on."""
        return self.ended.code if self.ended else 0

    def look(self, output: Output, width: int, *, interrupted: bool) -> None:
        """Say what is new; once it has ended, that and why."""
        moment = next(self._moments)
        self.state = moment.state
        who = f"Seed {self.seed}: " if self._manner.verbose else f"{f's{self.seed}':<{width}}  "
        self._told, said = lines.tell(self._told, moment.batch, moment.state, moment.now)
        for one in said:
            say(output, one, self._manner, who=who, run=self.run.id)
        if not self.run.database.exists():
            self.ended = Ending(code=5, error=f"{self.run.id} was deleted")
        else:
            self.ended = over(self.run, moment)
        if self.ended is None:
            return
        if interrupted and not self.ended.code and moment.state.name != "finished":
            self.ended = replace(self.ended, code=130)
        self._moments.close()
        if output.as_json:
            if self.run.database.exists():
                output.json({"event": "end", **status(look(self.run), self.ended)})
        else:
            end = lines.tell_end(self._told, moment.state, moment.now)
            say(output, end, self._manner, who=who)
        report(self.ended)


def follow_all(runs: Sequence[RunFolder], output: Output, *, manner: Manner, interrupts: Interrupts) -> int:
    """Say what happens in all runs until each has ended, sum them up, and return the worst exit code.

    Ctrl-C stops all of them with checkpoints; pressed again, nobody waits for that.
    """
    told = [_Told(run, manner) for run in runs]
    width = max(len(f"s{one.seed}") for one in told)
    asked = False
    while True:
        for one in told:
            if one.ended is None:
                one.look(output, width, interrupted=interrupts.count > 0)
        going = [one.run for one in told if one.ended is None]
        if not going:
            break
        if interrupts.count and not asked:
            asked = True
            _stop(going)
            aside("stopping all with checkpoints · Ctrl-C again: don't wait for that", "warning")
        if interrupts.count > 1:
            aside("not waiting: they stop by themselves · see: latentop ls", "warning")
            return 130
        sleep(POLL_SECONDS)
    kept = [one for one in told if one.run.database.exists()]
    looks = [replace(look(one.run), state=one.state) for one in kept]
    _sum_up(overall(looks, [one.code for one in kept]), output, manner)
    return worst([one.code for one in told])


def worst(codes: Sequence[int]) -> int:
    """The exit code that says most: a worker that died, a failure, divergence, another critical alarm."""
    return next((code for code in _WORST_FIRST if code in codes), 0)


def _stop(runs: Sequence[RunFolder]) -> None:
    """Ask all to stop, the last in line first: no place that falls free is taken."""
    for run in reversed(runs):
        try:
            commands.ask(run, "stop")
        except LatentopError:
            continue  # it has ended by itself: the next look tells how


def _sum_up(summary: Overall, output: Output, manner: Manner) -> None:
    if output.as_json:
        output.json({"event": "summary", "wall": time.time(), **asdict(summary)})
        return
    for line in as_sentences(summary) if manner.verbose else ["", *as_lines(summary)]:
        output.line(line)
