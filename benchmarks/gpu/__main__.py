"""The command line: ``python -m benchmarks gpu``; see the package."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.gpu import needs, table
from benchmarks.gpu.check import Check, Probe
from benchmarks.gpu.plan import PLAN

RESULTS = Path(__file__).parents[1] / "RESULTS.md"


def main(words: Sequence[str] | None = None, plan: Sequence[Probe] = PLAN) -> int:
    """Run the checks; 0 where none failed, 1 where one did, 2 where they can't be run."""
    options = _parser().parse_args(words)
    names = [name for word in options.only for name in word.split(",")]
    if unknown := [name for name in names if name not in [probe.name for probe in plan]]:
        known = ", ".join(probe.name for probe in plan)
        return _refuse(f"no check is named {unknown[0]}; there are: {known}")
    if options.write and (options.dry or names):
        return _refuse("--write takes a whole table of a card: neither --dry nor --only")
    if lacking := needs.missing(list(needs.NEEDED)):
        return _refuse(f"not installed: {', '.join(lacking)}; python -m pip install {' '.join(lacking)}")
    if screen := needs.missing(needs.SCREEN):
        print(f"not installed: {', '.join(screen)}; the dashboard needs it, these checks don't\n")
    from benchmarks.gpu.bench import NoCardError  # which needs psutil

    chosen = [probe for probe in plan if not names or probe.name in names]
    try:
        with (
            TemporaryDirectory(prefix="latentop-gpu-", ignore_cleanup_errors=True) as folder,
            patch.dict(os.environ, _environment(Path(folder), dry=options.dry)),
        ):
            return _run(chosen, Path(folder), options)
    except NoCardError as reason:
        return _refuse(f"no CUDA device to check: {reason}; all that needs no card: --dry")


def _run(plan: Sequence[Probe], folder: Path, options: argparse.Namespace) -> int:
    from benchmarks.gpu.bench import Benches

    began, interrupted = time.monotonic(), False
    checks: list[Check] = []
    benches = Benches(plan, folder, dry=options.dry)
    try:
        name = benches.found.name
        head = [f"## GPU checks: {name}", "", f"`{_command(options)}`, {_today()}", "", *table.HEAD]
        print("\n".join(head), flush=True)
        for check in benches.rows():
            checks.append(check)
            print(table.line(check), flush=True)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        benches.close()
    end = f"{table.verdict(checks, whole=not interrupted)}, {time.monotonic() - began:.0f} s"
    print(f"\n{end}")
    if interrupted:
        return 130
    if options.write:
        section = "\n".join([*head, *map(table.line, checks), "", end, ""])
        RESULTS.write_text(table.written(RESULTS.read_text(encoding="utf-8"), section), encoding="utf-8")
    return int(any(one.state == "failed" for one in checks))


def _environment(folder: Path, *, dry: bool) -> dict[str, str]:
    """Whatever is started finds the sources, and neither reads nor changes what its user has set."""
    needs.describe(folder / "described")
    paths = [str(needs.ROOT), str(folder / "described"), os.environ.get("PYTHONPATH", "")]
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "OMP_WAIT_POLICY": "PASSIVE",
        **({"OMP_NUM_THREADS": "1"} if dry else {}),  # no trial tells which number of threads is faster
    }


def _command(options: argparse.Namespace) -> str:
    only = [part for name in options.only for part in ("--only", name)]
    return " ".join(["python -m benchmarks gpu", *(["--dry"] if options.dry else []), *only])


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    about = "All checks on a GPU: one table, one verdict, eight minutes at most."
    parser = argparse.ArgumentParser(prog="python -m benchmarks gpu", description=about)
    parser.add_argument("--dry", action="store_true", help="all that needs no card, on the CPU")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="these checks only, with commas between"
    )
    parser.add_argument("--write", action="store_true", help=f"write the table into {RESULTS.name}")
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what it has started ends with it
    sys.exit(main())
