"""TensorBoard's event files as a log: a tag is a column. Needs the ``tensorboard`` package, and says so."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.diagnose.columns import Wanted, choose
from engine.diagnose.log import Log, Series
from engine.run.errors import UsageError

MARK = "tfevents"
"""What the name of every event file holds."""


def read(path: Path, wanted: Wanted) -> Log:
    """The losses in an event file, or in all those of a folder and the folders in it.

    A tag of an inner folder has the folder before its name. Raises UsageError for what can't be read.
    """
    files = [path] if path.is_file() else sorted(path.rglob(f"*{MARK}*"))
    if not files:
        raise UsageError(
            f"{path} holds neither a run nor TensorBoard's events",
            "name a run (see: latentop ls), a CSV file, or a folder of event files",
        )
    tags: dict[str, tuple[list[int], list[float]]] = {}
    for place in [path] if path.is_file() else list(dict.fromkeys(file.parent for file in files)):
        prefix = "" if place == path else f"{place.relative_to(path).as_posix()}/"
        for tag, step, value in _scalars(place):
            steps, values = tags.setdefault(prefix + tag, ([], []))
            steps.append(step)
            values.append(value)
    if not tags:
        raise UsageError(f"{path} holds no scalars", "log losses with SummaryWriter.add_scalar")
    series = tuple(
        Series(
            name=name,
            column=tag,
            steps=np.array(tags[tag][0], dtype=np.int64),
            values=np.array(tags[tag][1], dtype=np.float64),
        )
        for name, tag in choose(str(path), list(tags), wanted).items()
    )
    return Log(source="tensorboard", steps=np.concatenate([one.steps for one in series]), series=series)


def _scalars(place: Path) -> Iterator[tuple[str, int, float]]:
    """Tag, step and value of every scalar in a file or folder, in the order they were written."""
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        from tensorboard.util import tensor_util
    except ImportError as error:
        raise UsageError(
            f"{place} holds TensorBoard's events, and the tensorboard package is not installed",
            "pip install 'latentop[tensorboard]'",
        ) from error
    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    everything = {"scalars": 0, "tensors": 0, "images": 1, "audio": 1, "histograms": 1}
    events: Any = EventAccumulator(str(place), everything, purge_orphaned_data=False)
    try:
        events.Reload()
    except Exception as error:  # whatever a damaged file makes it raise
        raise UsageError(f"{place} can't be read: {error}", "name whole event files") from error
    for tag in events.Tags()["scalars"]:
        for one in events.Scalars(tag):
            yield tag, one.step, one.value
    for tag in events.Tags()["tensors"]:  # as TensorFlow 2 writes its scalars
        if events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            for one in events.Tensors(tag):
                yield tag, one.step, float(tensor_util.make_ndarray(one.tensor_proto))
