"""Scripts of a person's own, run as ``python script.py`` runs them, without the seconds that torch takes.

Each is forked from a process that has torch imported. From then on it is a process of its own, which ends as
any interpreter does, with its exit hooks and its exit code.
"""

import atexit
import functools
import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import psutil

from latentop.engine.run import folder
from latentop.engine.run.errors import StorageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from tests.support import ROOT
from tests.support.real_runs import facts, wait_until


@dataclass(frozen=True, slots=True)
class Script:
    """A script that was started in its folder: its runs lie in ``runs`` there, its output in ``output``."""

    place: Path

    @property
    def runs(self) -> Path:
        return self.place / "runs"

    @property
    def output(self) -> str:
        """What it has printed, to either stream; without what a library of torch prints as it ends."""
        with suppress(FileNotFoundError):
            return (self.place / "output").read_text().partition("nanobind: leaked")[0]
        return ""

    @property
    def pid(self) -> int:
        wait_until((self.place / "pid").exists)
        return int((self.place / "pid").read_text())

    @property
    def run(self) -> RunFolder:
        """Its newest run, once it has begun one."""
        wait_until(lambda: _begun(self.runs) or self.over)
        found = _begun(self.runs)
        assert found, self.output
        return found[0]

    @property
    def state(self) -> str:
        """How its run is, as everybody sees it."""
        return liveness.judge(facts(self.run), time.time()).name

    @property
    def over(self) -> bool:
        return (self.place / "code").exists()

    def ended(self) -> int:
        """Its exit code once it has ended; of one that a signal ended, less than 0."""
        try:
            wait_until(lambda: self.over)
        except AssertionError as error:
            raise AssertionError(f"it does not end; its output:\n{self.output}") from error
        return int((self.place / "code").read_text())

    def trained(self, steps: int = 1) -> RunFolder:
        """Its run, once it has recorded so many steps."""
        run = self.run
        wait_until(lambda: facts(run).step >= steps or self.over)
        assert facts(run).step >= steps, self.output
        return run


@contextmanager
def script(place: Path, text: str, *words: str, **environment: str) -> Iterator[Script]:
    """A script of that text, started with those words; killed at the end of the block if it is not over."""
    made = Script(place)
    place.mkdir(exist_ok=True)
    (place / "script.py").write_text(dedent(text))
    for left in ("code", "pid", "output"):
        (place / left).unlink(missing_ok=True)
    _zygote().start(place, words, environment)
    try:
        yield made
    finally:
        if not made.over:
            with suppress(ProcessLookupError):
                os.kill(made.pid, signal.SIGKILL)
            made.ended()


def ran(place: Path, text: str, *words: str, **environment: str) -> Script:
    """A script of that text that has run to its end, well."""
    with script(place, text, *words, **environment) as made:
        assert made.ended() == 0, made.output
    return made


def _begun(runs: Path) -> list[RunFolder]:
    with suppress(StorageError):  # it is being made
        return [run for run in folder.every(runs) if facts(run).pid is not None]
    return []


class _Zygote:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.scripts"],
            cwd=ROOT,  # wherever the test is that asks first
            stdin=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def start(self, place: Path, words: tuple[str, ...], environment: Mapping[str, str]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(place), words, environment]) + "\n")

    def close(self) -> None:
        for child in psutil.Process(self._process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@functools.cache
def _zygote() -> _Zygote:
    made = _Zygote()
    atexit.register(made.close)
    return made


def main() -> None:
    """Read what to run from standard input, and fork it; the child returns from here when it is done."""
    import torch._dynamo  # noqa: F401 - the first optimiser would
    import torchvision  # noqa: F401

    import latentop.engine.external.script.start  # noqa: F401

    gc.freeze()  # a process that ends need not look through all of torch
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those that wait for a script are reaped
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests
    for line in sys.stdin:
        place, words, environment = json.loads(line)
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if pid := os.fork():
                _await(Path(place), pid)
            _become(Path(place), words, environment)
            return


def _await(place: Path, pid: int) -> None:
    (place / "pid.new").write_text(str(pid))
    (place / "pid.new").rename(place / "pid")
    _, status = os.waitpid(pid, 0)
    (place / "code.new").write_text(str(os.waitstatus_to_exitcode(status)))
    (place / "code.new").rename(place / "code")
    os._exit(0)


def _become(place: Path, words: list[str], environment: Mapping[str, str]) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = os.open(place / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.chdir(place)
    os.environ.update(environment)
    sys.argv = ["script.py", *words]
    sys.orig_argv = [sys.executable, "script.py", *words]
    sys.path[0] = str(place)
    runpy.run_path(str(place / "script.py"), run_name="__main__")


if __name__ == "__main__":
    main()
