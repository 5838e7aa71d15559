"""Commands of the user's own, run when an alarm is raised and when training ends, watched or not.

They stand in the settings that ``latentop settings`` lists, and are read anew every time, so that they also
hold for what is in training already. What happened reaches them in environment variables: no text of a run
ever becomes part of a command.
"""

import logging
import os
import signal
import subprocess
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Literal

from latentop.engine.run import preferences
from latentop.engine.run.events import AlarmRaised
from latentop.engine.run.folder import RunFolder
from latentop.presets.wording import spaced

SECONDS = 30.0
"""A command that takes longer is ended."""
Setting = Literal["on_alarm", "on_finish"]
log = logging.getLogger("latentop")


class Hooks:
    """Runs them one after another, off the training thread; the process ends after the last one has."""

    def __init__(self, run: RunFolder, *, seconds: float = SECONDS) -> None:
        self._run = run
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hooks")

    def alarm(self, raised: AlarmRaised) -> None:
        """Run ``on_alarm``."""
        self._queue(
            "on_alarm",
            EVENT="alarm",
            ALARM=raised.name,
            SEVERITY=raised.severity,
            STEP=str(raised.step),
            SENTENCE=raised.sentence,
            ADVICE=raised.advice,
        )

    def ended(self, state: str, *, step: int, why: str = "") -> None:
        """Run ``on_finish``; ``state`` is finished, stopped or failed."""
        sentence = f"{state} at step {spaced(step)}" + (f": {why}" if why else "")
        self._queue("on_finish", EVENT=state, STEP=str(step), SENTENCE=sentence)

    def settle(self) -> None:
        """Return when all have run."""
        self._pool.shutdown()

    def _queue(self, setting: Setting, **said: str) -> None:
        try:
            self._pool.submit(self._execute, setting, said)
        except RuntimeError:  # the interpreter is on its way out, and starts no more threads
            self._execute(setting, said)

    def _execute(self, setting: Setting, said: Mapping[str, str]) -> None:
        command = _command(setting)
        if not command:
            return
        words = {"RUN": self._run.id, "FOLDER": str(self._run.path), **said}
        told = {f"LATENTOP_{name}": text.replace("\0", "") for name, text in words.items()}
        try:
            process = subprocess.Popen(
                command,
                shell=True,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=self._run.path if self._run.path.is_dir() else None,
                env={**os.environ, **told},
            )
        except OSError as error:
            log.warning("%s can't be run: %s", setting, error)
            return
        try:
            code = process.wait(self._seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.warning("%s was ended: it took more than %g s", setting, self._seconds)
            return
        if code:
            log.warning("%s ended with exit code %d: %s", setting, code, command)


def _command(setting: Setting) -> str:
    """The command that is set now; none where the settings can't be read: the dashboard says why."""
    with suppress(OSError, ValueError):
        command = tomllib.loads(preferences.path().read_text(encoding="utf-8-sig")).get(setting, "")
        return command if isinstance(command, str) else ""
    return ""
