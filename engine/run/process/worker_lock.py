"""The lock of a run: one process at a time writes it."""

import fcntl
from typing import IO

from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder


def hold(run: RunFolder) -> IO[str]:
    """Hold the run for this process. Raises UsageError where another one does."""
    run.lock.touch(mode=0o600)
    lock = run.lock.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise UsageError(f"another process trains {run.id} already", f"latentop stop {run.id}") from error
    except OSError:  # a file system without locks
        pass
    return lock
