"""Following runs without a terminal: look, say what is new, wait, until they end or the person leaves."""

import errno
import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from time import sleep

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from latentop.engine.run.process.liveness import SILENT_SECONDS, Liveness
from latentop.engine.run.store.reader import Alarm, Batch, Reader
from latentop.engine.run.verdicts import exit_code
from latentop.tui.commands.interrupts import Interrupts
from latentop.tui.commands.parser import Parser
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.commands.status import NO_SPACE, Ending, ending, out_of_space, status
from latentop.tui.model.event_text import Said
from latentop.tui.runs import run_lines
from latentop.tui.runs.glance import doubtful, look, stillborn

Leave = Callable[[Sequence[RunFolder], int], bool]

POLL_SECONDS = 0.25
_SPACE_NEEDED = 65_536
_VERBOSE_GAP = 30.0
"""Sentences are many, and somebody listens to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a run is told: as ``verbose`` sentences or short lines, a report ``every`` so many seconds."""

    verbose: bool = False
    every: float | None = None

    def told(self, run: RunFolder, since: float) -> run_lines.SaidSoFar:
        """Nothing yet, of that run."""
        shortest = _VERBOSE_GAP if self.verbose else run_lines.SHORTEST_GAP
        return run_lines.SaidSoFar(run=run.id, since=since, every=self.every, shortest=shortest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One look at a run: what is new in it (None: nothing), and how it is."""

    batch: Batch | None
    facts: RunFacts
    alarms: tuple[Alarm, ...]
    state: Liveness
    now: float


def add_manner(parser: Parser) -> None:
    """The options that say how a run is told in plain lines, on a terminal, too."""
    about = "in sentences, all that the dashboard shows, as for a screen reader"
    parser.add_argument("--verbose", action="store_true", help=about)
    about = "a report that often (by default rarer and rarer, from 5 s to 300 s)"
    parser.add_argument("--every", metavar="SECONDS", type=_seconds, help=about)


class Followed:
    """A run that is told until it ends: what was said of it, and how it ended.

    What happened before ``since`` (seconds since the epoch) is history. ``until_alarm``: it ends once a
    critical alarm stands, and trains on. Of several runs, ``who`` begins each line.
    """

    def __init__(
        self,
        run: RunFolder,
        output: Output,
        manner: Manner,
        *,
        since: float = 0.0,
        until_alarm: bool = False,
        who: str = "",
    ) -> None:
        self.run = run
        self.ended: Ending | None = None
        self.state = Liveness("queued", True)
        self._output, self._manner, self._who = output, manner, who
        self._until_alarm = until_alarm
        self._told = manner.told(run, since)
        self._moments = moments(run)

    @property
    def code(self) -> int:
        """Its exit code; 0 while it goes on."""
        return self.ended.code if self.ended else 0

    def look(self, *, interrupted: bool) -> None:
        """Say what is new; once it has ended, that and why."""
        moment = next(self._moments)
        self.state = moment.state
        self._told, said = run_lines.tell(self._told, moment.batch, moment.state, moment.now)
        for one in said:
            self._say(one)
        if ended := self._over(moment):
            by_hand = moment.state.name == "stopped" and not moment.facts.guard_ended
            left = interrupted and (by_hand or not ended.code) and moment.state.name != "finished"
            self.end(replace(ended, code=130) if left else ended)

    def end(self, ended: Ending) -> None:
        """Say how it ended, or was left, and why. With JSON, the last line is the run's status."""
        self.ended = ended
        self._moments.close()
        if not self._output.as_json:
            self._say(run_lines.tell_end(self._told, self.state, time.time()))
        elif self.run.database.exists():
            event = {"event": "end"} if self._who else {}
            self._output.json({**event, **status(look(self.run), ended)})
        report(ended)

    def _over(self, moment: Moment) -> Ending | None:
        """Why there is nothing more to wait for; None while there is."""
        if not self.run.database.exists():
            return Ending(code=5, error=f"{self.run.id} was deleted")
        alarmed = _alarmed(self.run, moment) if self._until_alarm else None
        return (
            alarmed or ending(self.run, moment.facts, moment.state, moment.alarms) or _stuck(self.run, moment)
        )

    def _say(self, said: Said) -> None:
        if self._output.as_json:
            known = {"run": self.run.id} if self._who else {}
            told = {"event": said.kind, **known, "step": said.step, "wall": said.wall, **said.fields}
            self._output.json(told)
            return
        clock = time.strftime("%H:%M:%S", time.localtime(said.wall))
        texts = said.sentences() if self._manner.verbose else (said.text,)
        for place, text in enumerate(texts):
            when = " " * len(clock) if place else clock
            self._output.line(f"{when}  {self._who}{text}", said.tone)


def follow(followed: Sequence[Followed], interrupts: Interrupts, leave: Leave) -> bool:
    """Say what happens in the runs until each has ended; False where they are left before.

    Once interrupted, ``leave`` is asked at every look whether to leave those that go on, given how often.
    """
    while True:
        for one in followed:
            if one.ended is None:
                one.look(interrupted=interrupts.count > 0)
        going = [one.run for one in followed if one.ended is None]
        if not going or (interrupts.count and leave(going, interrupts.count)):
            return not going
        sleep(POLL_SECONDS)


def follow_one(followed: Followed, interrupts: Interrupts, leave: Leave) -> int:
    """The same with one run; returns the exit code."""
    if not follow([followed], interrupts, leave):
        followed.end(Ending(code=130))
    return followed.code


def report(ended: Ending) -> int:
    """Tell on standard error why it ended badly and what to do; returns the exit code."""
    for line in ended.log:
        aside(f"  | {line}", "faint")
    if ended.error:
        aside(f"latentop: {ended.error}", "critical")
    if ended.hint:
        aside(f"  try: {ended.hint}")
    return ended.code


def moments(run: RunFolder) -> Generator[Moment, None, None]:
    """Looks at a run, for ever, one whenever it is asked for.

    A worker that looks dead may have written its last words since: they are told before that is believed.
    """
    reader = Reader(run.database)
    try:
        batch = reader.poll()
        assert batch is not None  # a first poll always reads
        facts, alarms = batch.facts, batch.alarms
        while True:
            now = time.time()
            state = liveness.judge(facts, now)
            if state.name in ("queued", "starting") and facts.pid is None and stillborn():
                who = "queue" if state.name == "queued" else "worker"
                state = Liveness("crashed", False, f"the {who} ended before it began")
            late = reader.poll() if doubtful(state) else None
            if late is not None and (late.facts, late.alarms) == (facts, alarms):
                late = late if late.bins or late.marks or late.frames else None
            if late is not None:
                state = Liveness(facts.state, True, facts.detail)
            yield Moment(batch=batch, facts=facts, alarms=alarms, state=state, now=now)
            batch = late or reader.poll()
            if batch is not None:
                facts, alarms = batch.facts, batch.alarms
    finally:
        reader.close()


def _alarmed(run: RunFolder, moment: Moment) -> Ending | None:
    """Why to leave: a critical alarm stands. The run trains on."""
    for alarm in moment.alarms:
        if alarm.severity == "critical" and alarm.cleared_step is None:
            error = f"{run.id}, {alarm.name}: {alarm.sentence}"
            return Ending(code=exit_code(alarm.name), error=error, hint=alarm.advice)
    return None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no number of seconds; accepted: 1 or more")
    return seconds


def _stuck(run: RunFolder, moment: Moment) -> Ending | None:
    """Whether a silent worker is silent because it can't write: its disk or its quota is full."""
    if moment.now - (moment.facts.heartbeat or moment.now) < SILENT_SECONDS:
        return None
    try:
        with TemporaryFile(dir=run.path, buffering=0) as file:
            file.write(bytes(_SPACE_NEEDED))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return out_of_space(run, f"{NO_SPACE} for {run.path}")
    return None
