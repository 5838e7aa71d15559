"""Where a person's own things lie: settings, which a worker reads too, and what is kept to save time."""

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs


def path() -> Path:
    """``settings.toml`` in the person's own folder; who has no home has none, and nothing is read there."""
    return _folder(platformdirs.user_config_path) / "settings.toml"


def cache() -> Path:
    """The folder for what can be made or fetched again; who has no home has none, and can't write there."""
    return _folder(platformdirs.user_cache_path)


def _folder(find: Callable[[str], Path]) -> Path:
    try:
        return find("latentop")
    except RuntimeError:  # no HOME, and a user that the machine does not know, as in many a container
        return Path(os.devnull) / "latentop"
