"""A run as wandb records it, offline: ``python -m benchmarks.speed.loops.wandb_run FOLDER STEPS [SPEED]``.

Eight metrics a step, at that many steps a second or as fast as it goes; prints the microseconds that a step's
``log`` took, as a median.
"""

import math
import sys
import time
from statistics import median

import wandb

METRICS = 8


def main() -> None:
    """Write the run."""
    folder, steps, speed = sys.argv[1], int(sys.argv[2]), float((*sys.argv[3:], "0")[0])
    run = wandb.init(dir=folder, mode="offline", project="speed", settings=wandb.Settings(silent=True))
    began, taken = time.perf_counter(), []
    for step in range(steps):
        values = {f"loss/{one}": math.sin(step / 1000 + one) + 2 for one in range(METRICS)}
        before = time.perf_counter()
        run.log(values)
        taken.append(time.perf_counter() - before)
        if speed:
            time.sleep(max(0.0, began + (step + 1) / speed - time.perf_counter()))
    run.finish()
    print(1e6 * median(taken))


if __name__ == "__main__":
    main()
