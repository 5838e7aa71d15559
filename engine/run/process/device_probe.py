"""Whether a device that somebody names is here, before there is a run: another process asks torch."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from latentop.engine.run.errors import UsageError

_SECONDS = 120
_PROGRAM = """
import json, sys
from latentop.engine.run.errors import UsageError
from latentop.engine.train import devices
try:
    devices.choose(sys.argv[1])
except UsageError as error:
    print(json.dumps([error.message, error.hint]))
"""
_HIDDEN = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
"""With these set, which devices there are is not seen from the files of the system."""


def check(device: str) -> None:
    """Raise UsageError where torch sees no such device here, or it can't compute.

    That takes seconds, so it is only asked where the system's files don't show a card of that number: the
    worker looks more closely. Where torch itself fails, the worker tells that, too.
    """
    if device not in ("auto", "cpu") and not _seen(device) and (told := _refusal(device)):
        message, hint = told
        raise UsageError(message, hint)


def _seen(device: str) -> bool:
    kind, _, number = device.partition(":")
    if kind != "cuda" or any(name in os.environ for name in _HIDDEN):
        return False
    cards = [*Path("/dev").glob("nvidia[0-9]*")] or [*Path("/dev/dri").glob("renderD*")]
    return int(number or 0) < len(cards)


@cache
def _refusal(device: str) -> tuple[str, str] | None:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _PROGRAM, device],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            cwd="/",
            check=False,
        )
        message, hint = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return message, hint
