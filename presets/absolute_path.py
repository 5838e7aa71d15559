"""A path that a person names from where they are, as it is found from anywhere."""

import os
from contextlib import suppress
from pathlib import Path


def at_home(path: str) -> Path:
    """The path, with the home that ~ stands for; where nobody knows that, ~ is a name like any other."""
    with suppress(RuntimeError):
        return Path(path).expanduser()
    return Path(path)


def absolute(path: str | Path) -> str:
    """The path from the root, without ``..``; links that none of these follows keep their names."""
    parts = at_home(str(path)).absolute().parts
    climbed = len(parts) - parts[::-1].index("..") if ".." in parts else 1
    return str(Path(os.path.realpath(Path(*parts[:climbed])), *parts[climbed:]))
