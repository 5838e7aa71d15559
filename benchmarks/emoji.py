"""Folders of real images in colour, in class folders: emoji, as an npm package has them."""

import json
import random
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from PIL import Image
from PIL.Image import Transpose

PACKAGE = "emoji-datasource-google"
FEW, MANY = 400, 12_500
TURNS = (
    Transpose.FLIP_LEFT_RIGHT,
    Transpose.ROTATE_90,
    Transpose.ROTATE_180,
    Transpose.ROTATE_270,
    Transpose.FLIP_TOP_BOTTOM,
    Transpose.TRANSPOSE,
    Transpose.TRANSVERSE,
)


def emoji(place: Path) -> Path | None:
    """A folder of class folders, one a category of emoji; None where npm is missing or reaches nothing."""
    try:
        said = subprocess.run(["npm", "pack", PACKAGE], cwd=place, capture_output=True, check=True, text=True)
        shutil.unpack_archive(place / said.stdout.split()[-1], place, filter="data")
    except (OSError, subprocess.CalledProcessError, IndexError):
        return None
    package, folder = place / "package", place / "emoji"
    for drawn in json.loads((package / "emoji.json").read_text(encoding="utf-8")):
        category = folder / drawn["category"].lower().replace(" & ", "-and-").replace(" ", "-")
        category.mkdir(parents=True, exist_ok=True)
        for one in (drawn, *drawn.get("skin_variations", {}).values()):
            with suppress(FileNotFoundError):  # not every maker draws every emoji
                shutil.copy(package / "img" / "google" / "64" / one["image"], category)
    return folder


def some(images: Sequence[Path], folder: Path, place: Path) -> Path:
    """A folder of FEW of the images, each in its class, the same at every call."""
    for path in random.Random(0).sample(images, min(FEW, len(images))):
        (place / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place / path.relative_to(folder))
    return place


def turned(images: Sequence[Path], folder: Path, place: Path) -> Path:
    """A folder of MANY images, as far as these suffice: as they are, mirrored, turned, each a file."""
    for path, turn in islice(((path, turn) for turn in (None, *TURNS) for path in images), MANY):
        name = f"{path.stem}-{turn.name if turn is not None else 'AS_IT_IS'}.png"
        made = place / path.relative_to(folder).parent / name
        made.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as image:
            (image.transpose(turn) if turn is not None else image).save(made, compress_level=1)
    return place
