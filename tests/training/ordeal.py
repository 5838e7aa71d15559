"""A run that is struck: what it promised before, what is left of it after, and whether it goes on."""

import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil

from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store import database
from latentop.presets import catalogue
from latentop.tui.runs.start import start
from tests.support.forkserver import ForkServer
from tests.support.real_runs import ask, everything, facts, wait_until
from tests.training.faults import Fault, state, trains_on

STEADY = {
    "oscillation": (),
    "ring": ("generator.hidden=[16]", "discriminator.hidden=[16]", "batch=16"),
    "linear-pca": (),
    "stacked": ("batch=16",),
}
"""Presets that take a millisecond or so a step, and what makes them."""
ENDLESS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a fault left. ``ended``: running, stopped or crashed; ``resumed``: from a checkpoint, after that.

    ``missing`` counts steps that a series lacks, or has twice, at any resolution, before and after a resume:
    after a sudden death, too, what a heartbeat had promised. ``integrity`` is what SQLite says of the file.
    ``orphans`` are processes that nobody wants any more. ``unsaid``: the run did not tell what it should.
    ``lost`` are the seconds between the newest point on disk and a sudden death, for the table alone.
    """

    fault: str
    preset: str
    ended: str
    resumed: bool
    missing: int
    integrity: str
    orphans: int
    unsaid: bool
    lost: float | None

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return self.integrity == "ok" and not (self.missing or self.orphans or self.unsaid)


def begin(runs: Path, name: str) -> RunFolder:
    """A new run of a steady preset, in training by a worker as everybody starts it."""
    preset = catalogue.load(catalogue.find(name), [*STEADY[name], f"steps={ENDLESS}"])
    run = start(runs, name, preset)
    trains_on(run)
    return run


def suffer(run: RunFolder, fault: Fault, chance: Random, server: ForkServer) -> Outcome:
    """Strike a run in training, look at what is left of it, and see that it goes on."""
    promised = 0 if fault.back else _flushed(run)
    fault.strike(run, chance)
    struck, ended = time.time(), state(run)
    missing, newest = _missing(run, promised)
    resumed, unsaid = ended != "running", False
    if resumed:
        rewinds = facts(run).rewinds
        server.resume(run)
        wait_until(lambda: facts(run).rewinds > rewinds and state(run) == "running")
        trains_on(run)
        missing += _missing(run, _flushed(run))[0]
        unsaid = fault.told not in [mark.text for mark in everything(run).marks if mark.kind == "resume"][-1]
    return Outcome(
        fault=fault.name,
        preset=facts(run).preset,
        ended=ended,
        resumed=resumed,
        missing=missing,
        integrity=integrity(run),
        orphans=_orphans(run, server, wanted=1),
        unsaid=unsaid,
        lost=struck - newest if fault.sudden else None,
    )


def finish(run: RunFolder, server: ForkServer) -> int:
    """Let a run end, and return how many processes of it are left."""
    answer = ask(run, "set", {"steps": facts(run).step + 15_000})
    assert answer.state == "applied", answer
    wait_until(lambda: state(run) == "finished")
    return _orphans(run, server, wanted=0)


def integrity(run: RunFolder) -> str:
    """What SQLite finds wrong with the run's database; ``ok`` if nothing."""
    with closing(database.open_for_reading(run.database)) as connection:
        rows = connection.execute("PRAGMA integrity_check").fetchall()
    return "; ".join(row for (row,) in rows)


def _flushed(run: RunFolder) -> int:
    """A step that is on disk for sure: since it was done, all that was to be recorded has been written."""
    before = facts(run)
    assert before.heartbeat is not None
    wait_until(lambda: (facts(run).heartbeat or 0.0) > (before.heartbeat or 0.0))
    return before.step


def _missing(run: RunFolder, promised: int) -> tuple[int, float]:
    """How many steps the losses lack or have twice, and when their newest point was."""
    tables = (
        "SELECT step, n, wall FROM points WHERE series = ? ORDER BY step",
        *(
            f"SELECT step, n, wall FROM rollups WHERE series = ? AND tier = {tier} ORDER BY bucket"
            for tier in range(1, 7)
        ),
    )
    wrong, newest = 0, 0.0
    with (
        closing(database.open_for_reading(run.database)) as connection,
        database.transaction(connection, "DEFERRED"),
    ):
        losses = connection.execute("SELECT id FROM series WHERE name LIKE 'loss/%'").fetchall()
        for (series,) in losses:
            for table in tables:
                rows = connection.execute(table, (series,)).fetchall()
                wrong += gaps([(step, n) for step, n, _ in rows], promised)
                newest = max([newest, *(wall for _, _, wall in rows[-1:])])
    assert losses
    return wrong, newest


def gaps(bins: list[tuple[int, int]], promised: int) -> int:
    """Steps from the first one on that no bin of (last step, number of steps) holds, or that two hold."""
    wrong = last = 0
    for step, n in bins:
        wrong += abs(step - n - last)
        last = step
    return wrong + max(0, promised - last)


def _orphans(run: RunFolder, server: ForkServer, *, wanted: int) -> int:
    """How many processes there are of a run beyond its ``wanted`` worker, after some time to go in."""
    with suppress(AssertionError):
        wait_until(lambda: _processes(run, server) == wanted)
    return abs(_processes(run, server) - wanted)


def _processes(run: RunFolder, server: ForkServer) -> int:
    """Workers, and whatever else was started with the run's path."""
    named = [
        one.pid
        for one in psutil.process_iter(["cmdline"])
        if any(str(run.path) in word for word in one.info["cmdline"] or ())
    ]
    return len({*named, *server.workers()})
