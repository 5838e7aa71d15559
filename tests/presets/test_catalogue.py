"""Presets: every shipped one loads and comes back whole; a mistake is told with what is accepted there."""

import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from latentop.presets import catalogue
from latentop.presets.catalogue import Entry
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset

Document = dict[str, Any]


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's own presets: none yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return catalogue.user_folder()


def dcgan(*words: str) -> Preset:
    return catalogue.load(catalogue.find("dcgan"), words)


def entry(path: Path) -> Entry:
    return Entry(name=path.stem, group=catalogue.YOURS, path=path)


def written(folder: Path, change: Callable[[Document], object], name: str = "own") -> Entry:
    """The dcgan preset in a file of its own, changed."""
    document = tomllib.loads(catalogue.dump(dcgan()))
    change(document)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(tomli_w.dumps(document), encoding="utf-8")
    return entry(path)


def refused(load: Callable[[], object]) -> PresetError:
    """What is told: a message and a hint of one line each, as for a mistake of usage."""
    with pytest.raises(PresetError) as told:
        load()
    assert told.value.exit_code == 2
    assert len(told.value.message.splitlines()) == len(told.value.hint.splitlines()) == 1
    return told.value


SHIPPED = pytest.mark.parametrize("name", sorted(one.name for one in catalogue.entries()))


@SHIPPED
def test_a_shipped_preset_loads_and_says_what_one_learns_from_it(name: str) -> None:
    preset = catalogue.load(catalogue.find(name))
    for text in (preset.title, preset.shows, preset.look_for, preset.source):
        assert text.strip()


@SHIPPED
def test_a_resolved_preset_comes_back_the_same(name: str) -> None:
    preset = catalogue.load(catalogue.find(name))
    text = catalogue.dump(preset)
    assert catalogue.parse(text, "preset.toml") == preset
    assert catalogue.dump(catalogue.parse(text, "preset.toml")) == text
    assert "seed = 42" in text  # defaults are spelt out, for whoever reads the run later


@settings(max_examples=50)
@given(
    title=st.text(st.characters(exclude_categories=["Cs"])),
    lr=st.floats(min_value=0, max_value=10, exclude_min=True),
    hidden=st.lists(st.integers(1, 4096), max_size=4),
)
def test_any_settings_come_back_the_same(title: str, lr: float, hidden: list[int]) -> None:
    document = tomllib.loads(catalogue.dump(catalogue.load(catalogue.find("stacked"))))
    document["title"] = title
    document["autoencoder"] |= {"lr": lr, "hidden": hidden}
    preset = catalogue.parse(tomli_w.dumps(document), "preset.toml")
    assert catalogue.flatten(preset)["autoencoder.lr"] == lr
    assert catalogue.parse(catalogue.dump(preset), "preset.toml") == preset


# What the mistake does to a file; the key that the message names; its value; what the hint says.
MISTAKES: dict[str, tuple[Callable[[Document], object], str, str, str]] = {
    "unknown key": (lambda d: d.update(stepz=5), "stepz", "no such setting", "did you mean steps?"),
    "unknown key in a table": (
        lambda d: d["watch"].update(sample=1),
        "watch.sample",
        "no such",
        "watch.samples?",
    ),
    "unknown key of a network": (lambda d: d["generator"].update(rate=1), "generator.rate", "no such", "lr"),
    "unknown table": (lambda d: d.update(extra={"a": 1}), "extra", "no such setting", "generator"),
    "text for a number": (lambda d: d.update(steps="many"), "steps", "'many'", "a whole number from 1"),
    "number for a text": (lambda d: d.update(title=5), "title", "5", "a text"),
    "number for a table": (lambda d: d.update(watch=5), "watch", "5", "a table of samples"),
    "fraction for a whole number": (lambda d: d.update(batch=2.5), "batch", "2.5", "a whole number"),
    "truth for a number": (lambda d: d.update(steps=True), "steps", "True", "a whole number"),
    "below its range": (lambda d: d["generator"].update(lr=-1.0), "generator.lr", "-1.0", "above 0 up to 10"),
    "at an open end": (
        lambda d: d["generator"].update(lr=0),
        "generator.lr",
        "0",
        "a number above 0 up to 10",
    ),
    "above its range": (lambda d: d["generator"].update(beta1=1.0), "generator.beta1", "1.0", "below 1"),
    "beyond 64 bits": (lambda d: d.update(seed=2**70), "seed", str(2**70), "up to 4294967295"),
    "not a number": (lambda d: d["generator"].update(lr=math.nan), "generator.lr", "nan", "above 0"),
    "infinite": (lambda d: d["watch"].update(every=math.inf), "watch.every", "inf", "up to 86400"),
    "missing": (lambda d: d.pop("title"), "title", "missing", "a text"),
    "missing in a table": (lambda d: d["generator"].pop("lr"), "generator.lr", "missing", "a number above 0"),
    "several missing": (
        lambda d: [d.pop("title"), d.pop("source"), d["discriminator"].pop("lr"), d["generator"].pop("lr")],
        "generator.lr",
        "missing, and so are title, source, discriminator.lr",
        "a number above 0",
    ),
    "two missing": (
        lambda d: [d.pop("title"), d["generator"].pop("lr")],
        "generator.lr",
        "missing, and so is title",
        "a number",
    ),
    "missing table": (lambda d: d.pop("discriminator"), "discriminator", "missing", "a table of network"),
    "no kind": (lambda d: d.pop("kind"), "kind", "missing", "autoencoder or gan"),
    "unknown kind": (lambda d: d.update(kind="vae"), "kind", "'vae'", "autoencoder or gan"),
    "unknown network": (lambda d: d["generator"].update(network="u"), "generator.network", "'u'", "dcgan"),
    "unknown objective": (
        lambda d: d["objective"].update(name="x"),
        "objective.name",
        "'x'",
        "non-saturating",
    ),
    "unknown data": (lambda d: d["data"].update(name="imagenet"), "data.name", "'imagenet'", "fashion-mnist"),
    "unknown device": (
        lambda d: d.update(device="tpu"),
        "device",
        "'tpu'",
        "auto, cpu, mps, cuda or cuda:NUMBER",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_file_is_told_by_file_key_and_value(tmp_path: Path, mistake: str) -> None:
    change, key, value, accepted = MISTAKES[mistake]
    own = written(tmp_path, change)
    told = refused(lambda: catalogue.load(own))
    assert told.message.startswith(f"{own.path}: {key}: ")
    assert value in told.message
    assert accepted in told.hint
    again = refused(lambda: catalogue.parse(own.path.read_text(), "preset.toml"))
    assert again.message == told.message.replace(str(own.path), "preset.toml")


@pytest.mark.parametrize(
    ("word", "key", "value", "accepted"),
    [
        ("generator.lr=fast", "generator.lr", "'fast'", "a number above 0 up to 10"),
        ("generator.lr=nan", "generator.lr", "nan", "a number above 0 up to 10"),
        ("generator.lr=", "generator.lr", "''", "a number above 0 up to 10"),
        ("generator.rate=1", "generator.rate", "no such setting", "lr"),
        ("guard=stop", "guard", "no such setting", "did you mean watch.guard?"),
        ("lr=1e-4", "lr", "no such setting", "generator.lr or discriminator.lr"),
        ("generator.network=u", "generator.network", "'u'", "dcgan"),
        ("generator=3", "generator", "3", "a table of network"),
        ("steps=1e-4", "steps", "0.0001", "a whole number from 1"),
        ("steps=1e300", "steps", "1e+300", "a whole number from 1"),
        (f"steps={'9' * 5000}", "steps", "'999", "a whole number from 1"),
        ("stepz=5", "stepz", "no such setting", "did you mean steps?"),
        ("generator.lrr=5", "generator.lrr", "no such setting", "did you mean generator.lr?"),
        ("genrator.lr=5", "genrator", "no such setting", "did you mean generator?"),
        ("extra.steps=5", "extra", "no such setting", "steps"),
        ("generator.extra.lr=5", "generator.extra", "no such setting", "lr"),
        ("watch.diversity_clear=0.1", "watch", "diversity_clear must not be below", "change one"),
    ],
)
def test_a_mistake_in_an_override_is_told_by_its_word(word: str, key: str, value: str, accepted: str) -> None:
    for load in (lambda: dcgan("batch=32", word), lambda: catalogue.override(dcgan(), ["batch=32", word])):
        told = refused(load)
        assert told.message.startswith(f"--set {word}: {key}: ")
        assert value in told.message
        assert accepted in told.hint


def test_of_two_words_for_one_key_the_last_counts_and_is_blamed() -> None:
    assert dcgan("batch=16", "batch=32").batch == 32
    assert refused(lambda: dcgan("batch=-1", "batch=-2")).message.startswith("--set batch=-2: batch: -2 ")


def test_a_mistake_of_the_file_is_not_blamed_on_an_override(tmp_path: Path) -> None:
    own = written(tmp_path, lambda d: d.update(steps=-5))
    told = refused(lambda: catalogue.load(own, ["batch=32"]))
    assert told.message.startswith(f"{own.path}: steps: -5 ")
    assert catalogue.load(own, ["steps=5"]).steps == 5  # and it can be overridden


@pytest.mark.parametrize(
    "word", ["", "steps", "steps 5", "=5", ".=5", "a..b=5", "generator.=5", "a b=5", "é é=1"]
)
def test_a_word_that_sets_nothing_is_told(word: str) -> None:
    told = refused(lambda: dcgan(word))
    assert told.message == f"--set {word}: no KEY=VALUE"
    assert "--set generator.lr=1e-4" in told.hint


def test_a_value_is_no_table() -> None:
    told = refused(lambda: dcgan("title.x=1"))
    assert told.message == "--set title.x=1: title is a value, not a table"


@pytest.mark.parametrize("word", ["title=two\nlines", "title=\udcff", "title=\x1b[2J"])
def test_what_can_not_be_printed_is_told_in_print(word: str) -> None:
    told = refused(lambda: dcgan(word))
    assert told.message.startswith("--set title=")
    assert told.message.isprintable()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"steps = ", "is no TOML"),
        (b"steps = 5\nsteps = 6", "is no TOML"),
        (b"title = '\xff'", "can't be read"),
        (b"seed = " + b"9" * 5000, "is no TOML"),
    ],
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    told = refused(lambda: catalogue.load(entry(path)))
    assert told.message.startswith(f"{path} {what}")


def test_broken_toml_says_which_line() -> None:
    told = refused(lambda: catalogue.parse("kind = 'gan'\nsteps = \n", "runs/1/preset.toml"))
    assert told.message.startswith("runs/1/preset.toml is no TOML")
    assert "line 2" in told.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for name in (str(tmp_path / "own.toml"), "own.toml", f"{tmp_path}/"):
        told = refused(lambda name=name: catalogue.find(name))  # type: ignore[misc]
        assert told.message == f"no preset file {Path(name)}"
        assert "latentop presets" in told.hint


def test_an_unknown_preset_is_told_with_the_nearest() -> None:
    assert "there are: dcgan" in refused(lambda: catalogue.find("dcgna")).hint
    told = refused(lambda: catalogue.find("zzzzzz"))
    assert told.message == "no preset named 'zzzzzz'"
    assert all(one.name in told.hint for one in catalogue.entries())


def test_overrides_take_toml_and_plain_words() -> None:
    preset = dcgan(
        "generator.lr=1e-4", "generator.optimizer=sgd", 'title="A = B"', "device = cpu", "watch.every=1"
    )
    flat = catalogue.flatten(preset)
    assert [
        flat[key] for key in ("generator.lr", "generator.optimizer", "title", "device", "watch.every")
    ] == [
        1e-4,
        "sgd",
        "A = B",
        "cpu",
        1.0,
    ]
    stacked = catalogue.load(catalogue.find("stacked"), ["autoencoder.hidden=[300, 100]"])
    assert catalogue.flatten(stacked)["autoencoder.hidden"] == (300, 100)


@pytest.mark.parametrize(("text", "value"), [("1e2", 100), ("1.5e3", 1500), ("2E0", 2)])
def test_a_whole_number_may_have_an_exponent(text: str, value: int) -> None:
    assert dcgan(f"batch={text}").batch == value
    assert type(catalogue.flatten(dcgan(f"watch.every={text}"))["watch.every"]) is float


def test_a_file_of_networks_is_looked_for_where_the_person_is_who_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert dcgan("code=own/my.py").code == str(tmp_path / "own" / "my.py")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert dcgan("code=~/my.py").code == str(tmp_path / "my.py")
    own = written(tmp_path / "here", lambda d: d.update(code="my.py"))
    assert catalogue.load(own).code == str(tmp_path / "here" / "my.py")


def test_two_presets_of_one_name_are_both_told(mine: Path) -> None:
    written(mine, lambda d: d.update(title="mine"))
    (mine / "own.py").write_text("# /// latentop\n# ///\n")
    told = refused(lambda: catalogue.find("own"))
    assert str(mine / "own.toml") in told.message
    assert str(mine / "own.py") in told.message
    assert catalogue.find(str(mine / "own.toml")).name == "own"


def test_an_override_leaves_the_preset_it_starts_from_alone() -> None:
    before = dcgan()
    assert catalogue.differences(before, catalogue.override(before, ["generator.lr=0.5", "batch=3"])) == [
        ("batch", 64, 3),
        ("generator.lr", 2e-4, 0.5),
    ]
    assert before == dcgan()
    assert catalogue.override(before, []) == before


def test_the_users_own_presets_stand_beside_the_shipped_and_win(mine: Path) -> None:
    shipped = catalogue.entries()
    assert catalogue.YOURS not in {one.group for one in shipped}
    written(mine, lambda d: d.update(title="mine"), "dcgan")
    written(mine, lambda d: d.update(title="another"), "another")
    assert catalogue.entries()[: len(shipped)] == shipped
    own = catalogue.entries()[len(shipped) :]
    assert [(one.name, one.group) for one in own] == [("another", "yours"), ("dcgan", "yours")]
    assert catalogue.find("dcgan").path == mine / "dcgan.toml"
    assert dcgan().title == "mine"
    assert catalogue.load(catalogue.find("another")).title == "another"


def test_a_preset_is_found_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = written(tmp_path / "here", lambda d: d.update(title="here"))
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (str(own.path), "own.toml", "./own.toml", "~/here/own.toml"):
        found = catalogue.find(name)
        assert (found.name, found.group) == ("own", "yours")
        assert catalogue.load(found).title == "here"


def test_differences_name_what_only_one_of_two_presets_has() -> None:
    stacked = catalogue.load(catalogue.find("stacked"))
    told = {key: (here, there) for key, here, there in catalogue.differences(dcgan(), stacked)}
    assert told["kind"] == ("gan", "autoencoder")
    assert told["generator.lr"] == (2e-4, None)
    assert told["autoencoder.lr"] == (None, 1e-3)
    assert "seed" not in told
    assert catalogue.differences(stacked, stacked) == []


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        (
            "pretrain-classifier",
            ["pretrain=5000", "steps=3000"],
            "pretrain = 5000 leaves the classifiers none",
        ),
        ("pretrain-classifier", ["pretrain=60", "steps=60"], "leaves the classifiers none of steps = 60"),
        ("conditional-dcgan", ["discriminator.conditional=false"], "conditional go together"),
        ("conditional-dcgan", ["generator.conditional=false"], "conditional go together"),
        ("denoising-dropout", ["objective.amount=1"], "switches off every input"),
    ],
)
def test_settings_that_cannot_work_together_are_refused(name: str, words: list[str], said: str) -> None:
    assert said in refused(lambda: catalogue.load(catalogue.find(name), words)).message
