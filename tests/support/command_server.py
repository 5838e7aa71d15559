"""The real command without the time that its imports take: forked from a process that has them done.

From the fork on it is what a shell starts: its own streams, folder, environment and exit code. Commands that
a terminal shows, and three cold starts, are started as people start them: see ``tests/terminal``.
"""

import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support import ROOT


class CommandServer:
    """Runs ``latentop`` with some words, one after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.command_server"],
            cwd=ROOT,  # wherever the test is that asks first
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def run(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """What it wrote, and its exit code; without anything to read from, and without a terminal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as place:
            streams = [f"{place}/out", f"{place}/errors"]
            asked = [list(words), str(folder), dict(environment), *streams]
            self._process.stdin.write(json.dumps(asked) + "\n")
            code = int(self._process.stdout.readline())
            out, errors = (Path(stream).read_text(encoding="utf-8") for stream in streams)
        return subprocess.CompletedProcess(list(words), code, out, errors)

    def close(self) -> None:
        """End the process that commands are forked from."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@functools.cache
def command_server() -> CommandServer:
    """The one of this test process, which ends with it."""
    server = CommandServer()
    atexit.register(server.close)
    return server


def main() -> None:
    """Read what to run from standard input; run each in a fork, and answer with its exit code."""
    import latentop.tui.cli  # noqa: F401

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests
    for line in sys.stdin:
        words, folder, environment, out, errors = json.loads(line)
        pid = os.fork()
        if not pid:
            _run(words, folder, environment, out, errors)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(words: list[str], folder: str, environment: dict[str, str], out: str, errors: str) -> None:
    from latentop.tui import cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for target, name in ((0, os.devnull), (1, out), (2, errors)):
        flags = os.O_WRONLY | os.O_CREAT if target else os.O_RDONLY
        os.dup2(os.open(name, flags, 0o600), target)
    sys.stdin, sys.stdout, sys.stderr = (
        open(target, "w" if target else "r", encoding="utf-8", closefd=False)  # noqa: SIM115
        for target in range(3)
    )
    sys.argv = ["latentop", *words]
    code = cli.main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
