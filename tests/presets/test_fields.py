"""Every setting of a preset as a field, and a preset while it is edited."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentop.presets import catalogue, draft, fields, locate, own
from latentop.presets.draft import Draft
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from tests.support.tiers import few

NAMES = sorted(entry.name for entry in catalogue.entries())


def shipped(name: str) -> Preset:
    return catalogue.load(catalogue.find(name))


def every_alternative() -> Iterator[Draft]:
    """Drafts in which, one after the other, each network, each data set and each objective is chosen."""
    for name in ("dcgan", "stacked", "pretrain-classifier"):
        begun = draft.begun(shipped(name))
        for field in begun.fields:
            for alternative in field.alternatives:
                yield begun.put(field.key, str(alternative.value).lower())


def value(edited: Draft, key: str) -> object:
    return next(field.value for field in edited.fields if field.key == key)


def problem(edited: Draft, key: str) -> str:
    return next(field.problem for field in edited.fields if field.key == key)


def test_every_setting_has_a_meaning_and_says_what_it_accepts() -> None:
    silent = {
        field.key
        for edited in every_alternative()
        for field in edited.fields
        if not (field.meaning and field.accepted)
    }
    assert silent == set()


def test_every_alternative_says_what_it_is() -> None:
    deciding = [field for edited in every_alternative() for field in edited.fields if field.decides]
    assert {field.key for field in deciding} == {
        *("data.name", "objective.name"),
        *("autoencoder.network", "generator.network", "discriminator.network"),
    }
    assert all(one.meaning for field in deciding for one in field.alternatives)


@pytest.mark.parametrize("name", NAMES)
def test_fields_are_all_settings_that_the_command_line_knows(name: str) -> None:
    preset = shipped(name)
    told = {field.key: field.value for field in fields.of_preset(preset)}
    fixed = {"kind", "autoencoder.network"} - told.keys()  # what has one alternative is no choice
    assert told == {key: value for key, value in catalogue.flatten(preset).items() if key not in fixed}


@pytest.mark.parametrize("name", NAMES)
def test_the_short_form_means_the_same_and_says_no_default(name: str) -> None:
    preset = shipped(name)
    text = own.short(preset)
    assert catalogue.parse(text, "own.toml") == preset
    assert len(text) < len(catalogue.dump(preset))
    assert "\nseed = " not in text


def goes_well(edited: Draft) -> bool:
    """Whether what was put there is accepted: by itself, and beside the other settings."""
    if any(field.problem for field in edited.fields):  # as the class of a network of one's own, still empty
        return False
    said = refusal(edited)
    assert not said or (re.search(APART, said) and "is not accepted" not in said), said
    return not said


def refusal(edited: Draft) -> str:
    try:
        edited.preset()
    except PresetError as error:
        return error.message
    return ""


APART = "go together|needs|must not be (above|below)|leaves the classifiers none|switches off every input"
"""How it is told that settings which are accepted one by one don't go together."""
EDITS = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.sampled_from(
            ["0", "1", "0.5", "1e-3", "64", "[16, 8, 4]", "[]", "true", "own.py", "{ a = [1, 2] }"]
        )
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    ),
    max_size=12,
)


TOGETHER = {
    "dcgan": {"generator.conditional", "discriminator.conditional"},
    "stacked": {"keep.best", "watch.features"},
    "pretrain-classifier": {"keep.best", "watch.features"},
}
"""Settings of a preset that can't be changed alone: of samples it has none, nor their features."""
TYPED = ("2", "0.25", "0.06", "1e-5", "0.95", "1.3", "300", "20000", "[8, 4]", "own.py", "grey", "cpu")
"""One of these is another value than the default that each setting accepts."""


@pytest.mark.parametrize("name", few(["dcgan", "stacked", "pretrain-classifier"], 1))
def test_each_setting_that_is_edited_comes_back_from_its_file(name: str) -> None:
    begun = draft.begun(shipped(name))
    alone = set()
    for field in begun.fields:
        typed = [str(one.value).lower() for one in field.alternatives] or TYPED
        drafts = (begun.put(field.key, text) for text in typed)
        edited = next((one for one in drafts if one.changed and goes_well(one)), None)
        if edited is None:
            alone.add(field.key)
        else:
            assert field.key in edited.changed
            assert catalogue.parse(own.short(edited.preset()), "own.toml") == edited.preset()
    assert alone == TOGETHER.get(name, set())


@settings(max_examples=150)
@given(name=st.sampled_from(NAMES), edits=EDITS)
def test_whatever_was_edited_comes_back_from_its_file(name: str, edits: list[tuple[int, str]]) -> None:
    edited = draft.begun(shipped(name))
    for place, text in edits:
        field = edited.fields[place % len(edited.fields)]
        if field.alternatives:
            text = str(field.alternatives[len(text) % len(field.alternatives)].value).lower()
        changed = edited.put(field.key, text)
        edited = changed if goes_well(changed) else edited
    preset = edited.preset()
    again = catalogue.parse(own.short(preset), "own.toml")
    assert again == preset
    assert draft.begun(again).changed == ()


def test_a_table_can_be_typed_as_it_is_in_a_file() -> None:
    own = draft.begun(shipped("gan")).put("code", "mine.py").put("generator.network", "own")
    edited = own.put("generator.class", "Mine").put("generator.arguments", "{ width = 32 }")
    assert value(edited, "generator.arguments") == {"width": 32}
    assert problem(edited, "generator.arguments") == ""
    assert problem(own.put("generator.arguments", "width"), "generator.arguments")


def test_a_mistake_is_told_in_the_words_of_the_command_line() -> None:
    preset = shipped("dcgan")
    for key, text in (("generator.lr", "50"), ("batch", "many"), ("generator.beta1", "1"), ("seed", "-1")):
        with pytest.raises(PresetError) as told:
            catalogue.override(preset, [f"{key}={text}"])
        edited = draft.begun(preset).put(key, text)
        said = problem(edited, key)
        assert f"{told.value.message}; {told.value.hint}" == f"--set {key}={text}: {key}: {said}"
        with pytest.raises(PresetError, match="is not accepted") as refused:
            edited.preset()
        assert refused.value.key == key


@pytest.mark.parametrize(
    ("typed", "number"), [(".0002", 0.0002), ("1.", 1.0), ("1e-4", 1e-4), ("+.5e-1", 0.05)]
)
def test_numbers_are_taken_as_python_writes_them(typed: str, number: float) -> None:
    preset = shipped("dcgan")
    edited = draft.begun(preset).put("generator.lr", typed)
    assert (value(edited, "generator.lr"), problem(edited, "generator.lr")) == (number, "")
    assert catalogue.override(preset, [f"generator.lr={typed}"]) == edited.preset()


def test_a_point_alone_is_no_number() -> None:
    assert problem(draft.begun(shipped("dcgan")).put("generator.lr", "."), "generator.lr") != ""


def test_a_part_of_a_list_is_told_too() -> None:
    edited = draft.begun(shipped("stacked")).put("autoencoder.hidden", "[100, 0]")
    assert problem(edited, "autoencoder.hidden") == (
        "0 is not accepted; accepted: a whole number from 1 up to 4096"
    )


def test_another_kind_brings_its_own_settings_and_keeps_what_was_set() -> None:
    begun = draft.begun(shipped("dcgan"))
    dense = begun.put("generator.lr", "0.5").put("generator.network", "dense")
    keys = {field.key for field in dense.fields}
    assert "generator.hidden" in keys
    assert "generator.channels" not in keys
    assert (value(dense, "generator.lr"), value(dense, "generator.beta1")) == (0.5, 0.5)
    assert value(dense, "generator.latent_dim") == 30  # as dense has it: nobody had set dcgan's
    assert dense.put("generator.network", "dcgan") == begun
    assert dense.reset("generator.network") == begun


def test_what_does_not_go_together_is_told_until_it_does() -> None:
    edited = draft.begun(shipped("vae")).put("autoencoder.network", "stacked")
    with pytest.raises(PresetError, match="go together"):
        edited.preset()
    assert edited.put("objective.name", "reconstruct").preset().tag == "autoencoder"


def test_changes_are_known_and_taken_back_one_by_one() -> None:
    begun = draft.begun(shipped("dcgan"))
    edited = begun.put("batch", "128").put("generator.lr", "1").put("title", "true")
    assert edited.changed == ("batch", "generator.lr", "title")
    assert edited.preset().title == "true"  # a text is taken as it is written
    assert edited.reset("batch").changed == ("generator.lr", "title")
    assert edited.put("batch", "64").changed == ("generator.lr", "title")


def test_the_line_of_a_setting_is_found() -> None:
    text = 'kind = "gan"\n\n[generator]\nlr = 1\n\n[discriminator]\n  lr=2\n'
    assert locate.line_of(text, "kind") == 1
    assert locate.line_of(text, "discriminator.lr") == 7
    assert locate.line_of(text, "generator.network") == 3  # missing: its table
    assert locate.line_of(text, "watch.every") is None
    assert locate.line_of("# /// latentop\n# [generator]\n# lr = 1\n# ///\n", "generator.lr") == 3


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of one's own presets: not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return catalogue.user_folder()


def test_a_preset_of_ones_own_is_saved_found_replaced_and_deleted(mine: Path) -> None:
    assert own.existing("mine") is None
    entry = own.save("mine", shipped("vae"))
    assert entry in catalogue.entries()
    assert own.existing("mine") == entry == catalogue.find("mine")
    own.save("mine", shipped("dcgan"))
    assert catalogue.load(catalogue.find("mine")) == shipped("dcgan")
    assert [path.name for path in mine.iterdir()] == ["mine.toml"]  # and no half-written file beside it
    own.delete(entry)
    assert own.existing("mine") is None


def test_a_file_that_is_kept_elsewhere_stays_there(mine: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("")
    mine.mkdir(parents=True)
    (mine / "mine.toml").symlink_to(kept)
    own.save("mine", shipped("dcgan"))
    assert (mine / "mine.toml").is_symlink()
    assert catalogue.parse(kept.read_text(), "") == shipped("dcgan")


def test_a_name_goes_before_the_shipped_one(mine: Path) -> None:
    assert own.free_name("dcgan") == "my-dcgan"
    own.save("my-dcgan", shipped("dcgan"))
    assert own.free_name("dcgan") == own.free_name("my-dcgan") == "my-dcgan-2"
    own.save("dcgan", shipped("vae"))
    assert catalogue.load(catalogue.find("dcgan")) == shipped("vae")


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "-x", "a b", "x" * 65, "ü", "a.toml", "a\n"])
def test_a_name_that_no_file_should_have_is_refused(mine: Path, name: str) -> None:
    with pytest.raises(PresetError) as told:
        own.save(name, shipped("dcgan"))
    assert told.value.hint.startswith("accepted:")
    assert not mine.exists()


def test_a_name_that_a_python_file_has_is_refused(mine: Path) -> None:
    mine.mkdir(parents=True)
    (mine / "mine.py").write_text("")
    with pytest.raises(PresetError, match=r"mine\.py has that name"):
        own.save("mine", shipped("dcgan"))


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_lost(mine: Path) -> None:
    mine.parent.mkdir(parents=True)
    mine.write_text("a file where the folder should be")
    with pytest.raises(PresetError, match=r"mine\.toml can't be written"):
        own.save("mine", shipped("dcgan"))
    assert mine.read_text() == "a file where the folder should be"
