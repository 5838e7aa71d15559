"""What a slow link costs: ``python -m benchmarks.link [--keys N] [--seconds N]``.

Trains a small DCGAN, watches it at 120 × 40 in a real pseudo-terminal whose other end is read no faster than
the link carries, and prints how long keys take until their effect is on the screen, what is sent, and the
training speed beside that of the same run with nobody watching.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import SMALL_GAN, facts, training, wait_until
from tests.support.terminal import Terminal

SPEEDS = (5_000, 20_000, None)
"""Bytes a second of the links; None: no limit."""
KEYS = (("?", "keys on a run"), ("s", "Stop training?"), ("e", "while it trains"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One link: seconds that keys took, bytes and training steps a second meanwhile."""

    latencies: Sequence[float]
    sent: float
    speed: float


def steps_a_second(run: RunFolder, seconds: float) -> float:
    """How fast it trains, over so many seconds from now."""
    first, began = facts(run).step, time.perf_counter()
    time.sleep(seconds)
    return (facts(run).step - first) / (time.perf_counter() - began)


def watch(run: RunFolder, speed: int | None, keys: int, seconds: float, settings: Path) -> Watched:
    """Watch the run over such a link: first its rate, then the keys."""
    far = {"SSH_CONNECTION": "there", "COLORTERM": "truecolor", "XDG_CONFIG_HOME": str(settings)}
    with Terminal("attach", str(run.path), columns=120, rows=40, speed=speed, environment=far) as terminal:
        terminal.wait_for("● training", "─ losses", "─ samples")
        sent = len(terminal.sent)
        steps = steps_a_second(run, seconds)
        rate = (len(terminal.sent) - sent) / seconds
        latencies = []
        for press in range(keys):
            key, shown = KEYS[press % len(KEYS)]
            for pressed, there in ((key, True), ("\x1b", False)):
                began = time.perf_counter()
                terminal.press(pressed)
                wait_until(partial(_shows, terminal, shown, there))
                latencies.append(time.perf_counter() - began)
    return Watched(latencies=latencies, sent=rate, speed=steps)


def _shows(terminal: Terminal, text: str, there: bool) -> bool:
    return (text in terminal.text) == there


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    options = _options(words)
    print(
        f"{time.strftime('%Y-%m-%d')} · {platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    )
    print(f"python -m benchmarks.link {' '.join(sys.argv[1:] if words is None else words)}", flush=True)
    print(
        f"{'link':>10}  {'key p50':>8}  {'key p99':>8}  {'sent':>10}  {'training speed, watched : alone':>32}"
    )
    with TemporaryDirectory() as folder:
        settings = Path(folder) / "config"
        (settings / "latentop").mkdir(parents=True)
        (settings / "latentop" / "settings.toml").write_text("hinted = true\n")
        with training(Path(folder) / "runs", "dcgan", [*SMALL_GAN, "steps=10000000"]) as run:
            wait_until(lambda: facts(run).step > 20)
            for speed in SPEEDS:
                alone = steps_a_second(run, options.seconds)
                seen = watch(run, speed, options.keys, options.seconds, settings)
                cuts = quantiles(seen.latencies, n=100, method="inclusive")
                name = f"{speed // 1000} kB/s" if speed else "unlimited"
                print(
                    f"{name:>10}  {cuts[49]:>6.2f} s  {cuts[98]:>6.2f} s  {seen.sent / 1000:>5.1f} kB/s"
                    f"  {seen.speed / alone:>32.2f}",
                    flush=True,
                )
    return 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.link", description=__doc__)
    parser.add_argument("--keys", type=int, default=30, help="keys pressed on each link; each is undone, too")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement of a speed")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
