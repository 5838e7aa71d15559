"""Where a person's settings lie: the dashboard writes them, a worker reads its hooks there."""

from pathlib import Path

import platformdirs


def path() -> Path:
    """``settings.toml`` in the person's own folder."""
    return platformdirs.user_config_path("latentop") / "settings.toml"
