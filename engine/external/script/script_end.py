"""How a script's training has ended, as an exception says or the lack of one."""

import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from latentop.engine.external.script.calls.values import printable

LIBRARIES = tuple(sysconfig.get_paths()[one] for one in ("stdlib", "purelib", "platlib"))
"""Folders of code that is nobody's own."""
LONGEST = 500
"""Characters of a reason."""

State = Literal["finished", "stopped", "failed"]


class Stopped(SystemExit):
    """Raised by ``log`` where somebody has asked the run to stop. A ``with`` block ends with it, quietly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptEnd:
    """How it has ended, and where that was not well why, with the traceback."""

    state: State = "finished"
    why: str = ""
    story: str = ""


def of(error: BaseException | None) -> ScriptEnd:
    """As an exception says; well where there is none."""
    match error:
        case None:
            return ScriptEnd()
        case Stopped():
            return ScriptEnd(state="stopped")
        case KeyboardInterrupt():
            return ScriptEnd(state="stopped", why="control-c")
        case SystemExit():
            return of_code(error.code)
    story = "".join(traceback.format_exception(error))
    return ScriptEnd(state="failed", why=_where(error), story=story)


def of_code(code: object) -> ScriptEnd:
    """As the exit code of a process says: None and 0 are well, a text is why it was not."""
    if code in (None, 0):
        return ScriptEnd()
    said = f"exit code {int(code)}" if isinstance(code, int) else str(code)
    return ScriptEnd(state="failed", why=printable(f"the script ended with {said}"[:LONGEST]))


def _where(error: BaseException) -> str:
    """What went wrong and in which line of the script's own: ``train.py:31: ValueError: …``."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if not one.filename.startswith(LIBRARIES)] or frames
    place = f"{Path(own[-1].filename).name}:{own[-1].lineno}: " if own else ""
    return printable(f"{place}{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST])
