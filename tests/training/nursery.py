"""Workers without the seconds that importing torch takes: forked from one process that has it imported.

From the fork on they are what ``python -m engine.worker`` is: a session, signals, a log, a lock of their own.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from engine.run.folder import RunFolder

GO_ON = "--resume"


class Nursery:
    """Raises workers, and reaps those that ended; they outlive it unless they are ended first."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.training.nursery"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, bufsize=1)

    def start(self, run: RunFolder, *, resume: bool = False) -> None:
        """Start a worker on a run."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{run.path}\t{GO_ON if resume else ''}\n")

    def workers(self) -> list[int]:
        """The pids of all workers that live."""
        family = psutil.Process(self._process.pid).children()
        return [one.pid for one in family if one.status() != psutil.STATUS_ZOMBIE]

    def close(self) -> None:
        """Kill what lives, and end."""
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """Read runs from standard input, and fork a worker for each."""
    import engine.session  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is reaped
    for line in sys.stdin:
        path, _, option = line.rstrip("\n").partition("\t")
        if not os.fork():
            _work(Path(path), option)


def _work(path: Path, option: str) -> None:
    from engine import worker

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(RunFolder(path).log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    sys.argv = ["worker", str(path), *([option] if option else [])]
    code = worker.main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
