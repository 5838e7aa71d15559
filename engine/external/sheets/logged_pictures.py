"""Pictures in a log: which of their names are samples, real images, reconstructions."""

from latentop.engine.external.picture_kinds import is_said, kind_of


class LoggedPictures:
    """Has one name for each kind of picture: the first that says the kind, else the first that says none."""

    def __init__(self) -> None:
        self._chosen: dict[str, str] = {}
        self.left_out: dict[str, str] = {}
        """By name, whose place it would take."""

    def learn(self, name: str) -> None:
        """Hear of a name."""
        kind = kind_of(name)
        chosen = self._chosen.setdefault(kind, name)
        if chosen != name and is_said(name) and not is_said(chosen):
            self._chosen[kind], name = name, chosen
        if self._chosen[kind] != name:
            self.left_out[name] = self._chosen[kind]

    def kind(self, name: str) -> str | None:
        """The kind of picture that a name stands for; None where another stands for it."""
        kind = kind_of(name)
        return kind if self._chosen.get(kind) == name else None
