"""``python -m latentop.engine.external.logs PATH``: prints a diagnosis as JSON, or why there is none."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from latentop.engine.external.logs.columns_wanted import ColumnsWanted, parse
from latentop.engine.external.logs.content import NothingYetError
from latentop.engine.external.logs.places import LogPlaces
from latentop.engine.run.diagnosis import Diagnosis, Refusal, to_json
from latentop.engine.run.errors import LatentopError


def main() -> int:
    """Diagnose what the command line names; returns the diagnosis's exit code, or the error's."""
    parser = argparse.ArgumentParser(prog="python -m latentop.engine.external.logs", description=__doc__)
    parser.add_argument("path", type=Path, help="a run's folder, or somebody else's log")
    parser.add_argument("--generator", metavar="COLUMN", help="the generator's loss")
    parser.add_argument("--discriminator", metavar="COLUMN", help="the discriminator's loss")
    parser.add_argument("--columns", metavar="SERIES=COLUMN,…", help="sums of columns, and of any series")
    parser.add_argument("--list", action="store_true", help="print the logs that lie there, and no more")
    parser.add_argument("--once", action="store_true", help="with --list: they are read as they are now")
    options = parser.parse_args()
    if options.list:
        return _list(options.path, options.columns, once=options.once)
    from latentop.engine.external.logs.report import diagnose  # the detectors, which a list does without

    answer: Diagnosis | Refusal
    try:
        wanted = replace(
            parse(options.columns) if options.columns else ColumnsWanted(),
            generator=options.generator,
            discriminator=options.discriminator,
        )
        answer = diagnose(options.path, wanted)
    except LatentopError as error:
        answer = Refusal(error=error.message, hint=error.hint, exit_code=error.exit_code)
    sys.stdout.buffer.write(to_json(answer) + b"\n")
    return answer.exit_code


def _list(path: Path, columns: str, *, once: bool) -> int:
    """Print which logs lie there, as JSON: the key and the name of each, and what lies beside it unread.

    Where none is yet, one may come: that is told with why it is none.
    """
    answer: dict[str, object]
    try:
        if columns:
            parse(columns)
        found = LogPlaces(path, once=once).find()
        answer = {"logs": [{"key": one.key, "name": one.name, "notes": one.notes} for one in found]}
    except NothingYetError as error:
        answer = {"logs": [{"key": "", "name": "", "notes": []}], "not_yet": error.message}
    except LatentopError as error:
        sys.stdout.write(json.dumps({"error": error.message, "hint": error.hint}))
        return error.exit_code
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
