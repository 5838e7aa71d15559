"""Checkpoints: everything needed to continue bit for bit; written whole or not at all; never a pickle run."""

import errno
import re
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import torch

from latentop.engine.checkpoint.snapshots import Snapshot, on_host
from latentop.engine.run.errors import StorageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.good_states import GOOD
from latentop.engine.train import devices
from latentop.presets.atomic_file import UNFINISHED, replacing
from latentop.presets.wording import spaced

_FOR_NOW = {errno.EIO, errno.EACCES, errno.EPERM, errno.ESTALE}
"""What the system says where a file may be whole, but can't be read."""


def save(run: RunFolder, state: dict[str, Any], *, keep: int, worth: Container[int | None] = ()) -> Path:
    """Write the state after its step; forget all but the newest ``keep``, and those of later steps.

    Those of the steps in ``worth`` are kept as well. Later ones are of a future that training went back
    from, or were passed over as broken.

    Raises StorageError, with older checkpoints untouched, where the disk is full or can't be written, or the
    machine's memory is too short for a copy.
    """
    path = path_of(run, state["step"])
    state = _copied(state)  # first: what goes wrong on the device is no trouble of the disk
    try:
        for left in run.checkpoints.glob(f"*{UNFINISHED}"):  # by a worker that was killed while it wrote
            left.unlink()
        with replacing(path) as file:
            torch.save(state, file)
    except (OSError, RuntimeError, MemoryError) as error:  # torch tells a short write as RuntimeError
        if devices.out_of_memory(error):
            raise _too_little_memory(state["step"], error) from error
        why = (isinstance(error, OSError) and error.strerror) or error
        raise StorageError(
            f"no checkpoint at step {spaced(state['step'])}: {path} can't be written ({why})",
            f"free some space on the disk of {run.path}, and see that it can be written",
        ) from error
    found = _newest_first(run)
    own = found.index(path)
    old = [other for other in found[own + keep :] if step_of(other) not in worth]
    with suppress(OSError):  # the next one tries again
        for other in found[:own] + old:
            other.unlink(missing_ok=True)
    return path


def _copied(state: dict[str, Any]) -> dict[str, Any]:
    """The state in the machine's memory. Raises StorageError where there is too little of it."""
    try:
        copied: dict[str, Any] = on_host(state)
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        raise _too_little_memory(state["step"], error) from error
    return copied


def _too_little_memory(step: int, error: BaseException) -> StorageError:
    wanted = ": ".join(filter(None, ("there is too little memory for a copy", devices.wanted(error))))
    return StorageError(f"no checkpoint at step {spaced(step)}: {wanted}", "end other processes here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What training can go on from; by name, the files that can't be read, and those beyond its record."""

    state: dict[str, Any]
    broken: list[str]
    beyond: list[str]


def load_newest(run: RunFolder, *, recorded: float = inf) -> Found:
    """The newest state that can be read and is of a step that is ``recorded``.

    A later one is of a future that training went back from, by a worker that was killed before it could
    remove it. Where there is no other, the earliest of those.

    Raises StorageError where there is none at all, and where the disk can't be read for now: what is passed
    over as broken is lost, once training goes on from before it.
    """
    broken: list[str] = []
    paths = _newest_first(run)
    beyond = [path for path in paths if step_of(path) > recorded]
    for path in [*paths[len(beyond) :], *reversed(beyond)]:
        try:
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # a damaged file fails in as many ways as there are bytes in it
            if isinstance(error, OSError) and error.errno in _FOR_NOW:
                raise StorageError(
                    f"{path} can't be read: {error.strerror}", "see to the disk, and try again"
                ) from error
            broken.append(path.name)
            continue
        passed_over = [one.name for one in beyond if one.name not in broken and step_of(one) > state["step"]]
        return Found(state=state, broken=broken, beyond=passed_over)
    raise StorageError(
        f"no checkpoint to go on from in {run.checkpoints}"
        + (f" ({', '.join(broken)}: can't be read)" if broken else ""),
        "start a new run: latentop train",
    )


def load(path: Path) -> dict[str, Any]:
    """The state in that very file. Raises StorageError where it can't be read."""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise StorageError(f"{path} can't be read: {error}", "fork from another checkpoint") from error
    return state


def good(run: RunFolder, *, until: int) -> list[Snapshot]:
    """What there is on disk to go back to, oldest first: states up to a step, written when all was well."""
    found = []
    for path in reversed(_newest_first(run)):
        with suppress(Exception):  # as above; and what is broken is nothing to go back to
            # Read only where it is used: this may be as large as all that training has in memory.
            state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
            if state.get("verdict") in GOOD and state["step"] <= until:
                wall, verdict = path.stat().st_mtime, state["verdict"]
                found.append(Snapshot(step=state["step"], wall=wall, verdict=verdict, state=state))
    return found


def path_of(run: RunFolder, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return run.checkpoints / f"step-{step:09d}.pt"


def step_of(path: Path) -> int:
    """The step of a checkpoint, by its name."""
    return int(path.stem.removeprefix("step-"))


def _newest_first(run: RunFolder) -> list[Path]:
    found = (path for path in run.checkpoints.glob("step-*.pt") if re.fullmatch(r"step-\d+", path.stem))
    return sorted(found, key=step_of, reverse=True)


def steps(run: RunFolder) -> list[int]:
    """The steps of all checkpoints on disk, newest first."""
    return [step_of(path) for path in _newest_first(run)]
