"""Following a run without a terminal: look, say what is new, wait, until it ends or the person leaves."""

import errno
import signal
import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from time import sleep
from types import FrameType
from typing import Any, Self

from engine.run import liveness
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.liveness import SILENT_SECONDS, Liveness
from engine.run.reader import Alarm, Batch, Reader
from engine.run.verdicts import exit_code
from tui import lines
from tui.commands.output import Output, aside
from tui.commands.parser import Parser
from tui.commands.status import NO_SPACE, Ending, ending, out_of_space, status
from tui.looking import doubtful, look, stillborn
from tui.saying import Said

POLL_SECONDS = 0.25
_SPACE_NEEDED = 65_536
_VERBOSE_GAP = 30.0
"""Sentences are many, and somebody listens to them."""


class Interrupts:
    """Counts Ctrl-C (and SIGTERM) inside its block, so that neither breaks into what is being done."""

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for one in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(one) is not signal.SIG_IGN:  # as nohup and & in a script leave SIGINT
                self._before[one] = signal.signal(one, self._seen)
        return self

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _seen(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a run is told: as ``verbose`` sentences or short lines, a report ``every`` so many seconds."""

    verbose: bool = False
    every: float | None = None

    def told(self, run: RunFolder, since: float) -> lines.Told:
        """Nothing yet, of that run."""
        shortest = _VERBOSE_GAP if self.verbose else lines.SHORTEST_GAP
        return lines.Told(run=run.id, since=since, every=self.every, shortest=shortest)


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


def follow(
    run: RunFolder,
    output: Output,
    *,
    since: float,
    manner: Manner,
    interrupts: Interrupts,
    leave: Callable[[int], Ending | None],
    until_alarm: bool = False,
) -> Ending:
    """Say what happens in a run until it ends, and how it ended.

    ``since`` (seconds since the epoch) says from when on it is told. Once interrupted, ``leave`` is asked at
    every look whether to, given how often. ``until_alarm`` leaves once a critical alarm stands.
    With JSON, the last line is the run's status.
    """
    told = manner.told(run, since)
    seen = moments(run)
    ended: Ending | None = None
    while ended is None:
        moment = next(seen)
        told, said = lines.tell(told, moment.batch, moment.state, moment.now)
        for one in said:
            say(output, one, manner)
        ended = (_alarmed(run, moment) if until_alarm else None) or over(run, moment)
        if ended is None and interrupts.count:
            ended = leave(interrupts.count)
        if ended is None:
            sleep(POLL_SECONDS)
    seen.close()
    if interrupts.count and ended.code == 0:
        ended = replace(ended, code=130)
    if output.as_json:
        output.json(status(look(run), ended))
    else:
        say(output, lines.tell_end(told, moment.state, moment.now), manner)
    return ended


def report(ended: Ending) -> int:
    """Tell on standard error why it ended badly and what to do; returns the exit code."""
    for line in ended.log:
        aside(f"  | {line}", "faint")
    if ended.error:
        aside(f"latentop: {ended.error}", "critical")
    if ended.hint:
        aside(f"  try: {ended.hint}")
    return ended.code


def over(run: RunFolder, moment: Moment) -> Ending | None:
    """Whether there is nothing more to wait for, and why."""
    return ending(run, moment.facts, moment.state, moment.alarms) or _stuck(run, moment)


def moments(run: RunFolder) -> Generator[Moment, None, None]:
    """Looks at a run, for ever, one whenever it is asked for.

    The first time that a worker looks dead, what it said of itself stands; only the next look is believed.
    """
    reader = Reader(run.database)
    try:
        batch = reader.poll()
        assert batch is not None  # a first poll always reads
        facts, alarms, doubted = batch.facts, batch.alarms, False
        while True:
            now = time.time()
            state = liveness.judge(facts, now)
            if state.name in ("queued", "starting") and facts.pid is None and stillborn():
                who = "queue" if state.name == "queued" else "worker"
                state = Liveness("crashed", False, f"the {who} ended before it began")
            dead = doubtful(state)
            if dead and not doubted:
                state = Liveness(facts.state, True, facts.detail)
            doubted = dead
            yield Moment(batch=batch, facts=facts, alarms=alarms, state=state, now=now)
            batch = reader.poll()
            if batch is not None:
                facts, alarms = batch.facts, batch.alarms
    finally:
        reader.close()


def say(output: Output, said: Said, manner: Manner, *, who: str = "", run: str = "") -> None:
    """Write what is said. Of several runs, ``who`` begins each line, and ``run`` stands in the JSON."""
    if output.as_json:
        known = {"run": run} if run else {}
        output.json({"event": said.kind, **known, "step": said.step, "wall": said.wall, **said.fields})
        return
    clock = time.strftime("%H:%M:%S", time.localtime(said.wall))
    texts = said.sentences() if manner.verbose else (said.text,)
    for place, text in enumerate(texts):
        when = " " * len(clock) if place else clock
        output.line(f"{when}  {who}{text}", said.tone)


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
