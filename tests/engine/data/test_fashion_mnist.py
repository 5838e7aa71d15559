"""Fashion-MNIST: balanced and normalised, from every place it may lie in; never a damaged file unnoticed."""

import gzip
import hashlib
import lzma
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from platformdirs import user_cache_path
from torchvision.datasets import FashionMNIST

from latentop.engine.data import Dataset, fashion_mnist, load
from latentop.engine.data.download import download_fashion_mnist
from latentop.engine.data.fashion_mnist import FULL, INSTALLED, PACKAGED, SMALL, read_fashion_mnist, read_full
from latentop.engine.data.pixels import normalised
from latentop.engine.data.small_fashion_mnist import make_small
from latentop.engine.run.errors import DataError
from latentop.presets import data as records

CPU = torch.device("cpu")
NAMES = tuple(SMALL)
NOWHERE = Path("/nonexistent/fashion-mnist")


def check_balanced_and_normalised(dataset: Dataset) -> None:
    for images, labels in (
        (dataset.train, dataset.train_labels),
        (dataset.test, dataset.test_labels),
    ):
        assert images.dtype == torch.float32
        assert images.shape == (len(labels), 1, 28, 28)
        assert (images.min().item(), images.max().item()) == (0, 1)
        assert labels.dtype == torch.int64
        assert torch.bincount(labels).tolist() == [len(labels) // 10] * 10


@pytest.fixture(scope="module")
def small() -> Dataset:
    return load(records.FashionMNIST(), CPU)


# The small set, inside the package


def test_the_small_set_is_balanced_and_normalised(small: Dataset) -> None:
    check_balanced_and_normalised(small)
    assert (len(small.train), len(small.test)) == (10_000, 2_000)
    assert (small.name, small.size, small.source) == ("fashion-mnist", "small", "inside the package")
    assert (small.classes[0], small.classes[9]) == ("T-shirt/top", "Ankle boot")


def test_labels_belong_to_their_images(small: Dataset) -> None:
    """The nearest class mean is right for about two images of three; for shuffled labels, for one in ten."""
    means = torch.stack([small.train[small.train_labels == c].mean(0).flatten() for c in range(10)])
    nearest = torch.cdist(small.test.flatten(1), means).argmin(1)
    assert (nearest == small.test_labels).float().mean() > 0.6


def test_the_first_images_are_of_every_class(small: Dataset) -> None:
    assert set(small.train_labels[:100].tolist()) == set(range(10))
    assert set(small.test_labels[:100].tolist()) == set(range(10))


def test_the_small_set_is_small_and_brings_its_licence() -> None:
    assert sum(path.stat().st_size for path in PACKAGED.iterdir()) < 5_000_000
    assert "Copyright © 2017 Zalando SE" in (PACKAGED / "LICENSE").read_text()


@pytest.mark.slow
def test_loading_the_small_set_leaves_torchvision_alone() -> None:
    program = "import sys, latentop.engine.data.fashion_mnist; sys.exit('torchvision' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# Damage


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def put_something_else(path: Path) -> None:
    path.write_bytes(lzma.compress(b"\x89PNG\r\n\x1a\n"))


def change_one_pixel_or_label(path: Path) -> None:
    content = bytearray(lzma.decompress(path.read_bytes()))
    content[-1] ^= 1
    path.write_bytes(lzma.compress(content, preset=0))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "damage", [cut, flip_a_bit, put_something_else, change_one_pixel_or_label, Path.unlink]
)
def test_a_damaged_file_of_the_package_is_named(
    tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    folder = shutil.copytree(PACKAGED, tmp_path / "packaged")
    damage(folder / f"{name}.xz")
    with pytest.raises(DataError) as caught:
        read_fashion_mnist("small", packaged=folder)
    assert str(folder / name) in caught.value.message
    assert "install latentop anew" in caught.value.hint


# The full set: Debian's, or, on a machine without it, the small one in its place


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a set that passes for the full one: the real one where this machine has it."""
    if INSTALLED.is_dir():
        return INSTALLED
    monkeypatch.setattr(fashion_mnist, "FULL", SMALL)
    return PACKAGED


def copy_of(full: Path, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in NAMES:
        (path,) = full.glob(f"{name}*")
        (folder / path.name).symlink_to(path)
    return folder


@pytest.mark.slow
def test_the_script_draws_the_small_set_and_the_same_bytes_each_time(full: Path, tmp_path: Path) -> None:
    assert make_small(full, tmp_path) == SMALL
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert make_small(full, tmp_path) == SMALL
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_an_installed_set_is_used_before_the_cache(full: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    copy_of(full, cache / "FashionMNIST" / "raw")
    dataset = normalised(read_fashion_mnist("full", installed=full, cache=cache), CPU)
    check_balanced_and_normalised(dataset)
    assert (dataset.size, dataset.source) == ("full", str(full))


def test_a_set_in_the_users_cache_is_used(
    full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = copy_of(full, user_cache_path("latentop") / "FashionMNIST" / "raw")
    assert folder.is_relative_to(tmp_path)
    dataset = normalised(read_fashion_mnist("full", installed=NOWHERE), CPU)
    check_balanced_and_normalised(dataset)
    assert dataset.source == str(folder)


@pytest.mark.parametrize("name", NAMES)
def test_half_a_set_is_an_error_that_names_what_is_missing(full: Path, tmp_path: Path, name: str) -> None:
    folder = copy_of(full, tmp_path / "FashionMNIST" / "raw")
    next(folder.glob(f"{name}*")).unlink()
    with pytest.raises(DataError, match=f"{name} is missing") as caught:
        read_fashion_mnist("full", installed=NOWHERE, cache=tmp_path)
    assert str(folder) in caught.value.hint
    assert 'size = "small"' in caught.value.hint


@pytest.mark.parametrize("place", ["installed", "cache"])
@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_file_of_the_full_set_is_named(full: Path, tmp_path: Path, name: str, place: str) -> None:
    folder = copy_of(full, tmp_path / ("installed" if place == "installed" else "FashionMNIST/raw"))
    path = next(folder.glob(f"{name}*"))
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[:-20])
    with pytest.raises(DataError) as caught:
        read_fashion_mnist("full", installed=tmp_path / "installed", cache=tmp_path)
    assert str(path) in caught.value.message
    assert "truncated" in caught.value.message


def test_other_images_do_not_pass_for_the_full_set(tmp_path: Path) -> None:
    copy_of(PACKAGED, tmp_path / "FashionMNIST" / "raw")
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.xz holds other data"):
        read_fashion_mnist("full", installed=NOWHERE, cache=tmp_path)


# Downloading, from a mirror on this machine

# Zalando's files are Debian's with a name and a time stamp in gzip's header, so they can be rebuilt from
# Debian's, and torchvision's own MD5 sums accept them.
TIME_STAMPS = dict(zip(NAMES, (1504176606, 1504176606, 1504176627, 1504176627), strict=True))


@pytest.fixture
def mirror(full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder behind a web server that torchvision takes for Zalando's."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    for name in NAMES:
        if full == INSTALLED:
            header = (
                b"\x1f\x8b\x08\x08" + struct.pack("<I", TIME_STAMPS[name]) + b"\0\3" + name.encode() + b"\0"
            )
            published = header + (full / f"{name}.gz").read_bytes()[10:]
        else:
            published = gzip.compress(lzma.decompress((full / f"{name}.xz").read_bytes()))
        (folder / f"{name}.gz").write_bytes(published)
    if full != INSTALLED:
        sums = [(path.name, hashlib.md5(path.read_bytes()).hexdigest()) for path in folder.iterdir()]
        monkeypatch.setattr(FashionMNIST, "resources", sums)

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *request: object) -> None:
            super().__init__(*request, directory=folder)  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setenv("no_proxy", "*")
        monkeypatch.setattr(FashionMNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        yield folder
        server.shutdown()


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A mirror that refuses connections: its port is taken by a socket that doesn't listen."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("no_proxy", "*")
        monkeypatch.setattr(FashionMNIST, "mirrors", [f"http://127.0.0.1:{taken.getsockname()[1]}/"])
        yield


@pytest.mark.slow
def test_the_full_set_is_downloaded_once(mirror: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    dataset = normalised(read_fashion_mnist("full", installed=NOWHERE, cache=cache), CPU)
    check_balanced_and_normalised(dataset)
    folder = cache / "FashionMNIST" / "raw"
    assert dataset.source == f"downloaded to {folder}"
    assert list(folder.parent.iterdir()) == [folder]

    for path in mirror.iterdir():
        path.unlink()
    again = normalised(read_fashion_mnist("full", installed=NOWHERE, cache=cache), CPU)
    assert again.source == str(folder)
    assert torch.equal(again.train, dataset.train)


@pytest.mark.slow
@pytest.mark.parametrize("damage", [cut, flip_a_bit, Path.unlink])
def test_a_download_that_goes_wrong_leaves_nothing_behind(
    mirror: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(mirror / "t10k-labels-idx1-ubyte.gz")  # the last of the four to be fetched
    cache = tmp_path / "cache"
    with pytest.raises(DataError, match=r"could not be downloaded.*t10k-labels-idx1-ubyte\.gz"):
        read_fashion_mnist("full", installed=NOWHERE, cache=cache)
    assert list((cache / "FashionMNIST").iterdir()) == []


@pytest.mark.slow
def test_two_runs_that_download_at_once_do_not_disturb_each_other(mirror: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = cache / "FashionMNIST" / "raw"
    # The other run finishes while this one checks what has arrived.
    download_fashion_mnist(cache, check=lambda arrived: shutil.copytree(arrived, folder), instead="")
    assert list(folder.parent.iterdir()) == [folder]
    read_full(folder)


@pytest.mark.usefixtures("unreachable")
def test_offline_the_error_names_both_places_and_the_small_set(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_fashion_mnist("full", installed=NOWHERE, cache=tmp_path)
    folder = tmp_path / "FashionMNIST" / "raw"
    assert "Connection refused" in caught.value.message
    assert "\n" not in caught.value.message + caught.value.hint
    for said in (str(NOWHERE), str(folder), 'size = "small"', *FULL):
        assert said in caught.value.hint
    assert list(folder.parent.iterdir()) == []


@pytest.mark.usefixtures("unreachable")
def test_a_cache_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.write_text("a file where a folder should be")
    with pytest.raises(DataError, match="Not a directory"):
        read_fashion_mnist("full", installed=NOWHERE, cache=cache)
