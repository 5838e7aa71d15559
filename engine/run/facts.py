"""What a run says of itself, as one record: who trains what, where, since when, and how far it is."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A good state that training can go back to; ``wall`` in seconds since the epoch."""

    step: int
    wall: float
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """The run's own table. Wall times are seconds since the epoch; what is not known yet has its default."""

    preset: str = ""
    origin: str = ""
    """What ``latentop train`` takes for it: the preset's name, or the path of its file."""
    title: str = ""
    name: str = ""
    """What people call the run; empty where nobody named it. See labels, and so for the note."""
    note: str = ""
    kind: str = ""
    """``gan``, ``autoencoder`` or ``pretraining``."""
    data: str = ""
    """The dataset's name and size: ``fashion-mnist (small)``."""
    data_source: str = ""
    classes: tuple[str, ...] = ()
    guidelines: tuple[str, ...] = ()
    """DCGAN's, of a convolutional GAN, each ``kept: …`` or ``broken: … (in discriminator.layers.3)``."""
    metered: bool = True
    """Whether the diversity of its samples can be measured."""
    modes: int = 0
    """How many its samples may show: the data's classes, or kinds of images where there are none."""
    diversity_alarm: float = 0.6
    """Share of real data's coverage below which its samples have collapsed."""
    diversity_chance: Mapping[str, float] = field(default_factory=dict)
    """The σ that real data measured the same way show, as a share: ``{"coverage": 0.012}``."""
    overfitting_alarm: float = 1.5
    """Validation error, over the training error, above which it may be over-fitting."""
    seed: int = 0
    device: str = ""
    compute: Mapping[str, object] = field(default_factory=dict)
    """What a trial found fastest, or was so at the start: ``{"threads": 2, "channels_last": true}``."""
    graphs: str = ""
    """Whether a GPU replays whole steps, and why not; empty where a device has no graphs."""
    versions: Mapping[str, str] = field(default_factory=dict)
    began_as: str = ""
    """The preset, as TOML, with which its training began or went on last."""
    steps: int = 0
    """Where training will end."""
    steps_per_epoch: float = 0.0
    step: int = 0
    state: str = "starting"
    """As last recorded; see liveness for what is true now."""
    detail: str = ""
    """What it is doing, while starting or stopping."""
    verdict: str = "unknown"
    settings: Mapping[str, object] = field(default_factory=dict)
    """What can be changed while training, as it is now: ``{"generator.lr": 0.0002}``."""
    parent: str = ""
    """The run that it was forked from, by its id; empty where it began anew."""
    parent_step: int = 0
    """The step of the parent's checkpoint that it began with."""
    created: float = 0.0
    started: float | None = None
    """When the first step began."""
    ended: float | None = None
    elapsed: float = 0.0
    """Seconds spent training, pauses left out."""
    pid: int | None = None
    process_started: float | None = None
    booted: float | None = None
    boot: str | None = None
    """By which the system tells one boot from the next; None where it has no name for them."""
    processes: str | None = None
    """The namespace in which the pid means that process; None where there are none."""
    inode: int | None = None
    """Of the database that the worker writes: a copy has another."""
    copied: bool = False
    """Whether this was read from another file than the worker writes. Never recorded."""
    host: str | None = None
    heartbeat: float | None = None
    size: int | None = None
    """Bytes that its folder takes, as last measured."""
    size_limit: int | None = None
    """Bytes that it may take."""
    pressure: int = 0
    """How much more is thinned than by age, to stay below that; 0: nothing."""
    error: str | None = None
    """What made it fail, in one line, and what to do about it."""
    hint: str | None = None
    traceback: str | None = None
    rewinds: int = 0
    """How often training went back to an earlier step."""
    snapshots: tuple[Snapshot, ...] = ()
    """What it can go back to, oldest first."""
    guard: str = "warn"
    """What a run that diverged or collapsed does: ``warn``, ``rollback`` or ``stop``."""
    guard_tries: int = 0
    """How often the guard goes back by itself, at most; and how often it has."""
    guard_used: int = 0
    guard_ended: str = ""
    """Why the guard ended the run, in a sentence; empty where it did not."""


_NAMES = frozenset(one.name for one in fields(RunFacts))
_OF_SNAPSHOT = tuple(one.name for one in fields(Snapshot))


def from_values(values: Mapping[str, Any]) -> RunFacts:
    """Facts from the table's keys and values; keys of a later version are passed over.

    Raises ValueError where a value is of another type than that fact's.
    """
    known = {key: value for key, value in values.items() if key in _NAMES}
    if "snapshots" in known:
        known["snapshots"] = [dict(zip(_OF_SNAPSHOT, one, strict=True)) for one in known["snapshots"]]
    return msgspec.convert(known, RunFacts)


def read_facts(connection: sqlite3.Connection) -> RunFacts:
    """The run's own table, as a record."""
    rows = connection.execute("SELECT key, value FROM run").fetchall()
    facts = from_values({key: json.loads(value) for key, value in rows})
    return replace(facts, copied=facts.inode not in (None, _inode(connection)))


def _inode(connection: sqlite3.Connection) -> int | None:
    """Of the file that this is a connection to; None where that is gone."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    try:
        return Path(path).stat().st_ino
    except OSError:
        return None
