"""A run's state and verdict in words, and the theme's colours that go with them."""

from latentop.engine.run.process.liveness import Liveness
from latentop.tui.model.plain_text import clean

STATES = {"running": "training"}
"""The states that are said in another word."""
WATCHED = {"running": "watching", "stopped": "unwatched", "finished": "imported"}
"""Those of a run that another program trains, whose log is read."""
HELD = ("paused", "queued")
"""States in which a run waits to be let go on."""
ASKED = {
    "pause": "pausing",
    "resume": "resuming",
    "stop": "stopping",
    "checkpoint": "writing a checkpoint",
    "set": "changing a setting",
    "rollback": "going back",
}
VERDICTS = {"unknown": "too early to judge", "healthy": "healthy", "warning": "warning"}
"""Those that nobody need act on; the others are names of critical alarms, and said in capitals."""
TONES = {
    "queued": "accent",
    "running": "success",
    "starting": "accent",
    "paused": "warning",
    "stopping": "warning",
    "finished": "primary",
    "stopped": "primary",
    "failed": "error",
    "crashed": "error",
    "lost": "error",
    "healthy": "success",
    "warning": "warning",
    "unknown": "foreground",
}
"""Which colour of the theme goes with a state or a verdict; the verdicts left out are errors."""


def tone(name: str) -> str:
    """The theme's colour for a state, a verdict or a severity."""
    return TONES.get(name, "error")


def state(liveness: Liveness, pending: tuple[str, ...] = ()) -> str:
    """A run's state in words, or what it has been asked to do and has not answered yet."""
    if pending:
        return f"{ASKED.get(pending[-1], clean(pending[-1]))} …"
    if liveness.name == "queued" and liveness.detail:
        place = liveness.detail.removesuffix(" in line")
        return clean(f"queued {'1st' if place == 'next' else place}")
    return (WATCHED if liveness.watched else STATES).get(liveness.name, clean(liveness.name))


def verdict(name: str, *, alive: bool) -> str:
    """A verdict in words; those that need somebody are in capitals. What has ended can't be judged later."""
    if name == "unknown" and not alive:
        return name
    return VERDICTS.get(name, clean(name).replace("-", " ").upper())
