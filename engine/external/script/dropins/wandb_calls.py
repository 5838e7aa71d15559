"""What scripts call of other loggers, so that ``import latentop as wandb`` runs them as they are."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

NO_PLACE = frozenset(
    {"Artifact", "Audio", "Graph", "Histogram", "Html", "Molecule", "Object3D", "Plotly", "Table", "Video"}
)
"""Classes whose objects are accepted, and shown nowhere."""
ON_A_RUN = frozenset(
    {"alert", "config", "define_metric", "log_artifact", "log_code", "log_model", "save", "summary"}
    | {"unwatch", "watch"}
)
"""What is called of the module and meant of the run that is open."""


class NoPlace:
    """Something to be logged that a run can't show: it takes every call, and logging it is told once."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


class ScriptSummary(dict[str, Any]):
    """Final numbers that a script notes down: it can read them again."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        super().__init__()

    def __setitem__(self, name: str, value: Any) -> None:
        self._tell("summary has no place here: the newest value of each series is shown")
        super().__setitem__(name, value)


def _told(name: str, instead: str) -> Callable[..., None]:
    def method(self: "WandbCalls", *_: object, **__: object) -> None:
        self.tell(f"{name} has no place here: {instead}")

    method.__name__, method.__doc__ = name, f"Accepted, and told once: {instead}."
    return method


class WandbCalls(ABC):
    """Of a run, what scripts know from others; where it has no place, that is told once."""

    @property
    @abstractmethod
    def path(self) -> Path:
        """The run's folder."""

    @abstractmethod
    def tell(self, text: str) -> None:
        """Say something, once."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Write something into the run's events."""

    define_metric = _told("define_metric", "every series is drawn over steps")
    log_artifact = _told("log_artifact", "files stay where they are")
    log_code = _told("log_code", "files stay where they are")
    log_model = _told("log_model", "give networks= to latentop.init, and it keeps checkpoints")
    save = _told("save", "files stay where they are")
    watch = _told("watch", "give networks= to latentop.init")

    @property
    def dir(self) -> str:
        """The run's folder, as a text."""
        return str(self.path)

    @property
    def summary(self) -> ScriptSummary:
        """Takes final numbers, shown nowhere."""
        found: ScriptSummary = self.__dict__.setdefault("_summary", ScriptSummary(self.tell))
        return found

    def alert(self, title: str = "", text: str = "", *_: object, **__: object) -> None:
        """Write it into the run's events."""
        self.note(f"{title}: {text}" if title and text else title or text)

    def unwatch(self, *_: object, **__: object) -> None:  # noqa: B027 - there is nothing to do
        """Accepted."""


def of_the_module(name: str) -> Any:
    """What ``latentop.name`` is to such scripts. Raises AttributeError for what it isn't, or takes a run."""
    if name == "run":
        return _opened()
    if name in ON_A_RUN:
        if (run := _opened()) is None:
            raise AttributeError(f"latentop.{name}: no run is open; begin one: latentop.init()")
        return getattr(run, name)
    if name in NO_PLACE:
        return type(name, (NoPlace,), {})
    match name:
        case "login":
            return _logged_in
        case "Settings":
            return SimpleNamespace
        case "AlertLevel":
            return SimpleNamespace(INFO="INFO", WARN="WARN", ERROR="ERROR")
        case "plot":
            return NoPlace()
    raise AttributeError(f"module 'latentop' has no attribute {name!r}")


def _opened() -> Any:
    """The run that is open, or None; nothing is imported to find out."""
    known = sys.modules.get("latentop.engine.external.script.lifetime")
    return known.opened() if known else None


def _nothing(*_: object, **__: object) -> None:
    """Takes every call."""


def _logged_in(*_: object, **__: object) -> bool:
    """There is nowhere to log in."""
    return True
