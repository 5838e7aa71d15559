"""The ``latentop`` command: parse, hand over to a family of commands, and tell errors in two lines."""

import os
import sys
import traceback
from collections.abc import Sequence

from engine.run.errors import LatentopError
from presets.catalogue import PresetError
from tui.commands import (
    alarms,
    asking,
    comparing,
    diagnosing,
    doctor,
    forking,
    going_back,
    keeping,
    listing,
    remembering,
    shelf,
    training,
)
from tui.commands.output import Output, aside
from tui.commands.parser import Commands

_BROKEN_PIPE = 141  # as shells report a program that SIGPIPE ended


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
        what = str(error) if error.filename else f"the output can't be written: {error.strerror}"
        _complain(what, "make room where it goes, or see: latentop doctor", words)
        return 1
    except Exception as error:
        _complain(f"unexpected {type(error).__name__}: {error}", "report it with what --debug shows", words)
        return 1


def _run(words: list[str]) -> int:
    table = Commands()
    families = (
        *(training, forking, listing, alarms, keeping, comparing, asking, going_back, shelf),
        *(diagnosing, remembering, doctor),
    )
    for family in families:
        family.add(table)
    try:
        options = table.parser.parse_args(words)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    handler = options.handler or training.dashboard
    return int(handler(options, Output(sys.stdout, as_json=options.json)))


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
