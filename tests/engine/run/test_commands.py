"""Commands: asked as rows, heard once and in order, answered; refused at once where nobody would hear."""

import socket
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from latentop.engine.run import commands
from latentop.engine.run.commands import Answer, Asked, Inbox
from latentop.engine.run.errors import StorageError, UsageError
from latentop.engine.run.events import Event, Facts, Reply
from latentop.engine.run.facts import ClassCount, KnownSnapshot, RunFacts, told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import Store
from tests.support.real_runs import everything

ALIVE = {**liveness.identity().values, "state": "running"}


def write(run: RunFolder, *events: Event) -> None:
    store = Store(run.database)
    store.write({}, events)
    store.close()


def set_facts(run: RunFolder, values: Mapping[str, object]) -> None:
    write(run, Facts(values={**values, "heartbeat": time.time()}))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run that this very process seems to train."""
    run = launch.new(tmp_path, RunFacts(preset="dcgan", seed=42), "")
    set_facts(run, ALIVE)
    return run


def test_what_is_asked_is_heard_once_and_in_order(run: RunFolder) -> None:
    inbox = Inbox(run)
    assert inbox.new() == []
    first = commands.ask(run, "set", {"generator.lr": 5e-5})
    second = commands.ask(run, "pause")
    assert inbox.new() == [
        Asked(id=first, name="set", arguments={"generator.lr": 5e-5}),
        Asked(id=second, name="pause", arguments={}),
    ]
    set_facts(run, {"step": 7})  # something else is written meanwhile
    assert inbox.new() == []
    third = commands.ask(run, "resume")
    assert [asked.id for asked in inbox.new()] == [third]
    inbox.close()


def test_what_was_asked_before_the_worker_listened_is_heard(run: RunFolder) -> None:
    number = commands.ask(run, "stop")
    inbox = Inbox(run)
    assert [(asked.id, asked.name) for asked in inbox.new()] == [(number, "stop")]
    inbox.close()


def test_an_answer_is_told_and_what_is_answered_is_not_heard_again(run: RunFolder) -> None:
    yes, no = commands.ask(run, "pause"), commands.ask(run, "pause")
    assert commands.answer(run, yes) == Answer(state="asked", step=None, text=None)
    write(
        run,
        Reply(command=yes, applied=True, step=9, wall=1.0, text="paused at step 9"),
        Reply(command=no, applied=False, step=9, wall=1.0, text="it is paused already"),
    )
    assert commands.answer(run, yes) == Answer(state="applied", step=9, text="paused at step 9")
    assert commands.answer(run, no) == Answer(state="refused", step=9, text="it is paused already")
    inbox = Inbox(run)
    assert inbox.new() == []
    inbox.close()


def test_a_command_of_a_later_version_is_passed_over(run: RunFolder) -> None:
    commands.ask(run, "levitate")  # type: ignore[arg-type]
    number = commands.ask(run, "checkpoint")
    inbox = Inbox(run)
    assert [asked.id for asked in inbox.new()] == [number]
    inbox.close()


def test_viewers_see_who_asked_for_what(run: RunFolder) -> None:
    before = time.time()
    number = commands.ask(run, "set", {"generator.lr": 5e-5})
    (command,) = everything(run).commands
    assert (command.id, command.name, dict(command.arguments)) == (number, "set", {"generator.lr": 5e-5})
    user, _, host = command.asked_by.partition("@")
    assert user
    assert host == socket.gethostname()
    assert before <= command.asked_wall <= time.time()
    assert command.state == "asked"


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"state": "finished"}, "finished"),
        ({"state": "stopped"}, "stopped"),
        ({"state": "failed"}, "failed"),
        ({"process_started": 1.0, "heartbeat": 1.0}, "crashed"),
        ({"host": "elsewhere", "heartbeat": 1.0}, "lost"),
    ],
)
def test_what_nobody_would_hear_is_refused_at_once(
    run: RunFolder, values: Mapping[str, object], state: str
) -> None:
    write(run, Facts(values=values))
    with pytest.raises(UsageError, match=f"{run.id} is {state}: nobody is there to pause it") as told:
        commands.ask(run, "pause")
    assert run.id in told.value.hint
    assert everything(run).commands == ()


def test_asking_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="can't be opened"):
        commands.ask(RunFolder(tmp_path), "pause")


def test_only_the_newest_hundred_are_shown_oldest_first(run: RunFolder) -> None:
    with closing(sqlite3.connect(run.database)) as connection, connection:
        asked = "INSERT INTO commands (name, arguments, asked_by, asked_wall) VALUES ('pause', '{}', 'me', 1)"
        for _ in range(102):
            connection.execute(asked)
    newest = commands.ask(run, "checkpoint")
    assert [command.id for command in everything(run).commands] == list(range(newest - 99, newest + 1))


def test_facts_are_set_by_name_and_others_stay(tmp_path: Path) -> None:
    run = launch.new(tmp_path, RunFacts(preset="dcgan", seed=7), "")
    snapshots = (KnownSnapshot(step=10, wall=1.5, verdict="healthy"),)
    counts = (ClassCount(name="Bag", found=9, trained=7, held_out=2),)
    write(run, told(step=12, snapshots=snapshots, data_counts=counts))
    known = everything(run).facts
    assert (known.preset, known.seed, known.step) == ("dcgan", 7, 12)
    assert (known.snapshots, known.data_counts) == (snapshots, counts)
    with pytest.raises(TypeError, match="mood"):
        told(mood="good")  # type: ignore[call-arg]


def test_facts_come_back_as_they_were_and_those_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    known = RunFacts(preset="dcgan", seed=7, classes=("Bag", "Boot"), settings={"generator.lr": 1e-4})
    run = launch.new(tmp_path, known, "")
    write(run, Facts(values={"mood": "good"}))
    reader = Reader(run.database)
    facts = reader.facts()
    reader.close()
    beside = {"state": "starting", "created": facts.created, "folder": str(run.path)}
    assert asdict(facts) == {**asdict(known), **beside}
    assert facts.created > 0


class Stumbling:
    """A connection to a disk that fails once, and then reads on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._errors = connection, [sqlite3.OperationalError("disk I/O error")]

    def execute(self, *words: Any) -> sqlite3.Cursor:
        if self._errors:
            raise self._errors.pop()
        return self._connection.execute(*words)


def test_a_disk_that_stumbles_ends_no_training_and_what_was_asked_is_heard(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(run)
    commands.ask(run, "pause")
    with closing(inbox._connection) as connection:
        monkeypatch.setattr(inbox, "_connection", Stumbling(connection))
        assert inbox.new() == []
        assert [asked.name for asked in inbox.new()] == ["pause"]


def test_no_worker_ends_between_being_judged_and_being_asked(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = liveness.judge

    def ends_meanwhile(*words: Any) -> liveness.Liveness:
        with closing(sqlite3.connect(run.database, timeout=0)) as worker, suppress(sqlite3.OperationalError):
            worker.execute("UPDATE run SET value = '\"finished\"' WHERE key = 'state'")
            worker.commit()
        return judge(*words)

    monkeypatch.setattr(liveness, "judge", ends_meanwhile)
    commands.ask(run, "pause")
    assert everything(run).facts.state == "running"  # it ends later, and finds the command
