"""How busy this machine is while it trains a run; seen from a thread, now and then."""

from latentop.engine.run.process.liveness import Liveness
from latentop.tui.model.machine_load import MachineLoad

BUSY = frozenset({"starting", "running", "stopping"})
"""The states in which something is computed."""
LOOK_SECONDS = 2.0
"""Between two looks, at least."""


def load(pid: int | None, liveness: Liveness) -> MachineLoad | None:
    """A look at this machine, whose worker has that process id; None where nobody trains here now."""
    if pid is None or liveness.elsewhere or liveness.name not in BUSY:
        return None
    import psutil  # a few milliseconds, which the first screen need not wait for

    processor = psutil.cpu_percent() / 100
    try:
        memory = int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        memory = None
    return MachineLoad(processor=(processor,), memory=memory)
