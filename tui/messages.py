"""What several screens ask of the app."""

from textual.message import Message

from presets.schema import Preset


class TrainPreset(Message):
    """This preset shall be trained; ``beside`` what trains already, or as the app decides."""

    def __init__(self, name: str, preset: Preset, *, beside: bool = False) -> None:
        self.name = name
        self.preset = preset
        self.beside = beside
        super().__init__()
