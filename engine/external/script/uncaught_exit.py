"""``SystemExit`` as it ends a script: no hook for the end of a process is told its exit code."""

import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

TOOL = 4
"""Of the numbers under which tools may monitor Python, one that is nobody's."""
Heard = Callable[[object], object]


def hear(heard: Heard) -> None:
    """Have ``heard`` told the exit code when one leaves the main thread, whoever raises it.

    Python 3.11 tells of none: there the calls of ``sys.exit`` are told, and ``raise SystemExit`` is not.
    """
    if sys.version_info >= (3, 12) and sys.monitoring.get_tool(TOOL) is None:
        monitoring = sys.monitoring
        monitoring.use_tool_id(TOOL, "latentop")
        monitoring.register_callback(TOOL, monitoring.events.PY_UNWIND, _outermost(heard))
        monitoring.set_events(TOOL, monitoring.events.PY_UNWIND)
    else:
        sys.exit = _telling(sys.exit, heard)


def _outermost(heard: Heard) -> Callable[..., None]:
    """What is called wherever an exception leaves a function: that of the outermost ends the script."""

    def unwound(code: object, offset: int, error: BaseException) -> None:
        if isinstance(error, SystemExit) and _main() and sys._getframe(1).f_back is None:
            heard(error.code)

    return unwound


def _telling(before: Callable[..., NoReturn], heard: Heard) -> Callable[..., NoReturn]:
    @wraps(before)
    def leave(code: Any = None, /) -> NoReturn:
        if _main():
            heard(code)
        before(code)

    return leave


def _main() -> bool:
    return threading.current_thread() is threading.main_thread()
