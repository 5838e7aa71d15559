"""Training on a folder of one's own images: what is said of it, and what becomes of it when that changes."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from latentop.engine.data import Dataset
from latentop.engine.run import folder
from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.train import preparation, session
from latentop.engine.train.hooks import Hooks
from latentop.presets import catalogue
from latentop.tui import cli
from latentop.tui.commands import first_step
from latentop.tui.runs import forks
from latentop.tui.runs.start import start
from tests.support.ended_later import EndedLater
from tests.support.real_runs import SMALL_GAN, everything, facts

pytestmark = pytest.mark.slow


TINY = (*SMALL_GAN, "data.pixels=8", "batch=8", "keep.images=9")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where one stands; no worker of its own is started unless a test does."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LATENTOP_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def photos(place: Path) -> Path:
    """Two hundred images of two classes, no two of them alike."""
    paint(place / "photos", range(200))
    return place / "photos"


def paint(root: Path, numbers: range) -> None:
    for number in numbers:
        path = root / ("cats", "dogs")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (12, 12), (number % 256, number // 256, 90)).save(path)


@pytest.fixture
def datasets(monkeypatch: pytest.MonkeyPatch) -> list[Dataset]:
    """What trainers were given to train on."""
    given: list[Dataset] = []
    real = session.Trainer

    def spy(preset: object, dataset: Dataset, *others: object, **more: object) -> object:
        given.append(dataset)
        return real(preset, dataset, *others, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(preparation, "Trainer", spy)
    return given


def numbers(images: torch.Tensor) -> set[int]:
    """Which images these are, by their colours."""
    red, green, _ = images.mul(255).round().mean((2, 3)).T.int()
    return set((red + 256 * green).tolist())


def begun(photos: Path, *words: str, name: str = "dcgan-64", monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run on that folder that nobody trains yet."""
    with monkeypatch.context() as patch:
        patch.setattr(launch, "start", lambda run, **_: None)
        entry = catalogue.find(name)
        preset = catalogue.load(entry)
        words = (*catalogue.on_folder(preset, str(photos)), *words)
        return start(folder.runs_folder(None), name, catalogue.load(entry, words))


def session_of(run: RunFolder, terminated: Terminated) -> session.Session:
    """A stretch of training in this process."""
    preset = catalogue.load(catalogue.find(str(run.preset)))
    return session.Session(run, preset, terminated=terminated, hooks=Hooks(run))


def train(run: RunFolder, *, resume: bool = False) -> None:
    """Train some steps, in this process, and stop with a checkpoint."""
    before = facts(run).step
    session_of(run, EndedLater()).train(resume=resume)
    assert facts(run).step > before


def marks(run: RunFolder, kind: str = "data") -> list[str]:
    return [mark.text for mark in everything(run).marks if mark.kind == kind]


def resumed(run: RunFolder) -> str:
    """Train some steps more; what is said of it."""
    train(run, resume=True)
    return marks(run, "resume")[-1]


def test_a_folder_trains_and_says_which_files_it_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(197):
        image = Image.new(("RGB", "L", "P", "RGBA")[number % 4], (20 + number, 150 - number % 100), number)
        image.save(photos / f"{number}.png")
    for name in ("a.png", "b.jpg", "c.jpg"):
        (photos / name).write_bytes(b"no image")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    words = [word for one in SMALL_GAN for word in ("--set", one)]
    assert cli.main(["train", "dcgan-64", "--data", "photos", *words, "--steps", "3"]) == 0
    said = capsys.readouterr().out
    assert said.count("skipped 3 of 200 files: a.png (no image), b.jpg (no image), c.jpg (no image)") == 1
    assert "finished at step 3 of 3" in said
    (log,) = Path("runs").glob("*/worker.log")
    assert all(
        log.read_text().count(f"skipped {name}: no image\n") == 1 for name in ("a.png", "b.jpg", "c.jpg")
    )
    assert cli.main(["show"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    run = folder.find(folder.runs_folder(None), None)
    (count,) = facts(run).data_counts
    assert (count.name, count.found, count.trained + count.held_out) == ("photos", 197, 197)
    assert f"photos 197 found {count.trained} trained on {count.held_out} held out" in shown
    assert f"files 200, fingerprint {facts(run).data_fingerprint}" in shown


def test_what_was_trained_on_is_never_held_out_after_files_came_and_went(
    photos: Path, datasets: list[Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(photos, *TINY, monkeypatch=monkeypatch)
    train(run)
    before = datasets[-1]
    trained = numbers(before.train)
    assert numbers(before.test) == set(range(200)) - trained
    paint(photos, range(200, 203))
    said = resumed(run)
    assert "data: 3 files added since it trained last" in said
    assert not trained & numbers(datasets[-1].test)
    assert numbers(before.test) <= numbers(datasets[-1].test)
    assert marks(run).count(marks(run)[0]) == 1
    assert any(text.startswith("203 images: ") for text in marks(run))

    held_out = sorted(numbers(datasets[-1].test))
    for number in held_out[1:]:
        next(photos.glob(f"*/{number}.png")).unlink()
    trained |= numbers(datasets[-1].train)
    gone = sorted(trained)[:100]
    hidden = {number: next(photos.glob(f"*/{number}.png")) for number in gone}
    for path in hidden.values():
        path.unlink()
    said = resumed(run)
    assert f"data: {len(held_out) - 1 + 100} files removed since it trained last" in said
    assert not trained & numbers(datasets[-1].test)

    paint(photos, range(203))
    resumed(run)
    assert numbers(datasets[-1].train) | numbers(datasets[-1].test) == set(range(203))
    assert not trained & numbers(datasets[-1].test)


def test_a_run_that_was_stopped_before_its_first_step_has_trained_on_nothing(
    photos: Path, datasets: list[Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(photos, *TINY, monkeypatch=monkeypatch)
    at_once = Terminated()
    at_once.set()
    session_of(run, at_once).train(resume=False)
    assert (facts(run).state, facts(run).step) == ("stopped", 0)
    for number in numbers(datasets[-1].test):  # any other may be held out in their place
        next(photos.glob(f"*/{number}.png")).unlink()
    assert "files removed since it trained last" in resumed(run)
    assert numbers(datasets[-1].test) <= numbers(datasets[0].train)


def test_the_same_files_are_no_news_and_changed_ones_are(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(photos, *TINY, monkeypatch=monkeypatch)
    train(run)
    first = facts(run).data_fingerprint
    assert "data" not in resumed(run)
    assert facts(run).data_fingerprint == first
    Image.new("RGB", (90, 90), (0, 0, 0)).save(photos / "cats" / "0.png")
    Image.new("RGB", (91, 91), (0, 0, 0)).save(photos / "cats" / "2.png")
    (photos / "dogs" / "1.png").unlink()
    assert "data: 1 file removed, 2 changed since it trained last" in resumed(run)
    assert facts(run).data_fingerprint != first
    assert "data" not in resumed(run)


def test_a_run_of_an_earlier_version_is_told_that_the_split_is_another(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(photos, *TINY, monkeypatch=monkeypatch)
    train(run)
    run.files.unlink()
    told = "names now decide which images are held out: the run may have trained on some of them"
    assert told in resumed(run)
    assert told not in resumed(run)


def test_a_fork_holds_out_nothing_that_its_parent_trained_on(
    photos: Path, datasets: list[Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = begun(photos, *TINY, monkeypatch=monkeypatch)
    train(parent)
    trained = numbers(datasets[-1].train)
    for number in sorted(numbers(datasets[-1].test))[1:]:
        next(photos.glob(f"*/{number}.png")).unlink()
    monkeypatch.setattr(launch, "start", lambda run, **_: None)
    fork = forks.launch(folder.runs_folder(None), forks.with_words(forks.begun(parent), ["seed=7"]))
    train(fork)
    assert numbers(datasets[-1].test)
    assert not trained & numbers(datasets[-1].test)


def test_a_folder_that_lost_most_of_its_images_is_trained_on_with_a_smaller_batch(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(photos, *TINY[:-2], "batch=100", monkeypatch=monkeypatch)
    train(run)
    for number in range(20, 200):
        next(photos.glob(f"*/{number}.png")).unlink()
    said = resumed(run)
    left = sum(one.trained for one in facts(run).data_counts)
    assert "180 files removed" in said
    assert f"batch 100 → {left}, for there are {left} images to train on" in said


def test_a_network_that_is_told_classes_is_not_resumed_on_other_ones(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(photos, *TINY, name="conditional-dcgan", monkeypatch=monkeypatch)
    train(run)
    (photos / "emus").mkdir()
    Image.new("RGB", (9, 9)).save(photos / "emus" / "0.png")
    for _ in range(2):
        with pytest.raises(UsageError, match="trained on 2 classes, and the data have 3 now"):
            train(run, resume=True)
    (photos / "emus" / "0.png").unlink()
    resumed(run)


def test_the_batch_of_a_preset_fits_a_small_folder_and_one_of_your_own_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint(place / "few", range(30))
    small = ("generator.channels=8", "discriminator.channels=8", "watch.samples=64", "data.pixels=8")
    run = begun(place / "few", *small, name="pacgan", monkeypatch=monkeypatch)
    train(run)
    trained = sum(one.trained for one in facts(run).data_counts)
    batch = trained // 2 * 2  # two are packed
    assert f"batch is {batch}, for there are {trained} training images" in marks(run)
    assert facts(run).settings["batch"] == batch
    resumed(run)
    assert facts(run).settings["batch"] == batch
    own = begun(place / "few", *small, "batch=28", name="pacgan", monkeypatch=monkeypatch)
    held_out = 30 - trained
    with pytest.raises(
        UsageError, match=f"batch = 28 can't be drawn from {trained} training images: {held_out} more"
    ):
        train(own)


def test_a_batch_that_somebody_names_is_their_own_even_where_the_preset_has_the_same(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(place / "few", range(30))
    monkeypatch.setattr(launch, "start", lambda run, **_: None)
    batch = catalogue.load(catalogue.find("dcgan-64")).batch
    words = ["train", "dcgan-64", "--data", "few", "--set", "data.pixels=8", "--detach"]
    words += ["--set", "generator.channels=8"]
    assert cli.main([*words, "--set", f"batch={batch}"]) == 2
    assert f"batch = {batch} can't be drawn from 29 to train on" in capsys.readouterr().err
    monkeypatch.setattr(first_step, "SECONDS", 0.0)
    assert cli.main([*words, "--set", "device=cpu"]) == 0
    default = folder.find(folder.runs_folder(None), capsys.readouterr().out.strip())
    train(default)
    forked = forks.launch(folder.runs_folder(None), forks.with_words(forks.begun(default), ["batch=8"]))
    assert facts(forked).own_batch


def test_samples_are_as_many_as_asked_for_however_few_are_held_out(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint(place / "few", range(30))
    run = begun(place / "few", *TINY, monkeypatch=monkeypatch)
    train(run)
    held_out = sum(one.held_out for one in facts(run).data_counts)
    assert held_out < 9
    shown = {kind: len(frame.images) for kind, frame in everything(run).frames.items()}
    assert shown["samples"] == 9
    assert shown["real"] == held_out
