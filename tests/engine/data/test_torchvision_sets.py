"""MNIST, CIFAR-10, CelebA and digits: from small files in the published formats, and without any network."""

import gzip
import hashlib
import pickle
import socket
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import datasets

from latentop.engine.data import Dataset, load, mnist
from latentop.engine.data.idx import encode_idx
from latentop.engine.run.errors import DataError
from latentop.presets.data import CIFAR10, MNIST, CelebA, Data, Digits

CPU = torch.device("cpu")
CIFAR_CLASSES = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "cache" / "latentop"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(autouse=True)
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every source refuses connections: its port is taken by a socket that doesn't listen."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        monkeypatch.setenv("no_proxy", "*")
        monkeypatch.setattr(datasets.MNIST, "mirrors", [address])
        monkeypatch.setattr(datasets.CIFAR10, "url", address + "cifar-10-python.tar.gz")
        monkeypatch.setitem(sys.modules, "gdown", None)  # as where it isn't installed
        yield


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def check(one: Dataset, train: int, test: int, shape: tuple[int, ...]) -> None:
    assert one.train.shape == (train, *shape)
    assert one.test.shape == (test, *shape)
    assert one.train.dtype == one.test.dtype == torch.float32
    assert one.train_labels.shape == (train,)
    assert one.test_labels.shape == (test,)
    assert one.train_labels.dtype == one.test_labels.dtype == torch.int64


# Offline, and nothing there


@pytest.mark.parametrize(
    ("spec", "reason", "files", "place"),
    [
        (MNIST(), "Connection refused", tuple(f"{name}.gz" for name in mnist.FILES), "MNIST/raw"),
        (CIFAR10(), "Connection refused", ("cifar-10-python.tar.gz",), ""),
        (
            CelebA(),
            "gdown",
            (
                "img_align_celeba.zip",
                "list_eval_partition.txt",
                "list_attr_celeba.txt",
                "identity_CelebA.txt",
            ),
            "celeba",
        ),
    ],
)
def test_offline_the_error_names_the_folder_and_the_files(
    cache: Path, spec: Data, reason: str, files: tuple[str, ...], place: str
) -> None:
    with pytest.raises(DataError) as caught:
        load(spec, CPU)
    assert "could not be downloaded" in caught.value.message
    assert reason in caught.value.message
    assert "\n" not in caught.value.message + caught.value.hint
    assert str(cache / place) in caught.value.hint
    for name in files:
        assert name in caught.value.hint
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_digits_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match="scikit-learn") as caught:
        load(Digits(), CPU)
    assert "pip install scikit-learn" in caught.value.hint


def test_digits_with_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its loader returns: values of 0 to 16, as it has them, in the shape it has."""
    levels = np.arange(1797 * 64).reshape(1797, 8, 8) % 17
    answer = SimpleNamespace(images=levels.astype(np.float64), target=np.arange(1797) % 10)
    package, module = ModuleType("sklearn"), ModuleType("sklearn.datasets")
    module.load_digits = lambda: answer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sklearn", package)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", module)
    one = load(Digits(), CPU)
    check(one, 1618, 179, (1, 8, 8))
    assert (one.train.min(), one.train.max()) == (0, 1)
    assert torch.allclose(one.test[-1].flatten() * 16, torch.tensor(levels[-1]).flatten().float(), atol=0.04)


# MNIST: four IDX files


def put_mnist(cache: Path, monkeypatch: pytest.MonkeyPatch, *, compressed: bool) -> Path:
    folder = cache / "MNIST" / "raw"
    folder.mkdir(parents=True)
    sums = {}
    for name in mnist.FILES:
        count = 30 if name.startswith("train") else 10
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = np.repeat(labels * 25, 28 * 28).reshape(count, 28, 28).astype(np.uint8)
        content = encode_idx(labels if "labels" in name else images)
        path = folder / (f"{name}.gz" if compressed else name)
        path.write_bytes(gzip.compress(content) if compressed else content)
        sums[name] = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(mnist, "FILES", sums)
    return folder


@pytest.mark.parametrize("compressed", [False, True])
def test_mnist_is_read_where_it_lies(cache: Path, monkeypatch: pytest.MonkeyPatch, compressed: bool) -> None:
    folder = put_mnist(cache, monkeypatch, compressed=compressed)
    one = load(MNIST(), CPU)
    check(one, 30, 10, (1, 28, 28))
    assert torch.allclose(one.train.mean((1, 2, 3)) * 255, one.train_labels * 25.0)
    assert one.classes == tuple("0123456789")
    assert one.source == str(folder)


def test_a_truncated_or_missing_file_of_mnist_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put_mnist(cache, monkeypatch, compressed=False)
    path = folder / "t10k-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte is truncated"):
        load(MNIST(), CPU)
    path.unlink()
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte is missing"):
        load(MNIST(), CPU)


# CIFAR-10: pickled batches in a tar archive


def put_cifar10(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four images a batch; image n has red n, green 100 + n, blue 200, and white in its upper right."""
    folder = cache / "cifar-10-batches-py"
    folder.mkdir()

    def write(name: str, content: object) -> str:
        (folder / name).write_bytes(pickle.dumps(content, protocol=2))
        return md5(folder / name)

    def batch(name: str, first: int) -> list[str]:
        data = np.zeros((4, 3, 32, 32), dtype=np.uint8)
        for n in range(4):
            data[n, 0], data[n, 1], data[n, 2] = first + n, 100 + first + n, 200
        data[:, :, 0, 31] = 255
        return [
            name,
            write(name, {"data": data.reshape(4, -1), "labels": [(first + n) % 10 for n in range(4)]}),
        ]

    train = [batch(f"data_batch_{n}", 4 * n) for n in range(1, 6)]
    test = [batch("test_batch", 24)]
    meta = {"filename": "batches.meta", "key": "label_names"}
    meta["md5"] = write("batches.meta", {"label_names": CIFAR_CLASSES})
    monkeypatch.setattr(datasets.CIFAR10, "train_list", train)
    monkeypatch.setattr(datasets.CIFAR10, "test_list", test)
    monkeypatch.setattr(datasets.CIFAR10, "meta", meta)
    return folder


def pack_cifar10(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same as one archive, and the folder gone."""
    archive = folder.parent / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(folder, folder.name)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    monkeypatch.setattr(datasets.CIFAR10, "tgz_md5", md5(archive))
    return archive


def check_cifar10(one: Dataset) -> None:
    check(one, 20, 4, (3, 32, 32))
    red, green, blue = (one.train[0, :, 5, 5] * 255).round().tolist()
    assert (red, green, blue) == (4, 104, 200)
    assert one.train[0, :, 0, 31].tolist() == [1, 1, 1]  # rows are rows, and columns columns
    assert one.train_labels.tolist() == [n % 10 for n in range(4, 24)]
    assert one.test_labels.tolist() == [4, 5, 6, 7]
    assert one.classes == tuple(CIFAR_CLASSES)


def test_cifar10_is_read_where_it_lies(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put_cifar10(cache, monkeypatch)
    one = load(CIFAR10(), CPU)
    check_cifar10(one)
    assert one.source == str(folder)


def test_cifar10_is_unpacked_from_its_archive(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = pack_cifar10(folder := put_cifar10(cache, monkeypatch), monkeypatch)
    one = load(CIFAR10(), CPU)
    check_cifar10(one)
    assert one.source == f"unpacked to {folder}"
    assert sorted(cache.iterdir()) == sorted([archive, folder])


def test_a_damaged_archive_of_cifar10_is_neither_used_nor_touched(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = pack_cifar10(put_cifar10(cache, monkeypatch), monkeypatch)
    damaged = archive.read_bytes()[:-20]
    archive.write_bytes(damaged)
    with pytest.raises(DataError, match="CIFAR-10 could not be downloaded"):
        load(CIFAR10(), CPU)
    assert list(cache.iterdir()) == [archive]
    assert archive.read_bytes() == damaged


@pytest.mark.parametrize("name", ["data_batch_3", "batches.meta"])
def test_a_changed_or_missing_file_of_cifar10_is_named_and_never_unpickled(
    cache: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = put_cifar10(cache, monkeypatch)

    class Trap:
        def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
            return Path.touch, (Path(cache / "sprung"),)  # type: ignore[return-value]

    (folder / name).write_bytes(pickle.dumps(Trap()))
    with pytest.raises(DataError, match=f"{name} is not as published"):
        load(CIFAR10(), CPU)
    assert not (cache / "sprung").exists()
    (folder / name).unlink()
    with pytest.raises(DataError, match=f"{name} is missing") as caught:
        load(CIFAR10(), CPU)
    assert str(folder) in caught.value.hint


# CelebA: a folder of photographs and five lists


def put_celeba(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve faces of 178 × 218, grey values 20 n: eight to train on, two to validate, two to test."""
    folder = cache / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    names = [f"{n:06}.jpg" for n in range(1, 13)]
    for n, name in enumerate(names, start=1):
        Image.new("RGB", (178, 218), (20 * n,) * 3).save(folder / "img_align_celeba" / name)
    parts = [0] * 8 + [1] * 2 + [2] * 2
    texts = {
        "list_eval_partition.txt": [f"{name} {part}" for name, part in zip(names, parts, strict=True)],
        "identity_CelebA.txt": [f"{name} 7" for name in names],
        "list_attr_celeba.txt": ["12", "Bald Smiling", *(f"{name} -1  1" for name in names)],
        "list_bbox_celeba.txt": ["12", "image_id x_1 y_1", *(f"{name}    3  4" for name in names)],
        "list_landmarks_align_celeba.txt": [
            "12",
            "lefteye_x lefteye_y",
            *(f"{name} 69  109" for name in names),
        ],
    }
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    listed = [("id", "0" * 32, "img_align_celeba.zip")]
    monkeypatch.setattr(
        datasets.CelebA, "file_list", listed + [("id", md5(folder / name), name) for name in texts]
    )
    return folder


def test_celeba_is_read_where_it_lies(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put_celeba(cache, monkeypatch)
    one = load(CelebA(pixels=16), CPU)
    check(one, 8, 2, (3, 16, 16))
    assert (one.train.mean((1, 2, 3)) * 255 / 20).round().tolist() == list(range(1, 9))
    assert (one.test.mean((1, 2, 3)) * 255 / 20).round().tolist() == [11, 12]
    assert (one.classes, one.source) == (("face",), str(folder))
    (note,) = one.notes
    assert note.startswith(f"the resized copies take 8 kB: {cache}")


def test_celeba_is_resized_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_celeba(cache, monkeypatch)
    first = load(CelebA(pixels=16), CPU)
    (array,) = (cache / "images").glob("*.npy")
    made = array.stat().st_ino
    assert torch.equal(load(CelebA(pixels=16, train=3), CPU).train, first.train[:3])
    assert array.stat().st_ino == made


def test_missing_faces_are_skipped_and_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put_celeba(cache, monkeypatch)
    (folder / "img_align_celeba" / "000002.jpg").unlink()
    (folder / "img_align_celeba" / "000011.jpg").write_bytes(b"\xff\xd8 torn")
    one = load(CelebA(), CPU)
    check(one, 7, 1, (3, 64, 64))
    assert one.notes[0] == (
        "skipped 2 of 10 files: 000002.jpg (no such file or directory), 000011.jpg (no image)"
    )


def test_half_of_celeba_is_an_error_that_names_what_is_missing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put_celeba(cache, monkeypatch)
    for path in (folder / "img_align_celeba").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"holds none of the images: 000001\.jpg"):
        load(CelebA(), CPU)
    (folder / "img_align_celeba").rmdir()
    with pytest.raises(DataError, match=r"img_align_celeba is missing") as caught:
        load(CelebA(), CPU)
    assert "unpack img_align_celeba.zip" in caught.value.hint
    (folder / "list_attr_celeba.txt").write_text("other")
    with pytest.raises(DataError, match=r"list_attr_celeba\.txt is not as published"):
        load(CelebA(), CPU)
