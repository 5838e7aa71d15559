"""Runs checks in a process beside this one, which is replaced when one of them ends, hangs or breaks it."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from benchmarks.gpu.check import Bench, Check, Probe, Run, first_line, skipped

START_SECONDS = 90.0
"""What importing torch and starting CUDA may take, at most."""
DRY = 3.0
"""How much longer than on a card a check may take where two processors do its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The device that is checked: ``cuda:0`` or ``cpu``, and its name for people."""

    device: str
    name: str


class NoCardError(Exception):
    """There is no CUDA device that computes; the text says why, if anybody knows."""


class Helper:
    """A process that runs one check at a time, on the device that it has ``found``.

    Raises NoCardError, EOFError where the process ends by itself, and TimeoutError where it says nothing.
    """

    def __init__(self, *, dry: bool) -> None:
        self.used = False
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, dry))
        self._process.start()
        other.close()
        try:
            said = self._next(START_SECONDS)
            if not isinstance(said, Found):
                raise NoCardError(str(said))
        except BaseException:
            self.end()
            raise
        self.found = said

    def rows(self, probe: Probe, bench: Bench) -> Iterator[Check]:
        """The rows of a check as they come."""
        self.used = True
        self._pipe.send((probe, bench))
        while (said := self._next(bench.left)) is not None:
            assert isinstance(said, Check)
            yield said

    def end(self) -> None:
        """End the process, whatever it does, and whatever it has started."""
        started: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            started = psutil.Process(self._process.pid).children(recursive=True)
        for one in started:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _next(self, seconds: float) -> object:
        if not self._pipe.poll(max(seconds, 0.0)):
            raise TimeoutError
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionResetError):
            raise EOFError(self._last_words()) from None

    def _last_words(self) -> str:
        self._process.join(5.0)
        code = self._process.exitcode
        if code is not None and code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended with {code}"


class Benches:
    """Runs a plan: each check until its share of the time, and what others left of theirs, is used."""

    def __init__(self, plan: Sequence[Probe], folder: Path, *, dry: bool) -> None:
        """Raises NoCardError where there is nothing to check."""
        self._plan = plan
        self._folder = folder
        self._dry = dry
        self._helper: Helper | None = None
        try:
            self.found = self._ready().found
        except (EOFError, TimeoutError) as error:
            raise NoCardError(str(error) or "looking for one did not come to an end") from error

    def rows(self) -> Iterator[Check]:
        """All rows as they come: a check that raises, ends its process or hangs is a failed one."""
        until = time.monotonic()
        for number, probe in enumerate(self._plan):
            until += probe.seconds * (DRY if self._dry else 1.0)
            folder = self._folder / f"{number}-{probe.name}"
            folder.mkdir()
            bench = Bench(device=self.found.device, folder=folder, until=until, dry=self._dry)
            try:
                yield from self._rows(probe, bench)
            finally:
                end_runs(folder)

    def close(self) -> None:
        """End what still runs."""
        if self._helper is not None:
            self._helper.end()
            self._helper = None
        end_runs(self._folder)

    def _rows(self, probe: Probe, bench: Bench) -> Iterator[Check]:
        if bench.left <= 0:
            yield replace(skipped("no time is left"), name=probe.name)
            return
        began, sound = time.monotonic(), True
        try:
            for row in self._ready(unused=probe.alone).rows(probe, bench):
                sound = sound and row.state != "failed"
                yield row
        except (EOFError, TimeoutError) as error:
            sound, took = False, time.monotonic() - began
            figure = str(error) or f"not done after {took:.0f} s"
            yield Check(name=probe.name, state="failed", figure=figure, seconds=took)
        if probe.alone or not sound:
            self.close()

    def _ready(self, *, unused: bool = False) -> Helper:
        """A process that takes a check; ``unused``: which has taken none before."""
        if self._helper is not None and unused and self._helper.used:
            self.close()
        if self._helper is None:
            self._helper = Helper(dry=self._dry)
        return self._helper


def end_runs(folder: Path) -> None:
    """Kill the workers of all runs in the folder that are still trained."""
    from latentop.engine.run.folder import RunFolder
    from latentop.engine.run.process import liveness
    from latentop.engine.run.store.reader import Reader

    for path in folder.rglob("run.db"):
        with suppress(Exception):
            reader = Reader(RunFolder(path.parent).database)
            try:
                facts = reader.facts()
            finally:
                reader.close()
            if facts.pid is not None and liveness.judge(facts, time.time()).alive:
                with suppress(ProcessLookupError):
                    os.kill(facts.pid, signal.SIGKILL)


def rows_of(run: Run, probe: Probe, bench: Bench) -> Iterator[Check]:
    """The rows of a check, named, timed; whatever it raises becomes one, too."""
    began = time.monotonic()
    try:
        for row in run(bench):
            now = time.monotonic()
            name = f"{probe.name}: {row.name}" if row.name else probe.name
            yield replace(row, name=name, seconds=now - began)
            began = now
    except ModuleNotFoundError as error:
        figure = f"needs {error.name}, which is not installed"
        yield replace(skipped(figure), name=probe.name, seconds=time.monotonic() - began)
    except Exception as error:
        figure, took = first_line(error), time.monotonic() - began
        yield Check(name=probe.name, state="failed", figure=figure, seconds=took)


def _serve(pipe: Connection, dry: bool) -> None:
    """What the process does: say what is to be checked here, then run what it is given."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    said = _look(dry)
    pipe.send(said)
    if not isinstance(said, Found):
        return
    while True:
        try:
            probe, bench = pipe.recv()
        except EOFError:
            return
        module, _, function = probe.place.partition(":")
        run: Run = getattr(import_module(module), function)
        for row in rows_of(run, probe, bench):
            pipe.send(row)
        pipe.send(None)


def _look(dry: bool) -> Found | str:
    """The device to check, tried and prepared; why there is none."""
    import latentop.engine.train.session  # noqa: F401 - takes seconds, which are no check's
    from latentop.engine.train import devices

    if dry:
        return Found(device="cpu", name=devices.name(devices.CPU))
    choice = devices.choose("auto")
    if choice.device.type != "cuda":
        return "; ".join(choice.notes) or "torch sees none here"
    devices.prepare(choice.device)
    return Found(device=str(choice.device), name=devices.name(choice.device))
