"""What a run says of itself, as one record: who trains what, where, since when, and how far it is."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec

import msgspec

from latentop.engine.run.events import Amount, Count, Facts

P = ParamSpec("P")

BUILDING = "building networks, trying what is fastest"
"""The detail of a run that starts, once its data are read and nothing that it was asked for is refused."""


class KnownSnapshot(NamedTuple):
    """A good state that training can go back to; ``wall`` in seconds since the epoch."""

    step: Count
    wall: Amount
    verdict: str
    own: bool = False
    """Whether somebody asked for it, with a checkpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """How many images of a class were found, how many of them are trained on, and how many are held out."""

    name: str
    found: int
    trained: int
    held_out: int


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
    """``gan``, ``autoencoder``, ``pretraining``; of a script's own loop also ``other``."""
    data: str = ""
    """The dataset's name and size: ``fashion-mnist (small)``."""
    data_source: str = ""
    classes: tuple[str, ...] = ()
    data_counts: tuple[ClassCount, ...] = ()
    """Its images by class; empty for points, and in runs of earlier versions."""
    data_files: Count = 0
    """How many files a folder held when the run last began to train; with it a digest of what they were."""
    data_fingerprint: str = ""
    own_batch: bool = True
    """Whether somebody chose the batch; else it is the preset's, and smaller where there are fewer images."""
    guidelines: tuple[str, ...] = ()
    """DCGAN's, of a convolutional GAN, each ``kept: …`` or ``broken: … (in discriminator.layers.3)``."""
    metered: bool = True
    """Whether the diversity of its samples is measured."""
    unmeasured: str = ""
    """Why the diversity of a GAN's samples can't be measured, and what that takes; empty where it can. Of a
    log that is watched and has no losses, that, and what it has."""
    unmeasured_hint: str = ""
    """What to do about that."""
    awaited: tuple[str, ...] | None = None
    """Alarms that nobody could look for yet, of those that a healthy run takes; None where not recorded."""
    modes: Count = 0
    """How many its samples may show: the data's classes, or kinds of images where these say more."""
    mode_names: tuple[str, ...] = ()
    """What these are called; empty where there are too many, and in older runs."""
    features: str = "pca"
    """In what the diversity of images is measured: pca, inception, or the name of a file with a network."""
    check_samples: Count = 0
    """Samples of a diversity check, where they are fewer than asked for; else 0."""
    axes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Of frames of points, by their kind, what goes right and what goes up; none in older runs."""
    diversity_alarm: Amount = 0.6
    """Share of real data's coverage below which its samples have collapsed, with room for chance."""
    diversity_chance: Mapping[str, float] = field(default_factory=dict)
    """The σ that real data measured the same way show, as a share: ``{"coverage": 0.012}``."""
    real_quality: Mapping[str, tuple[Amount, Amount]] = field(default_factory=dict)
    """What real data reach in a distance from real data, and the σ of it: ``{"frechet": [0.019, 0.001]}``."""
    overfitting_alarm: Amount = 1.5
    """Validation error, over the training error, above which it may be over-fitting."""
    seed: int = 0
    seeded: bool = False
    """Whether a script chose its seed, be it 0; a preset always has one."""
    device: str = ""
    compute: Mapping[str, object] = field(default_factory=dict)
    """What a trial found fastest, or was so at the start: ``{"threads": 2, "channels_last": true}``."""
    graphs: str = ""
    """Whether a GPU replays whole steps, and why not; empty where a device has no graphs."""
    versions: Mapping[str, str] = field(default_factory=dict)
    began_as: str = ""
    """The preset, as TOML, with which its training began or went on last."""
    steps: Count = 0
    """Where training will end."""
    steps_per_epoch: Amount = 0.0
    phases: tuple[tuple[str, Count], ...] = ()
    """What is trained one after another, and with which step each ends; empty where that is one thing."""
    step: Count = 0
    state: str = "starting"
    """As last recorded; see liveness for what is true now."""
    detail: str = ""
    """What it is doing, while starting or stopping."""
    doing: str = ""
    """What its training is at, such as ``taking step 301`` or ``measuring samples``."""
    doing_since: Amount | None = None
    died: str = ""
    """How its worker ended, where the queue that started it saw it: ``by SIGSEGV``, ``with exit code 7``."""
    folder: str = ""
    """The path of the run's folder, as it was read. Never recorded."""
    memory_kills: Count | None = None
    """Processes that the system had ended for want of memory when its worker began; None: it does not say."""
    verdict: str = "unknown"
    settings: Mapping[str, object] = field(default_factory=dict)
    """What can be changed while training, as it is now: ``{"generator.lr": 0.0002}``."""
    bounds: Mapping[str, tuple[Amount | None, Amount | None]] = field(default_factory=dict)
    """Of the numbers among the settings that a script has declared: least and most; None: there is none."""
    command: tuple[str, ...] = ()
    """What started the script whose own loop this is, word by word; empty where the loop is ours."""
    watches: str = ""
    """The log of another program that this run mirrors; then the command is that of who reads it."""
    directory: str = ""
    """Where it was started."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that it needs to be started again, such as CUDA_VISIBLE_DEVICES."""
    config: Mapping[str, object] = field(default_factory=dict)
    """What the script says of itself: ``{"batch_size": 64, "model/width": 32}``."""
    unable: Mapping[str, str] = field(default_factory=dict)
    """Commands that a script's loop can't obey, each with the reason: ``{"rollback": "…"}``."""
    parent: str = ""
    """The run that it was forked from, by its id; empty where it began anew."""
    parent_step: Count = 0
    """The step of the parent's checkpoint that it began with."""
    created: Amount = 0.0
    started: Amount | None = None
    """When the first step began."""
    ended: Amount | None = None
    elapsed: Amount = 0.0
    """Seconds spent training, pauses left out."""
    pid: int | None = None
    process_started: Amount | None = None
    booted: Amount | None = None
    boot: str | None = None
    """By which the system tells one boot from the next; None where it has no name for them."""
    processes: str | None = None
    """The namespace in which the pid means that process; None where there are none."""
    inode: int | None = None
    """Of the database that the worker writes: a copy has another."""
    copied: bool = False
    """Whether this was read from another file than the worker writes. Never recorded."""
    host: str | None = None
    heartbeat: Amount | None = None
    size: Count | None = None
    """Bytes that its folder takes, as last measured."""
    size_limit: Count | None = None
    """Bytes that it may take."""
    pressure: Count = 0
    """How much more is thinned than by age, to stay below that; 0: nothing."""
    error: str | None = None
    """What made it fail, in one line, and what to do about it."""
    hint: str | None = None
    traceback: str | None = None
    rewinds: Count = 0
    """How often training went back to an earlier step."""
    snapshots: tuple[KnownSnapshot, ...] = ()
    """What it can go back to, oldest first."""
    guard: str = "warn"
    """What a run that diverged or collapsed does: ``warn``, ``rollback`` or ``stop``."""
    guard_tries: Count = 0
    """How often the guard goes back by itself, at most; and how often it has."""
    guard_used: Count = 0
    removed: bool = False
    """Whether it ended as its folder was removed: nothing of it is left to go on with."""
    guard_ended: str = ""
    """Why the guard ended the run, in a sentence; empty where it did not."""

    @property
    def scripted(self) -> bool:
        """Whether a script of somebody's own trains it, in a loop of its own: it has no preset."""
        return bool(self.command)

    @property
    def chosen_seed(self) -> int | None:
        """The seed; None where a script has chosen none."""
        return self.seed if self.seed or self.seeded or not self.scripted else None

    @property
    def trainer(self) -> str:
        """What trains it, in words: ``the script`` or ``the worker``."""
        if self.watches:
            return "who reads the log"
        return "the script" if self.scripted else "the worker"


_NAMES = frozenset(one.name for one in fields(RunFacts))


def _some_of(record: Callable[P, RunFacts]) -> Callable[P, Facts]:
    """What takes the record's arguments, and returns those that it is given alone."""

    def some(*args: P.args, **values: P.kwargs) -> Facts:
        record(*args, **values)  # raises TypeError for what is no fact
        return Facts(values=values)

    return some


told = _some_of(RunFacts)
"""Facts to set, named and typed as in the record: ``told(state="paused", detail="")``. Others stay."""


def from_values(values: Mapping[str, Any]) -> RunFacts:
    """Facts from the table's keys and values; keys of a later version are passed over.

    A GAN whose samples nobody measures is not healthy, whatever it says: a collapse would go unseen.
    Raises ValueError where a value is of another type than that fact's, or beyond what can be shown.
    """
    facts = msgspec.convert({key: value for key, value in values.items() if key in _NAMES}, RunFacts)
    unseen = facts.kind == "gan" and not facts.metered and facts.verdict == "healthy"
    return replace(facts, verdict="unknown") if unseen else facts


def read_facts(connection: sqlite3.Connection) -> RunFacts:
    """The run's own table, as a record."""
    rows = connection.execute("SELECT key, value FROM run").fetchall()
    facts = from_values({key: json.loads(value) for key, value in rows})
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    return replace(facts, copied=facts.inode not in (None, _inode(path)), folder=str(path.parent))


def _inode(path: Path) -> int | None:
    """Of a file; None where it is gone."""
    try:
        return path.stat().st_ino
    except OSError:
        return None
