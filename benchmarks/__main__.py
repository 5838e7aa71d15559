"""Every claim about speed, measured here: ``python -m benchmarks [NAME…] [--quick] [--write]``.

``python -m benchmarks gpu`` checks a GPU, with options of its own: see ``benchmarks.gpu``.
"""

import argparse
import os
import platform
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.speed.rows import FULL, NONE, QUICK, Budget, Row

NAMES = ("overhead", "textbook", "start", "bytes", "lag", "record", "history", "watch", "viewer", "meter")
OTHERS = ("ways",)
"""What is measured only for who names it."""
MODULES = {"bytes": "traffic", "watch": "foreign_log"}
"""Those whose name would hide one of Python's, or says too little for a file."""
RESULTS = Path(__file__).with_name("RESULTS.md")
GPU = "gpu"
"""Comes first and alone."""
BEGIN, END = "<!-- speed: written by `make bench` -->", "<!-- end of speed -->"
_NAMED = (
    f"any of: {', '.join(NAMES)}; none: all of these. Only by its name: {', '.join(OTHERS)}; "
    f"{GPU} checks a GPU: see {GPU} --help"
)
_MET = {True: "yes", False: "**no**", None: NONE}


def main(words: list[str] | None = None) -> int:
    """Run benchmarks and print a table for each; 1 where one of them failed, 2 for an unknown name."""
    given = sys.argv[1:] if words is None else words
    if given[:1] == [GPU]:
        from benchmarks.gpu.__main__ import main as check_gpu

        return check_gpu(given[1:])
    options = _parser().parse_args(given)
    if unknown := [name for name in options.names if name not in (*NAMES, *OTHERS)]:
        known = ", ".join((*NAMES, *OTHERS))
        print(f"no benchmark is named {unknown[0]}; there are: {known}", file=sys.stderr)
        return 2
    if options.write and options.names:
        print("--write replaces all tables at once: name no benchmark", file=sys.stderr)
        return 2
    names = options.names or list(NAMES)
    command = " ".join(["python -m benchmarks", *options.names, *(["--quick"] if options.quick else [])])
    head = f"`{command}`, {machine()}"
    print(f"{head}\n", flush=True)
    sections, failed = [], False
    for name in names:
        began = time.monotonic()
        rows, fine = run(name, QUICK if options.quick else FULL)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        failed = failed or not fine
        sections.append(table(name, rows))
        print(sections[-1], flush=True)
    if options.write:
        RESULTS.write_text(written(RESULTS.read_text(encoding="utf-8"), "\n".join([head, "", *sections])))
    return 1 if failed else 0


def run(name: str, budget: Budget) -> tuple[list[Row], bool]:
    """The rows of a benchmark, and whether it came to its end; one that fails says so in a row."""
    module = import_module(f"benchmarks.speed.{MODULES.get(name, name)}")
    measure: Callable[[Budget], list[Row]] = module.measure
    try:
        return measure(budget), True
    except Exception as error:
        traceback.print_exc()
        told = str(error).partition("\n")[0][:160].replace("|", "/")
        return [Row(what=name, ours="failed", met=False, note=f"{type(error).__name__}: {told}")], False


def table(name: str, rows: Sequence[Row]) -> str:
    """Markdown, with a heading."""
    lines = [f"### {name}", "", "| what | ours | peer | target | met | |", "|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(
            f"| {row.what} | {row.ours} | {row.peer} | {row.target} | {_MET[row.met]} | {row.note} |"
        )
    return "\n".join([*lines, ""])


def written(document: str, section: str) -> str:
    """The document with that between its two markers. Raises ValueError where they are missing."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{RESULTS} has no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{section}\n{END}{after}"


def machine() -> str:
    """Date, hardware and versions."""
    processor = platform.processor() or platform.machine()
    told = Path("/proc/cpuinfo")
    if told.exists():
        names = [line for line in told.read_text().splitlines() if line.startswith("model name")]
        processor = names[0].partition(": ")[2] if names else processor
    python = platform.python_version()
    date, cores = time.strftime("%Y-%m-%d"), os.cpu_count()
    return f"{date}, {processor}, {cores} cores, torch {version('torch')}, Python {python}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=_NAMED)
    parser.add_argument("--quick", action="store_true", help="a look within three minutes, not to be quoted")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {RESULTS.name}")
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what it has started ends with it
    sys.exit(main())
