"""Logs of other programs as the command line names them: which there are at a path, and the run of each."""

import re
import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from latentop.engine.run import folder
from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.presets.absolute_path import absolute
from latentop.tui.commands import engine_process
from latentop.tui.commands.parser import Parser
from latentop.tui.commands.standard_output import aside
from latentop.tui.runs.glance import glance

_FOLLOWER = (sys.executable, "-P", "-m", "latentop.engine.external.follower")
_LISTER = (sys.executable, "-P", "-m", "latentop.engine.external.logs", "--list")
NOT_OURS = "its training is another program's, which is only watched"
NOBODY = "it was imported, and nobody is there to ask"
_COMMANDS = ("pause", "checkpoint", "rollback", "set", "undo", "fork")
_GRID = re.compile(r"0*[1-9][0-9]{0,3}[xX]0*[1-9][0-9]{0,3}")
_LONGEST = 40
_PROGRAMS = (".py", ".ipynb", ".sh")


@dataclass(frozen=True, slots=True)
class ForeignLog:
    """A log at a path; ``key`` tells it from others there, ``name`` is empty where it is the only one."""

    path: Path
    key: str
    name: str


def add_reading(words: Parser, paths: str) -> None:
    """What a command takes that reads logs; ``paths`` says what they are."""
    words.add_argument("paths", metavar="PATH", nargs="+", help=paths)
    words.add_argument("--samples", metavar="GLOB", help="sheets of samples, such as 'out/*.png'")
    words.add_argument(
        "--grid", metavar="ROWSxCOLUMNS", help="how many tiles a sheet has, where no lines show it"
    )
    words.add_argument("--real", metavar="FOLDER", help="real images that samples are held against")
    words.add_argument(
        "--columns", metavar="SERIES=NAME,…", help="which value is what: generator=G_loss,step=iters"
    )


def found(options: Namespace, *, there: bool) -> list[ForeignLog]:
    """The logs that the options of ``add_reading`` name; ``there``: as they are now, and none that may come.

    Raises UsageError for what is none, and for options that can't be.
    """
    if options.grid and not _GRID.fullmatch(options.grid):
        raise UsageError(f"--grid {options.grid}: no ROWSxCOLUMNS", "write it like: --grid 8x8")
    if options.real and not (real := folder.place(options.real)).is_dir():
        raise UsageError(f"--real {options.real}: there is no folder {real}", "name a folder of images")
    logs = [log for path in map(folder.place, options.paths) for log in _at(path, options, there=there)]
    if options.samples and len(logs) > 1:
        raise UsageError("--samples: there are several logs", "name one of them")
    return logs


def _at(path: Path, options: Namespace, *, there: bool) -> list[ForeignLog]:
    try:
        exists = path.exists()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}", "name a log that can") from error
    if _is_program(path):
        hint = f"name the log that it writes, such as train.log: … {path.name} | tee train.log"
        raise UsageError(f"{path} is a program, no log", hint)
    if not exists:
        if there:
            raise UsageError(f"{path} does not exist", "name a log: a file or a folder")
        if not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}", "name where the log will be")
        if not options.columns:
            return [ForeignLog(path, "", "")]
    more = [f"--columns={options.columns}"] if options.columns else []
    more += ["--once"] if there else []
    answer = engine_process.answer([*_LISTER, *more, "--", str(path)], f"{path} can't be read", "name a log")
    for words in dict.fromkeys(words for one in answer["logs"] for words in one["notes"]):
        aside(f"{path}: {words}", "faint")
    logs = [ForeignLog(path, one["key"], one["name"]) for one in answer["logs"]]
    if there and (why := answer.get("not_yet")):
        raise UsageError(why, "name a log: a file or a folder")
    return logs


def _is_program(path: Path) -> bool:
    """Whether it is known by its name or first bytes as what may write a log, and is none itself."""
    if path.suffix in _PROGRAMS:
        return not path.is_dir()
    try:
        if not path.is_file():  # nobody but its reader opens a pipe
            return False
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False  # whoever reads it says why it can't be read


def made(options: Namespace, log: ForeignLog, *, once: bool) -> tuple[RunFolder, RunFacts]:
    """A new run of that log, which its command is to write: ``once`` as it is now, else for ever.

    Raises UsageError or StorageError where there can be none.
    """
    words = [str(log.path), "--key", log.key]
    given = {"samples": _absolute(options.samples), "grid": options.grid, "columns": options.columns}
    given["real"] = str(folder.place(options.real)) if options.real else None
    for option, value in given.items():
        words += [f"--{option}={value}"] if value else []
    does, more = ("imported from", ["--once"]) if once else ("watches", [])
    unable = (*_COMMANDS, "stop", "resume") if once else _COMMANDS
    facts = RunFacts(
        preset=_slug(Path(log.name or log.path)),
        title=f"{does} {log.path}" + (f" ({log.name})" if log.name else ""),
        kind="other",
        command=(*_FOLLOWER, *words, *more),
        watches=str(log.path),
        directory="/",
        unable=dict.fromkeys(unable, NOBODY if once else NOT_OURS),
        metered=False,
    )
    return launch.new(folder.runs_folder(options.runs), facts, None), facts


def tell_missing_losses(run: RunFolder) -> None:
    """Say, where the log of a run has no loss, what it has, and how to choose."""
    facts, _ = glance(run)
    if facts.kind == "other" and facts.unmeasured:
        aside(facts.unmeasured, "warning")
        aside(f"  try: {facts.unmeasured_hint}")


def _absolute(pattern: str | None) -> str | None:
    """The pattern as it is seen from anywhere."""
    return None if pattern is None else absolute(pattern)


def _slug(log: Path) -> str:
    """What the run is called: by the log's name, or its folder's where that says nothing."""
    plain = {"log", "train", "loss_log", "stats", "metrics", "output", "out", "stdout", "events"}
    log = log.with_suffix("") if log.suffix == ".gz" else log
    stem = log.stem if log.stem not in plain or not log.parent.name else f"{log.parent.name}-{log.stem}"
    return re.sub(r"[^\w.-]+", "-", stem).strip("-.")[:_LONGEST] or "log"
