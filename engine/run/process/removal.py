"""Whether somebody has removed a run's folder while a process still records into it.

What is written then goes into files without a name, which nobody can list, resume or stop.
"""

import errno
import os
import weakref

from latentop.engine.run.folder import RunFolder

WHY = "its folder was removed"


class Removal:
    """Notices that a run's folder is gone. One that only has another name now was not removed."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._lock = os.open(run.lock, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._links = os.fstat(self._lock).st_nlink
        weakref.finalize(self, os.close, self._lock)

    @property
    def noticed(self) -> bool:
        """Whether it was removed. File systems of other machines may not say so."""
        try:
            links = os.fstat(self._lock).st_nlink
        except OSError as error:
            return error.errno == errno.ESTALE  # another machine has removed it
        return links == 0 < self._links and not self._run.database.exists()
