"""The ``latentop`` command: parse, hand over to a family of commands, and tell errors in two lines."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import latentop.engine.numpy_threads  # noqa: F401 - before numpy comes
from latentop.engine.run.errors import LatentopError, StorageError, UsageError
from latentop.presets.preset_error import PresetError
from latentop.tui.commands import (
    alarms_command,
    cache,
    compare_command,
    control,
    diagnose,
    doctor,
    fork_command,
    import_command,
    list_runs,
    manage,
    presets_list,
    rollback_command,
    score_command,
    settings_command,
    train_command,
    watch_command,
)
from latentop.tui.commands.parser import Commands, Parser
from latentop.tui.commands.standard_output import Output, aside

_BROKEN_PIPE = 141  # as shells report a program that SIGPIPE ended
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (``sys.argv`` by default) and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # an ASCII-only terminal gets ? and no traceback
            stream.reconfigure(errors="replace")
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except (LatentopError, PresetError) as error:
        _complain(error.message, error.hint, words)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Python flushes once more when it ends: into nowhere, so that it does not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except OSError as error:
        told = _of_the_system(error)
        _complain(told.message, told.hint, words)
        return told.exit_code
    except Exception as error:
        _complain(f"unexpected {type(error).__name__}: {error}", "report it with what --debug shows", words)
        return 1


def parser() -> Parser:
    """The parser of a whole command line: every family of commands adds its own."""
    table = Commands()
    families = (
        train_command,
        watch_command,
        import_command,
        fork_command,
        list_runs,
        alarms_command,
        manage,
        compare_command,
        control,
        rollback_command,
        presets_list,
        diagnose,
        score_command,
        settings_command,
        cache,
        doctor,
    )
    for family in families:
        family.add(table)
    return table.parser


def _run(words: list[str]) -> int:
    try:
        options = parser().parse_args(words)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    handler = options.handler or train_command.dashboard
    return int(handler(options, Output(sys.stdout, as_json=options.json)))


def _of_the_system(error: OSError) -> LatentopError:
    """What an error of the system that nobody expected means: where it happened, and what to do."""
    if error.filename is not None:
        return StorageError(f"{error.filename}: {error.strerror}", "see: latentop doctor")
    try:
        Path.cwd()
    except OSError:
        return UsageError("the folder that you are in is gone", "go to another one: cd")
    if error.errno in _NO_ROOM:
        return StorageError(f"the output can't be written: {error.strerror}", "make room where it goes")
    return StorageError(error.strerror or str(error), "see: latentop doctor")


def _open_closed_streams() -> None:
    """Give what cron or a daemon closed to nowhere, lest the next file that is opened become the output."""
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != descriptor:
                os.dup2(nowhere, descriptor)
            setattr(sys, name, open(descriptor, "w" if descriptor else "r", closefd=False))  # noqa: SIM115


def _complain(what: str, hint: str, words: list[str]) -> None:
    if "--debug" in words:
        traceback.print_exc()
    aside(f"latentop: {what}", "critical")
    aside(f"  try: {hint}")


if __name__ == "__main__":
    sys.exit(main())
