"""What ``watch.features`` names, as far as it can be seen without torch: a name, or a file with a network."""

from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from latentop.presets.preset_error import PresetError

KEY = "watch.features"
PCA, INCEPTION = "pca", "inception"
ACCEPTED = f"accepted: {PCA}, {INCEPTION}, or a file that torch.jit.save has written"


def is_file(features: str) -> bool:
    """Whether it is the path of a file."""
    return features not in (PCA, INCEPTION)


def told(features: str) -> str:
    """What it is called: the file without its folder."""
    return Path(features).name if is_file(features) else features


def check(features: str, of: str = f"{KEY} = ") -> None:
    """Raise PresetError where it is a file that is not there, or one that holds no TorchScript module.

    ``of`` comes before its name.
    """
    if not is_file(features):
        return
    path = Path(features)
    try:
        if not path.is_file():
            raise PresetError(f"{of}{features} is no file", ACCEPTED, key=KEY)
        with path.open("rb"):
            known = _holds_module(path)
    except (OSError, ValueError, BadZipFile) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise PresetError(f"{of}{features} can't be read: {why}", ACCEPTED, key=KEY) from error
    if not known:
        raise PresetError(
            f"{of}{features} holds no TorchScript module",
            "write one: torch.jit.script(network).save(path)",
            key=KEY,
        )


def _holds_module(path: Path) -> bool:
    """A module has code in its archive; weights alone have none."""
    if not is_zipfile(path):
        return False
    with ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())
