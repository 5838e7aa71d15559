"""A folder's files are held out by their names: one more moves no other, and none trained on is held out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latentop.engine.data.fingerprint import Files, differences, load, save, seen
from latentop.engine.data.pixels import Pixels
from latentop.engine.data.splits import choose
from latentop.engine.run.errors import DataError, UsageError
from latentop.presets.data import Images
from latentop.presets.image_folder import File


def files(names: Sequence[str], root: Path = Path("nowhere")) -> list[File]:
    return [File(name=name, size=len(name), changed=1) for name in names]


def a_folder(names: Sequence[str]) -> Pixels:
    """Files whose class is the folder in their name."""
    classes = sorted({name.partition("/")[0] for name in names})
    return Pixels(
        name="folder",
        source="here",
        classes=tuple(classes),
        images=np.zeros((len(names), 1, 1, 1), dtype=np.uint8),
        labels=np.array([classes.index(name.partition("/")[0]) for name in names]),
        train=np.arange(len(names)),
        test=np.arange(0),
        files=seen(Path("nowhere"), files(names)),
    )


def parts(
    names: Sequence[str], spec: Images | None = None, before: Files | None = None
) -> tuple[set[str], set[str]]:
    chosen = choose(a_folder(names), spec or Images(), before)
    return {names[row] for row in chosen.train}, {names[row] for row in chosen.test}


MANY = [
    f"{kind}/{number}.png"
    for kind, count in (("cat", 600), ("dog", 300), ("emu", 12))
    for number in range(count)
]


def test_about_a_tenth_is_held_out_and_every_class_has_a_part_in_it() -> None:
    train, test = parts(MANY)
    assert (train | test, train & test) == (set(MANY), set())
    assert 60 <= len(test) <= 125
    for kind in ("cat", "dog", "emu"):
        assert any(name.startswith(kind) for name in test)


@pytest.mark.parametrize("spec", [Images(), Images(held_out=300)])
def test_one_more_file_takes_no_other_out_of_training(spec: Images) -> None:
    train, test = parts(MANY, spec)
    for number in range(40):
        more, held_out = parts([*MANY, f"cat/new {number}.png"], spec)
        assert train <= more
        assert held_out - test <= {f"cat/new {number}.png"}


def test_one_more_file_leaves_all_others_where_they_are() -> None:
    train, test = parts(MANY)
    for number in range(40):
        name = f"cat/new {number}.png"
        more, held_out = parts([name, *MANY])
        assert (more - {name}, held_out - {name}) == (train, test)


def test_the_order_is_that_of_the_names_and_mixes_classes() -> None:
    names = [f"{kind}/{number}.png" for kind in ("cat", "dog") for number in range(500)]
    one = choose(a_folder(names), Images())
    other = choose(a_folder(names[::-1]), Images())
    for rows, reversed_rows in ((one.train, other.train), (one.test, other.test)):
        assert [names[row] for row in rows] == [names[::-1][row] for row in reversed_rows]
        assert len({names[row][:3] for row in rows[:20]}) == 2


@pytest.mark.parametrize("count", [10, 11, 15, 30])
def test_a_small_class_holds_one_out_from_ten_images_on(count: int) -> None:
    for start in range(100):
        names = [f"cat/{start}-{number}.png" for number in range(count)]
        train, test = parts(names)
        assert train
        assert test


def test_two_images_are_divided_and_one_is_refused() -> None:
    for number in range(50):
        train, test = parts([f"cat/{number}.png", f"cat/{number + 1000}.png"])
        assert (len(train), len(test)) == (1, 1)
    with pytest.raises(DataError, match="one image only"):
        parts(["cat/1.png"])


def test_so_many_are_held_out_and_trained_on_as_is_asked_for() -> None:
    train, test = parts(MANY, Images(held_out=100, train=27))
    assert (len(train), len(test), train & test) == (27, 100, set())
    assert {kind: sum(name.startswith(kind) for name in train) for kind in ("cat", "dog", "emu")} == {
        "cat": 9,
        "dog": 9,
        "emu": 9,
    }
    with pytest.raises(UsageError, match="held_out = 912 leaves none of 912"):
        parts(MANY, Images(held_out=912))


def after(names: Sequence[str], spec: Images | None = None, before: Files | None = None) -> Files:
    known = choose(a_folder(names), spec or Images(), before).files
    assert known is not None
    return known


@pytest.mark.parametrize("spec", [Images(), Images(held_out=150), Images(train=50)])
def test_what_was_ever_trained_on_is_never_held_out(spec: Images) -> None:
    """Not after files were removed, and not after they came back."""
    train, test = parts(MANY, spec)
    known = after(MANY, spec)
    rest = sorted(set(MANY) - set(sorted(test)[::2]) - set(sorted(train)[::3]))
    new = [f"cat/new {number}.png" for number in range(200)]
    _, held_out = parts([*rest, *new], spec, known)
    assert held_out
    assert not held_out & train
    later = after([*rest, *new], spec, known)
    _, held_out = parts([*MANY, *new], spec, later)
    assert not held_out & train


def test_nothing_left_to_hold_out_is_told() -> None:
    train, _ = parts(MANY)
    with pytest.raises(DataError, match="holds no image that the run has not trained on"):
        parts(sorted(train), before=after(MANY))


def test_names_mean_the_same_however_accents_are_written() -> None:
    composed, decomposed = "caf\u00e9/1.png", "cafe\u0301/1.png"
    assert seen(Path("x"), files([composed])).names == seen(Path("x"), files([decomposed])).names


# What has become of the files


@pytest.fixture
def known() -> Files:
    return seen(Path("nowhere"), files(MANY))


def test_the_same_files_are_told_as_such(known: Files, tmp_path: Path) -> None:
    assert differences(known, seen(Path("elsewhere"), files(MANY[::-1]))) == ""
    assert seen(Path("nowhere"), files(MANY[::-1])).digest == known.digest
    save(known, tmp_path / "files.npz")
    again = load(tmp_path / "files.npz")
    assert again is not None
    assert (again.digest, again.root, differences(again, known)) == (known.digest, "nowhere", "")
    assert (tmp_path / "files.npz").stat().st_size < 20 * len(MANY) + 4000
    assert [path.name for path in tmp_path.iterdir()] == ["files.npz"]


def test_what_was_added_removed_and_changed_is_counted(known: Files) -> None:
    listed = files([*MANY[1:], "cat/a.png", "cat/b.png", "dog/c.png"])
    listed[5] = File(name=listed[5].name, size=999, changed=1)
    listed[6] = File(name=listed[6].name, size=998, changed=2)
    now = seen(Path("nowhere"), listed)
    assert differences(known, now) == "3 files added, 1 removed, 2 changed"
    assert now.digest != known.digest
    assert differences(known, seen(Path("nowhere"), files(MANY[:-1]))) == "1 file removed"


def test_other_dates_alone_are_told_apart_from_other_contents(tmp_path: Path) -> None:
    names = [f"{number}.png" for number in range(10)]
    for name in names:
        (tmp_path / name).write_text(name)
    before = seen(tmp_path, files(names))
    dated = [File(name=name, size=len(name), changed=2) for name in names]
    assert differences(before, seen(tmp_path, dated)) == (
        "10 files with another date, but of the same size and, where read, content"
    )
    (tmp_path / "3.png").write_text("three")  # as long, at the same time
    assert differences(before, seen(tmp_path, files(names))) == "1 file changed"


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_list_that_is_not_whole_is_none(known: Files, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "files.npz"
    if content is None:
        save(replace(known, gone=known.names[:3]), path)
        content = path.read_bytes()[:-200]
    path.write_bytes(content)
    assert load(path) is None
    assert load(tmp_path / "nowhere.npz") is None
