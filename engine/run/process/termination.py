"""Ending a worker that answers nothing: one that is stuck in somebody's networks, or in its start."""

import os
import signal
import time
from contextlib import closing

from latentop.engine.run.commands import Inbox
from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.events import Mark, Reply
from latentop.engine.run.facts import told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import write

_SECONDS = 10.0
_LOOK_SECONDS = 0.02
ENDED = "its process was ended"


def end(run: RunFolder) -> int:
    """Kill the run's process with all that it has started, say so in the run, and return the last step.

    What it has trained since its last checkpoint is lost. What was asked of it is answered, lest the next
    worker stop for it. Raises UsageError where no such process is here,
    LatentopError where it can't be ended.
    """
    refuse_foreign(run.path)
    with closing(Reader(run.database)) as reader:
        facts = reader.facts()
    if not liveness.here(facts):
        does = "watched" if facts.watches else "trained"
        raise UsageError(f"{run.id} is {does} on {facts.host}: its process is not here", "end it there")
    if facts.pid is None or not liveness.lives(facts):
        raise UsageError(f"{run.id} has no process to end", "see: latentop ls")
    try:
        alone = os.getpgid(facts.pid) != facts.pid  # it shares its group with whoever started it
        (os.kill if alone else os.killpg)(facts.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it was quicker
    except OSError as error:
        raise LatentopError(
            f"process {facts.pid} can't be ended: {error.strerror}", "ask its owner"
        ) from error
    until = time.monotonic() + _SECONDS
    while liveness.lives(facts):
        if time.monotonic() > until:
            raise LatentopError(f"process {facts.pid} does not end", "its machine holds it: see dmesg")
        time.sleep(_LOOK_SECONDS)
    now = time.time()
    mark = Mark(step=facts.step, wall=now, kind="stop", text=ENDED)
    with closing(Inbox(run)) as inbox:
        replies = [
            Reply(command=one.id, applied=one.name == "stop", step=facts.step, wall=now, text=ENDED)
            for one in inbox.new()
        ]
    write(run.database, mark, *replies, told(state="stopped", detail=ENDED, ended=now))
    return facts.step
