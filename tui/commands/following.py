"""Following a run without a terminal: look, say what is new, wait, until it ends or the person leaves."""

import errno
import signal
import time
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
from tui import lines
from tui.commands.looking import look, stillborn
from tui.commands.output import Output, aside
from tui.commands.status import NO_SPACE, Ending, ending, out_of_space, status

_POLL_SECONDS = 0.25
_SPACE_NEEDED = 65_536


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
class Moment:
    """One look at a run: what is new in it (None: nothing), and how it is."""

    batch: Batch | None
    facts: RunFacts
    alarms: tuple[Alarm, ...]
    state: Liveness
    now: float


def follow(
    run: RunFolder,
    output: Output,
    *,
    since: float,
    interrupts: Interrupts,
    leave: Callable[[int], Ending | None],
) -> Ending:
    """Say what happens in a run until it ends, and how it ended.

    ``since`` (seconds since the epoch) says from when on it is told. Once interrupted, ``leave`` is asked at
    every look whether to, given how often. With JSON, the last line is the run's status.
    """
    told = lines.Told(run=run.id, since=since)
    moments = _moments(run)
    ended: Ending | None = None
    while ended is None:
        moment = next(moments)
        told, said = lines.tell(told, moment.batch, moment.state, moment.now)
        for one in said:
            _say(output, one)
        ended = ending(run, moment.facts, moment.state, moment.alarms) or _stuck(run, moment)
        if ended is None and interrupts.count:
            ended = leave(interrupts.count)
    moments.close()
    if interrupts.count and ended.code == 0:
        ended = replace(ended, code=130)
    if output.as_json:
        output.json(status(look(run), ended))
    else:
        _say(output, lines.tell_end(told, moment.state, moment.now))
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


def _moments(run: RunFolder) -> Generator[Moment, None, None]:
    """Looks at a run, a few a second, for ever.

    A worker may write its last words and end between our reading and our judging: the first time that it
    looks dead, what it said of itself stands, and only the next look, which reads all it wrote, is believed.
    """
    reader = Reader(run.database)
    try:
        batch = reader.poll()
        assert batch is not None  # a first poll always reads
        facts, alarms, doubted = batch.facts, batch.alarms, False
        while True:
            now = time.time()
            state = liveness.judge(facts, now)
            if state.name == "starting" and facts.pid is None and stillborn():
                state = Liveness("crashed", False, "the worker ended before it began")
            dead = state.name in ("crashed", "lost")
            if dead and not doubted:
                state = Liveness(facts.state, True, facts.detail)
            doubted = dead
            yield Moment(batch=batch, facts=facts, alarms=alarms, state=state, now=now)
            sleep(_POLL_SECONDS)
            batch = reader.poll()
            if batch is not None:
                facts, alarms = batch.facts, batch.alarms
    finally:
        reader.close()


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


def _say(output: Output, said: lines.Said) -> None:
    if output.as_json:
        output.json({"event": said.kind, "step": said.step, "wall": said.wall, **said.fields})
    else:
        output.line(f"{time.strftime('%H:%M:%S', time.localtime(said.wall))}  {said.text}", said.tone)
