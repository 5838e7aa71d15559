"""Processes that train together stop together, after a step that all of them have heard of before.

They talk through the store of ``torch.distributed``, in which nobody waits for anybody. The one that records
says that it was asked to stop. The others look for that twice a second; from then on they say at each step
where they are, and wait for their devices: a host may be many steps ahead of its own, and of the others.
Once all have, the first one says after which step they stop, a little ahead of the foremost.
Where the others don't log, or have no store, the first one stops alone.
"""

import os
import time
from itertools import count
from typing import TYPE_CHECKING

import torch

from latentop.engine.train import devices

if TYPE_CHECKING:
    from torch.distributed import Store  # type: ignore[attr-defined]

LOOK_SECONDS = 0.5
AHEAD = 3
"""Steps from where the foremost was heard to be to where all stop: it has gone on since."""
_runs = count()
"""Of this process: all of them begin the same ones."""
_inherited = False
"""Whether this process was forked from one that trains: what that one talks through is not its own."""


def _forked() -> None:
    global _inherited
    _inherited = torch.distributed.is_available() and torch.distributed.is_initialized()


os.register_at_fork(after_in_child=_forked)


class Peers:
    """What one process hears of the others. ``step`` is the script's own count, which all of them share."""

    def __init__(self) -> None:
        self._run = next(_runs)
        self._store: Store | None = None
        self._asked = False
        self._last: int | None = None
        self._next_look = 0.0

    def all_stop(self, step: int) -> bool:
        """Whether the process that records, and was asked to stop, ends after this step."""
        try:
            if (store := self._joined()) is None:
                return True
            others = range(1, torch.distributed.get_world_size())
            if not store.check([f"logs/{rank}" for rank in others]):
                return True
            if not self._asked:
                self._asked = True
                store.set("asked", "")
            places = [f"at/{rank}" for rank in others]
            if self._last is None and store.check(places):
                self._last = max(step, *(int(store.get(one)) for one in places)) + AHEAD
                store.set("last", str(self._last))
        except RuntimeError:  # the others have gone
            return True
        return self._last is not None and step >= self._last

    def stops(self, step: int) -> bool:
        """Whether a process that another one records ends after this step."""
        now = time.monotonic()
        if not self._asked and now < self._next_look:
            return False
        self._next_look = now + LOOK_SECONDS
        try:
            if (store := self._joined()) is None:
                return False
            rank = torch.distributed.get_rank()
            store.set(f"logs/{rank}", "")
            self._asked = self._asked or store.check(["asked"])
            if self._asked:
                devices.wait_for_all()
            if self._asked and store.check(["last"]):
                return step >= int(store.get("last"))
            if self._asked:
                store.set(f"at/{rank}", str(step))
        except RuntimeError:  # whoever records has gone, and with it the store
            pass
        return False

    def _joined(self) -> "Store | None":
        """Where all of them read and write; None where there is none, and in children of this process."""
        if _inherited or not torch.distributed.is_available():
            return None
        if self._store is None and torch.distributed.is_initialized():
            default = torch.distributed.distributed_c10d._get_default_store()
            prefixed = torch.distributed.PrefixStore  # type: ignore[attr-defined]
            self._store = prefixed(f"latentop/{self._run}", default)
        return self._store
