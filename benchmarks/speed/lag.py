"""How far the screen is behind while both cores train: step recorded to step shown; key to effect.

Every 5 ms the database is asked whether anything was committed, and which step is then the newest.
The terminal's bytes are kept with their times; which step the header shows at which time, and when a key took
effect, is read afterwards by an emulator: nothing is emulated while it is measured.
"""

import re
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from statistics import median

from benchmarks.speed.processes import dashboard, somewhere, worker
from benchmarks.speed.pty_recording import Recording
from benchmarks.speed.rows import Budget, Row, percentile, said
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store import database
from tests.support.real_runs import facts, wait_until

POINT_P50, POINT_P99, KEY_P99 = 0.3, 1.0, 0.15
KEYS = (("?", "keys on a run"), ("s", "Stop training?"), ("e", "while it trains"))
PAUSE_SECONDS, ESCAPE = 0.63, "\x1b"
"""After what a key opens is there, and after an escape; an odd time, so that keys fall anywhere."""
MOST_SECONDS = 5.0
"""A key without an effect counts as so slow."""
POLL_SECONDS = 0.005
_STEP = re.compile(r"step +(\d{1,3}(?: \d{3})*)")

Screen = tuple[float, str]
"""A time, and what was on the screen then."""
Moments = list[tuple[float, int]]
"""Times (seconds since the epoch) and the step that was then the newest."""


def measure(budget: Budget) -> list[Row]:
    """Two rows for points, one for keys."""
    with somewhere() as folder, worker(folder, "dcgan", budget.overrides) as run:
        wait_until(lambda: facts(run).step > 10)
        with dashboard(folder, "attach", run.path) as screen:
            screen.wait_for("losses")
            time.sleep(budget.settle)
            committed = _commits(run, budget.watch)
            time.sleep(1.0)  # what was committed last is shown, too
            presses = _press(screen, budget.keys)
        screens = list(screen.screens())
        behind = _behind(committed, shown_steps(screens))
        keys = _effects(screens, presses)
    count = f"{len(behind)} commits, {len(committed) / budget.watch:.1f} a second"
    p50, p99 = percentile(behind, 50), percentile(behind, 99)
    key = percentile(keys, 99)
    middle = f"p50 {said(median(keys))} s, {len(keys)} keys"
    return [
        _row("step recorded to the header, p50", p50, POINT_P50, count),
        _row("step recorded to the header, p99", p99, POINT_P99, "LEET: 3.5 s typical (as once measured)"),
        _row("key to its effect, p99", key, KEY_P99, middle),
    ]


def _row(what: str, figure: float, most: float, note: str) -> Row:
    return Row(what=what, ours=f"{said(figure)} s", target=f"≤ {said(most)} s", met=figure <= most, note=note)


def _commits(run: RunFolder, seconds: float) -> Moments:
    """When a newer step was in the database, and which."""
    found: Moments = []
    with closing(database.open_for_reading(run.database)) as connection:
        execute, version, over = connection.execute, None, time.time() + seconds
        while (now := time.time()) < over:
            (latest,) = execute("PRAGMA data_version").fetchone()
            if latest != version:
                version = latest
                (step,) = execute("SELECT max(step) FROM points WHERE series = 1").fetchone()
                if (found and step > found[-1][1]) or not found:
                    found.append((now, step))
            time.sleep(POLL_SECONDS)
    return found[1:]


def shown_steps(screens: Iterable[Screen]) -> Moments:
    """When the header came to show which step."""
    found: Moments = []
    for when, text in screens:
        if told := _STEP.search(text[:120]):
            step = int(told.group(1).replace(" ", ""))
            if not found or step > found[-1][1]:
                found.append((when, step))
    return found


def _behind(committed: Moments, shown: Moments) -> list[float]:
    """Seconds from each commit until the header shows its step or a later one."""
    steps = [step for _, step in shown]
    places = [(when, bisect_left(steps, step)) for when, step in committed]
    seen = [shown[place][0] if place < len(shown) else when + MOST_SECONDS for when, place in places]
    return [max(0.0, moment - when) for (when, _), moment in zip(committed, seen, strict=True)]


def _press(screen: Recording, count: int) -> list[tuple[float, str, bool]]:
    """Press keys and escape from what they open; when, what is seen by it, and whether it is there then."""
    pressed = []
    for number in range(count):
        key, text = KEYS[number % len(KEYS)]
        for keys, there in ((key, True), (ESCAPE, False)):
            when = screen.press(keys)
            pressed.append((when, text, there))
            if there:
                with suppress(TimeoutError):
                    screen.wait_for(text, since=when, most=MOST_SECONDS)
            time.sleep(PAUSE_SECONDS)
    return pressed


def _effects(screens: Sequence[Screen], pressed: Sequence[tuple[float, str, bool]]) -> list[float]:
    """Seconds until each key's effect was on the screen."""
    taken = []
    times = [when for when, _ in screens]
    for when, text, there in pressed:
        after = screens[bisect_left(times, when) :]
        seen = next((moment for moment, shown in after if (text in shown) == there), when + MOST_SECONDS)
        taken.append(seen - when)
    return taken
