"""Names of columns that count: steps, epochs, images, and the time of day."""

import re
from functools import lru_cache

_FINE = (
    *("global_step", "total_step", "step", "iteration", "iter", "itr", "it", "gen_iteration", "update"),
    *("kimg", "cur_nimg", "nimg", "batch", "minibatch", "i"),
)
"""What counts steps, best first; capitals, a plural and a folder before it make no difference."""
_COARSE = ("epoch", "ep", "tick")
_WALLS = frozenset({"timestamp", "wall_time", "walltime", "wall", "time_stamp", "unix_time"})
_TIMES = frozenset(
    {"time", "elapsed_time", "elapsed", "eta", "data", "total_time", "runtime", "duration", "data_time"}
)
_TIMINGS = ("timing/", "resources/", "system/", "sec/")
_SPLIT = re.compile(r"[\s_.]+")


@lru_cache(maxsize=4096)
def plain(column: str) -> str:
    """The plain form of a name: ``trainer/Global_Steps`` is ``global_step``."""
    if column.lower().startswith("sec/"):
        return column
    last = column.lower().rpartition("/")[2]
    return "_".join(part for part in _SPLIT.split(last.strip("#:[]()")) if part).removesuffix("s")


def fineness(column: str) -> int | None:
    """The rank of a column that counts steps, from 0, which is the best; None where it counts none."""
    name = plain(column)
    return _FINE.index(name) if name in _FINE else None


def counts_epochs(column: str) -> bool:
    """Whether it counts epochs, or the like: one for many steps."""
    return plain(column) in _COARSE


def images_a_count(column: str) -> int:
    """How many steps one count is: thousands of images are counted as images."""
    return 1000 if plain(column) == "kimg" else 1


def is_wall(column: str) -> bool:
    """Whether it says when a row was written."""
    return plain(column) in _WALLS


def is_counter(column: str) -> bool:
    """Whether it counts anything, so that it is no series."""
    return fineness(column) is not None or counts_epochs(column) or is_wall(column)


def is_time(column: str) -> bool:
    """Whether it says how long something took: no series of the training's."""
    return plain(column) in _TIMES or column.lower().startswith(_TIMINGS)
