"""Messages of several screens: what they ask of the app, and news that replaces older news."""

from collections.abc import Mapping

from textual.message import Message

from latentop.engine.run.folder import RunFolder
from latentop.presets.schema import Preset


class TrainPreset(Message):
    """This preset shall be trained; ``beside`` what trains already, or as the app decides."""

    def __init__(self, name: str, preset: Preset, *, beside: bool = False) -> None:
        self.name = name
        self.preset = preset
        self.beside = beside
        super().__init__()


class ForkRun(Message):
    """This run shall be forked, with these settings changed; ``instead``: and stopped once that trains."""

    def __init__(self, run: RunFolder, values: Mapping[str, object], *, instead: bool) -> None:
        self.run = run
        self.values = values
        self.instead = instead
        super().__init__()


class Newest(Message):
    """News of which only the newest matters: one that waits makes older ones of its kind needless."""

    def can_replace(self, message: Message) -> bool:
        """Whether the other one is older news of this kind."""
        return isinstance(message, type(self))
