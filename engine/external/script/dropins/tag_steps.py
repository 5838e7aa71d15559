"""Which step of a run the steps of tags are, where each tag may count by itself."""

from collections import Counter
from typing import Any, SupportsInt

from latentop.engine.external.script.run import Run
from latentop.presets.wording import spaced


class TagSteps:
    """The largest step so far says where the run is; what lags behind belongs there, too."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._calls: Counter[str] = Counter()
        self._told = False
        self.newest = -1 if run.resumed else run.step  # a script that goes on may count anew

    def place(self, tag: str, step: Any = None) -> Any:
        """The step that is given, else how many calls there were; the newest one where that is larger.

        What is no number is returned as it is, for ``Run.log`` to refuse.
        """
        self._calls[tag] += 1
        if step is not None and not isinstance(step, SupportsInt):
            return step
        given = self._calls[tag] if step is None else int(step)
        if given < self.newest and not self._told:
            self._told = True
            self._run.tell(
                f"step {spaced(given)} of {tag!r} comes after step {spaced(self.newest)} of others: "
                "values of tags that lag behind are recorded at the newest step"
            )
        self.newest = max(self.newest, given)
        return self.newest
