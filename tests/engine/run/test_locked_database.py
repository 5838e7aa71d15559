"""Somebody else holds the file, writes for long, copies it, or died over it: nothing is lost, all is told.

Both journals: the write-ahead log, and the rollback journal that is used where folders lie far away.
"""

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from latentop.engine.record.recorder import Recorder
from latentop.engine.run import commands
from latentop.engine.run.commands import Inbox
from latentop.engine.run.events import Facts, Scalars
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import file_system, launch
from latentop.engine.run.store import database
from latentop.engine.run.store.bins import from_values
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import Store
from tests.support.real_runs import everything, facts, wait_until
from tests.support.recorded_runs import alive

LOSS = "loss/generator"
# Writes 64 steps at a time, for ever; says so after each.
WRITER = f"""
import sys, numpy as np
from pathlib import Path
from latentop.engine.run.store.bins import from_values
from latentop.engine.run.store.writer import Store
store = Store(Path(sys.argv[1]))
for first in range(1, 10**9, 64):
    steps = np.arange(first, first + 64)
    store.write({{"{LOSS}": from_values(steps, steps / 8, np.ones(64))}}, [])
    print(first + 63, flush=True)
"""
# Begins to write, far enough that pages are in the file, and never ends.
HALFWAY = """
import sys, sqlite3, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = TRUNCATE")
connection.execute("PRAGMA cache_size = 2")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE points SET last = 666, mean = 666, lo = 666, hi = 666")
connection.execute("UPDATE rollups SET last = 666, mean = 666, lo = 666, hi = 666")
print("halfway", flush=True)
time.sleep(1000)
"""


@pytest.fixture(params=["wal", "truncate"])
def run(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run of a thousand steps, here or on a machine far away."""
    monkeypatch.setattr(file_system, "remote", lambda path: request.param == "truncate")
    run = launch.new(tmp_path / "runs", RunFacts(preset="dcgan", seed=42), "")
    with closing(Store(run.database)) as store:
        assert store._connection.execute("PRAGMA journal_mode").fetchone() == (request.param,)
        steps = np.arange(1, 1001)
        store.write({LOSS: from_values(steps, steps / 8, np.ones(1000))}, [Facts(values=alive())])
    return run


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)


def program(text: str, run: RunFolder) -> subprocess.Popen[str]:
    line = [sys.executable, "-c", text, str(run.database)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, text=True)


def killed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("hold", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "BEGIN; SELECT * FROM points"])
def test_what_can_not_be_written_for_a_lock_waits_and_then_is_written(run: RunFolder, hold: str) -> None:
    recorder = Recorder(run, lambda: Facts(values={"heartbeat": 1.0}))
    other = sqlite3.connect(run.database, isolation_level=None, timeout=60.0)  # a flush may be under way
    recorder.start()
    wait_until(lambda: recorder.idle and facts(run).heartbeat == 1.0)
    held = [other.execute(one) for one in hold.split(";")]
    if held[-1].description:
        held[-1].fetchone()
    blocks = "SELECT" not in hold or database_journal(run) != "wal"
    for step in range(1001, 1201):
        recorder.put(Scalars(step=step, wall=step / 8, values={LOSS: 2.0}))
    if blocks:
        wait_until(lambda: recorder.trouble)
        assert recorder.trouble
        assert "is locked by another program" in recorder.trouble.message
        assert not recorder.idle
    else:
        wait_until(lambda: recorder.idle)
    for cursor in held:
        cursor.close()
    other.close()
    wait_until(lambda: recorder.idle and recorder.trouble is None)
    recorder.close()
    told = everything(run)
    assert told.bins[LOSS].n.sum() == 1200
    assert (told.facts.state, told.facts.error) == ("running", None)


def database_journal(run: RunFolder) -> str:
    with closing(sqlite3.connect(run.database)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(mode)


@pytest.mark.usefixtures("impatient")
def test_training_does_not_wait_for_who_holds_the_file(run: RunFolder) -> None:
    """It hears of commands once the file is free again."""
    inbox = Inbox(run)
    assert inbox.new() == []
    number = commands.ask(run, "pause")
    with closing(sqlite3.connect(run.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        heard = inbox.new()
        assert heard == [] or database_journal(run) == "wal"
    heard += inbox.new()
    inbox.close()
    assert [(command.id, command.name) for command in heard] == [(number, "pause")]


@pytest.mark.slow
def test_many_viewers_and_a_fast_writer_get_along(run: RunFolder) -> None:
    """A writer in a process of its own, and four viewers that poll as fast as they can."""
    writer = program(WRITER, run)
    stop, counts, errors = threading.Event(), [0] * 4, list[Exception]()

    def view(place: int) -> None:
        try:
            with closing(Reader(run.database)) as reader:
                while not stop.is_set():
                    if batch := reader.poll():
                        counts[place] += int(sum(bins.n.sum() for bins in batch.bins.values()))
        except Exception as error:
            errors.append(error)

    viewers = [threading.Thread(target=view, args=(place,)) for place in range(4)]
    try:
        for viewer in viewers:
            viewer.start()
        while int(said(writer)) < 64 * 40:
            assert writer.poll() is None
    finally:
        stop.set()
        for viewer in viewers:
            viewer.join()
        killed(writer)
    assert errors == []
    assert min(counts) >= 1000
    assert everything(run).bins[LOSS].n.sum() >= 64 * 40


@pytest.mark.parametrize("run", ["truncate"], indirect=True)
def test_a_writer_that_was_killed_halfway_leaves_the_run_as_it_was(run: RunFolder) -> None:
    """Half of what it wrote is in the file, as never with a write-ahead log: whoever looks takes it back."""
    before = everything(run)
    halfway = program(HALFWAY, run)
    try:
        assert said(halfway) == "halfway"
    finally:
        killed(halfway)
    assert (run.path / "run.db-journal").stat().st_size > 0
    recorded = everything(run)
    assert recorded.bins[LOSS].last.tolist() == before.bins[LOSS].last.tolist()
    assert recorded.facts == before.facts


def test_copies_of_a_run_that_is_being_written_open(run: RunFolder, tmp_path: Path) -> None:
    """With cp -r, again and again, while another process writes: each shows what it has.

    ``cp`` reads a page after another: without a write-ahead log, a copy may lack what was written meanwhile.
    """
    writer = program(WRITER, run)
    try:
        said(writer)
        for number in range(8):
            copy = tmp_path / f"copy-{number}"
            subprocess.run(["cp", "-r", str(run.path), str(copy)], check=True)
            for _ in range(5):
                said(writer)
            recorded = everything(RunFolder(copy))
            bins = recorded.bins[LOSS]
            assert recorded.facts.preset == "dcgan"
            assert bins.step[-1] >= 1000
            assert 0.9 * bins.step[-1] <= bins.n.sum() <= bins.step[-1]
    finally:
        killed(writer)
