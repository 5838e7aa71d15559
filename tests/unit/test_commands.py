"""Commands: asked as rows, heard once and in order, answered; refused at once where nobody would hear."""

import socket
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from engine.run import commands, launch, liveness
from engine.run.commands import Answer, Asked, Inbox
from engine.run.errors import StorageError, UsageError
from engine.run.events import Event, Facts, Reply
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.reader import Reader
from engine.run.store import Store
from tests.support import everything

ALIVE = {**liveness.identity(), "state": "running"}


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


def test_facts_come_back_as_they_were_and_those_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    known = RunFacts(preset="dcgan", seed=7, classes=("Bag", "Boot"), settings={"generator.lr": 1e-4})
    run = launch.new(tmp_path, known, "")
    write(run, Facts(values={"mood": "good"}))
    reader = Reader(run.database)
    facts = reader.facts()
    reader.close()
    assert asdict(facts) == {**asdict(known), "state": "starting", "created": facts.created}
    assert facts.created > 0
