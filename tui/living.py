"""Which runs of a folder are in training right now."""

import time
from pathlib import Path

from engine.run import folder
from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from engine.run.liveness import judge
from engine.run.reader import Reader


def living(runs: Path) -> list[RunFolder]:
    """The runs whose worker is alive, newest first; those that can't be read count as not."""
    try:
        return [run for run in folder.every(runs) if _alive(run)]
    except LatentopError:
        return []


def any_runs(runs: Path) -> bool:
    """Whether the folder holds a run; one that can't be read holds none."""
    try:
        return bool(folder.every(runs))
    except LatentopError:
        return False


def _alive(run: RunFolder) -> bool:
    try:
        reader = Reader(run.database)
        try:
            return judge(reader.facts(), time.time()).alive
        finally:
            reader.close()
    except LatentopError:
        return False
