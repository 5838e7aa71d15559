"""Records eight series a step until killed: ``python -m benchmarks.speed.loops.recording_run LOG RUN``.

As many steps a second as fast training makes; the log holds when each was given to the recorder.
"""

import sys
import time
from pathlib import Path

import torch

from benchmarks.speed.long_run import SERIES, SPEED
from benchmarks.speed.step_times import Log
from latentop.engine.record.recorder import Recorder
from latentop.engine.run.events import Facts, Scalars
from latentop.engine.run.folder import RunFolder


def main() -> None:
    """Record until killed."""
    log, run = Log(Path(sys.argv[1])), RunFolder(Path(sys.argv[2]))
    recorder = Recorder(run, lambda: Facts(values={"heartbeat": time.time()}))
    recorder.start()
    values = {name: torch.rand(()) for name in SERIES}
    began, step = time.perf_counter(), 0
    while True:
        step += 1
        recorder.put(Scalars(step=step, wall=time.time(), values=dict(values)))
        log.stamp()
        ahead = began + step / SPEED - time.perf_counter()
        if ahead > 0:
            time.sleep(ahead)


if __name__ == "__main__":
    main()
