"""The error of a preset or a setting that can't be used."""


class PresetError(Exception):
    """A preset or a setting that can't be used: a message (what, where) and a hint (what is accepted).

    ``key`` is the dotted key of the setting, where one is to blame.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str, *, key: str = "") -> None:
        super().__init__(message, hint)  # both: another process gets the error as what it was made of
        self.message = message
        self.hint = hint
        self.key = key

    def __str__(self) -> str:
        return self.message
