"""One base for every error that a person caused or can mend: what happened, and what to do."""


class LatentopError(Exception):
    """A message (what, where) and a hint (what to do or what would be accepted). Never a traceback."""

    exit_code = 1

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint)  # both: another process gets the error as what it was made of
        self.message = message
        self.hint = hint
        self.add_note(hint)  # for a script's traceback

    def __str__(self) -> str:
        return self.message


class UsageError(LatentopError):
    """The asker's words are off: an unknown run, a bad setting, a folder that can't be used."""

    exit_code = 2


class StorageError(LatentopError):
    """The run's folder or database can't be read or written."""


class DataError(LatentopError):
    """A dataset is missing, truncated or corrupt."""
