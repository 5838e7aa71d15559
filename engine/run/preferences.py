"""Where a person's settings lie: the dashboard writes them, a worker reads its hooks there."""

import os
from pathlib import Path

import platformdirs


def path() -> Path:
    """``settings.toml`` in the person's own folder; who has no home has none, and nothing is read there."""
    try:
        return platformdirs.user_config_path("latentop") / "settings.toml"
    except RuntimeError:  # no HOME, and a user that the machine does not know, as in many a container
        return Path(os.devnull) / "latentop" / "settings.toml"
