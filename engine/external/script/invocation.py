"""How a script was started, so that it can be started again: its command, folder and environment."""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from latentop.engine.run.process.script_start import RESUME

_NEEDED = re.compile(
    r"(CUDA|HIP|ROCR|OMP|MKL|NCCL|TORCH(?!ELASTIC)|PYTORCH|PYTHON|HF|XDG|LATENTOP)_?\w*"
    r"|PATH|VIRTUAL_ENV|CONDA_PREFIX|LD_LIBRARY_PATH"
)
"""Variables that say where and on what a script runs."""
_SECRET = re.compile(r"TOKEN|KEY|SECRET|PASS|AUTH|CREDENTIAL", re.IGNORECASE)
"""Of their names: what may be a secret is nowhere recorded."""


def command() -> tuple[str, ...]:
    """What started this process, word by word, as it can be started again."""
    if "TORCHELASTIC_RUN_ID" in os.environ:  # torchrun starts all of those that train together
        with suppress(psutil.Error):
            if launcher := psutil.Process(os.getppid()).cmdline():
                return tuple(launcher)
    words = tuple(sys.orig_argv)
    return (sys.executable, *words[1:]) if words else (sys.executable, *sys.argv)


def environment() -> dict[str, str]:
    """What of the environment says where and on what it runs."""
    needed = {name: value for name, value in os.environ.items() if _NEEDED.fullmatch(name)}
    return {name: value for name, value in needed.items() if name != RESUME and not _SECRET.search(name)}


def directory() -> str:
    """Where it was started; the root where that is gone.

    A script that has changed to another folder since is where its relative path leads to it.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return "/"
    named, found = Path(sys.argv[0]), Path(getattr(sys.modules["__main__"], "__file__", None) or "/")
    if not named.is_absolute() and not (here / named).exists() and found.match(str(named)):
        return str(found.parents[len(named.parts) - 1])
    return str(here)
