"""Real workers without the seconds that importing torch takes: forked from a process that has it imported.

From the fork on they are what ``latentop.engine.train.worker`` is: a session, signals, a log, a lock.
"""

import atexit
import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from latentop.engine.run.folder import RunFolder
from tests.support import ROOT

RESUME = "--resume"


class ForkServer:
    """Starts workers, and reaps those that ended. Each computes with one thread."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forkserver"],
            cwd=ROOT,  # wherever the test is that asks first
            stdin=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def claim(self, run: RunFolder) -> None:
        """Start a worker on a new run, as a worker in waiting does that is given its run."""
        self._write(run)

    def resume(self, run: RunFolder) -> None:
        """Start a worker that goes on with a run."""
        self._write(run, RESUME)

    def dismiss(self) -> None:
        """Do nothing: there are other runs to come."""

    def workers(self) -> list[int]:
        """The pids of all workers that live."""
        children = psutil.Process(self._process.pid).children()
        return [one.pid for one in children if one.status() != psutil.STATUS_ZOMBIE]

    def close(self) -> None:
        """Kill the workers that live, and end."""
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _write(self, run: RunFolder, option: str = "") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{run.path}\t{option}\n")


@functools.cache
def fork_server() -> ForkServer:
    """The one of this test process, which ends with it."""
    server = ForkServer()
    atexit.register(server.close)
    return server


def main() -> None:
    """Read runs from standard input, and fork a worker for each."""
    import torch._dynamo  # noqa: F401 - the first optimiser would

    import latentop.engine.train.session  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those that end are reaped
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests
    for line in sys.stdin:
        path, _, option = line.rstrip("\n").partition("\t")
        if not os.fork():
            _work(Path(path), option)


def _work(path: Path, option: str) -> None:
    from latentop.engine.train import worker

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(RunFolder(path).log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.chdir("/")
    sys.argv = ["worker", str(path), *([option] if option else [])]
    code = worker.main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
