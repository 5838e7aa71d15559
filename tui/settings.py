"""What is remembered from one day to the next: a small TOML file in the user's configuration folder."""

import fcntl
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import tomli_w

from latentop.engine.run import preferences
from latentop.engine.run.errors import UsageError
from latentop.presets.atomic_file import replacing
from latentop.presets.explain import explain
from latentop.presets.records import meaning, means
from latentop.tui import themes
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link.bandwidth import MOST_KBPS

_HEADING = "# latentop settings lists what can stand here, and what it means.\n"
_OPEN: Mapping[str, tuple[str, ...]] = {"theme": themes.names(), "images": ("automatic", *Style)}
"""The settings whose values are listed elsewhere in the code, and those values."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting and its default. What each means is what ``latentop settings`` says of it."""

    theme: Annotated[str, means("The colours of the dashboard; T shows them all.")] = themes.FIRST
    images: Annotated[str, means("How images are drawn: automatic suits the terminal.")] = "automatic"
    notices: Annotated[
        Literal["automatic", "osc9", "osc777", "off"],
        means(
            "Desktop notices of alarms and ends, by OSC 9, OSC 777, or whichever the terminal seems to know."
        ),
    ] = "automatic"
    bell: Annotated[bool, means("Ring the terminal's bell with every such notice.")] = False
    max_kbps: Annotated[
        int,
        means(
            "The most kilobits a second that the dashboard sends; 0 sends what the link carries.",
            ge=0,
            le=MOST_KBPS,
        ),
    ] = 0
    on_alarm: Annotated[
        str, means("A shell command that the worker runs when an alarm is raised, watched or not.")
    ] = ""
    on_finish: Annotated[
        str, means("A shell command that the worker runs when training finished, stopped or failed.")
    ] = ""
    hinted: Annotated[bool, means("Whether the hint of the very first run has been seen.")] = False


def path() -> Path:
    """Where the settings lie."""
    return preferences.path()


def meanings() -> dict[str, str]:
    """What each setting means, by its name."""
    return {field.name: meaning(field.type) for field in msgspec.structs.fields(Settings)}


def listed(settings: Settings) -> dict[str, object]:
    """The value of each setting by its name."""
    return msgspec.structs.asdict(settings)


def parse(word: str) -> tuple[str, object]:
    """Name and value of a ``KEY=VALUE``. Raises UsageError that says what is accepted."""
    key, equals, text = (part.strip() for part in word.partition("="))
    if not equals:
        raise UsageError(f"{word}: no KEY=VALUE", "write it like: latentop settings theme=nord")
    value: object = text
    if isinstance(getattr(Settings(), key, None), int):
        with suppress(ValueError):
            value = tomllib.loads(f"value = {text}")["value"]
    _checked({key: value}, "settings")
    return key, value


def load(file: Path) -> tuple[Settings, str]:
    """The settings of a file, and what is wrong with it in a line; what is wrong has its default."""
    document, trouble = _read(file)
    good, told = _sound(document, str(file))
    return msgspec.convert(good, Settings), trouble or told


class Remembered:
    """The settings, and the file that keeps them; without one they last as long as the program."""

    def __init__(self, file: Path | None = None, settings: Settings | None = None) -> None:
        self.file = file
        self.settings, self.trouble = settings or Settings(), ""
        if file is not None:
            self.settings, self.trouble = load(file)

    def change(self, **values: object) -> None:
        """Set some, here and in the file; what others have set there meanwhile stays.

        Raises UsageError where the file can't be written: then it is only known here.
        """
        self.settings = msgspec.structs.replace(self.settings, **values)
        if self.file is None:
            return
        try:
            with _alone(self.file.parent):
                _write(self.file, values)
        except OSError as error:
            raise UsageError(
                f"{self.file} can't be written: {error.strerror}", "it holds until you quit"
            ) from error


def _read(file: Path) -> tuple[dict[str, Any], str]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig")), ""
    except (FileNotFoundError, NotADirectoryError):
        return {}, ""
    except OSError as error:
        return {}, f"{file} can't be read: {error.strerror}; everything is as at first"
    except ValueError as error:
        return {}, f"{file} is no TOML: {error}; everything is as at first"


def _sound(document: Mapping[str, Any], where: str) -> tuple[dict[str, Any], str]:
    """The part of a document that can be used, and what is wrong with the first that can't."""
    good, trouble = {}, ""
    for key, value in document.items():
        try:
            _checked({key: value}, where)
            good[key] = value
        except UsageError as error:
            trouble = trouble or f"{error.message}; {error.hint}"
    return good, trouble


def _checked(document: Mapping[str, object], where: str) -> None:
    """Raises UsageError with the place, the key, the value, and what is accepted."""
    try:
        msgspec.convert(document, Settings)
    except msgspec.ValidationError as error:
        key, problem, accepted = explain(str(error), document, Settings)
        raise UsageError(f"{where}: {key}: {problem}", accepted) from error
    for key, accepted_values in _OPEN.items():
        if document.get(key, accepted_values[0]) not in accepted_values:
            raise UsageError(
                f"{where}: {key}: {document[key]!r} is not accepted",
                f"accepted: {', '.join(accepted_values)}",
            )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While another dashboard writes there, wait; where a file system knows no locks, don't."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(file: Path, values: Mapping[str, object]) -> None:
    """Change a few lines, the rest stays as it was; a file that can't be kept so is put aside first."""
    file = file.resolve()  # a link into a folder of dot files stays one
    document, trouble = _read(file)
    good, told = _sound(document, str(file))
    wanted = {**good, **values}
    text = _HEADING
    if file.exists() and not (trouble or told):
        text = file.read_text(encoding="utf-8-sig")
    for key, value in (values if text != _HEADING else wanted).items():
        text = _with_line(text, key, tomli_w.dumps({key: value}).rstrip())
    if trouble or told or not _says(text, wanted):
        with suppress(FileNotFoundError):
            file.replace(file.with_suffix(".toml.broken"))
        text = _HEADING + tomli_w.dumps(wanted)
    with replacing(file) as draft:
        draft.write(text.encode())


def _says(text: str, wanted: Mapping[str, object]) -> bool:
    with suppress(ValueError):
        return tomllib.loads(text) == wanted
    return False


def _with_line(text: str, key: str, line: str) -> str:
    """The text with that line in place of the one that sets the key, or at its end."""
    changed, found = re.subn(rf"^{key}[ \t]*=.*$", lambda _: line, text, count=1, flags=re.MULTILINE)
    return changed if found else f"{text.rstrip()}\n{line}\n".lstrip()
