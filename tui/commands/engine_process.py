"""Questions for the engine, which takes torch or knows formats: a process of its own answers in JSON."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from latentop.engine.run.errors import UsageError


def answer(command: Sequence[str], trouble: str, hint: str, *, shows: bool = False) -> dict[str, Any]:
    """What a process answers; with ``shows`` its progress goes to the terminal, where there is one.

    Raises UsageError with its reason where it refuses, and with ``trouble`` where it fails.
    """
    open_to_eyes = shows and sys.stderr.isatty()
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None if open_to_eyes else subprocess.PIPE,
        cwd="/",
        check=False,
    )
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        lines = (done.stderr or b"").decode("utf-8", "replace").strip().splitlines()
        why = lines[-1] if lines else f"it ended with exit code {done.returncode}"
        raise UsageError(f"{trouble}: {why}", hint) from error
    if "error" in said:
        raise UsageError(said["error"], said["hint"])
    return said
