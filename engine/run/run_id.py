"""A run's id, ``20261122-1405-dcgan-s42``: what it is made of, and the short forms that name the run, too.

Where nobody chose a seed, the id has none: ``20261122-1405-train``, the next of that minute ``…-train~2``.
"""

import re

_ID = re.compile(r"\d{8}-\d{4}-((.+?)(?:-s\d+(?:-\d+)?|~\d+)?)")
_LONGEST_NAME = 40
"""Characters of what somebody calls a run that its folder's name takes over."""


def short_forms(run_id: str) -> tuple[str, ...]:
    """The id without the time (``dcgan-s42``), and its preset (``dcgan``); none where it is no id."""
    known = _ID.fullmatch(run_id)
    return known.groups() if known else ()


def slug(name: str) -> str:
    """What somebody calls a run, as it can be part of a folder's name; empty where nothing of it can."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:_LONGEST_NAME] if name.isprintable() else ""
