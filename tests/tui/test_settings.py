"""What is remembered: read, checked, changed a line at a time, and never lost."""

import json
from pathlib import Path

import msgspec
import pytest

from latentop.engine.run.errors import UsageError
from latentop.tui import cli, settings
from latentop.tui.settings import Remembered, Settings
from tests.support.recorded_runs import assert_two_lines


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "latentop" / "settings.toml"


def written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_without_a_file_everything_is_as_at_first_and_none_is_made(file: Path) -> None:
    remembered = Remembered(file)
    assert (remembered.settings, remembered.trouble) == (Settings(), "")
    assert not file.exists()


def test_what_was_set_is_there_the_next_time(file: Path) -> None:
    Remembered(file).change(theme="nord", bell=True)
    assert Remembered(file).settings == Settings(theme="nord", bell=True)


def test_two_dashboards_keep_what_the_other_set(file: Path) -> None:
    one, other = Remembered(file), Remembered(file)
    one.change(theme="nord")
    other.change(images="braille")
    one.change(bell=True)
    assert Remembered(file).settings == Settings(theme="nord", images="braille", bell=True)


def test_comments_and_order_stay(file: Path) -> None:
    written(file, '# mine\nbell = true # loud\n\n# dark at night\ntheme = "nord"\n')
    Remembered(file).change(theme="dracula", hinted=True)
    assert (
        file.read_text()
        == '# mine\nbell = true # loud\n\n# dark at night\ntheme = "dracula"\nhinted = true\n'
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('bell = true\ntheme = "nrod"\n', ("theme: 'nrod' is not accepted", "accepted: ", "nord")),
        ("bell = true\nimages = 3\n", ("images: 3 is not accepted", "a text")),
        ('bell = true\nnotices = "loud"\n', ("notices: 'loud' is not accepted", "osc777")),
        ("bell = true\nbel = true\n", ("bel: no such setting", "bell")),
        ("bell = true\n[bell2]\nx = 1\n", ("bell2: no such setting",)),
    ],
)
def test_a_mistake_is_told_with_what_is_accepted_and_the_rest_holds(
    file: Path, text: str, told: tuple[str, ...]
) -> None:
    remembered = Remembered(written(file, text))
    assert remembered.settings == Settings(bell=True)
    assert remembered.trouble.startswith(str(file))
    assert all(words in remembered.trouble for words in told)
    assert "\n" not in remembered.trouble
    assert file.read_text() == text, "nothing is written before the person changes something"
    remembered.change(theme="nord")
    assert Remembered(file).settings == Settings(theme="nord", bell=True)
    assert file.with_suffix(".toml.broken").read_text() == text


def test_no_toml_at_all_is_told_and_kept_aside(file: Path) -> None:
    remembered = Remembered(written(file, "bell = = 1\n"))
    assert remembered.settings == Settings()
    assert str(file) in remembered.trouble
    assert "line 1" in remembered.trouble
    remembered.change(bell=True)
    assert Remembered(file).settings == Settings(bell=True)
    assert file.with_suffix(".toml.broken").read_text() == "bell = = 1\n"


def test_a_value_of_several_lines_is_replaced_whole(file: Path) -> None:
    written(file, 'on_alarm = """\nfirst\nsecond"""\nbell = true\n')
    Remembered(file).change(on_alarm="true")
    assert Remembered(file).settings == Settings(on_alarm="true", bell=True)


def test_a_link_into_a_folder_of_dot_files_stays_one(file: Path, tmp_path: Path) -> None:
    real = written(tmp_path / "dotfiles" / "mine.toml", "bell = true\n")
    file.parent.mkdir()
    file.symlink_to(real)
    Remembered(file).change(theme="nord")
    assert file.is_symlink()
    assert 'theme = "nord"' in real.read_text()


def test_a_folder_that_cannot_be_made_is_told_and_the_change_holds_for_now(tmp_path: Path) -> None:
    (tmp_path / "latentop").write_text("in the folder's place")
    remembered = Remembered(tmp_path / "latentop" / "settings.toml")
    with pytest.raises(UsageError, match="can't be written") as raised:
        remembered.change(theme="nord")
    assert "until you quit" in raised.value.hint
    assert remembered.settings.theme == "nord"


def test_every_setting_says_what_it_means() -> None:
    assert list(settings.meanings()) == [field.name for field in msgspec.structs.fields(Settings)]


def test_the_command_sets_and_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings, "path", lambda: tmp_path / "settings.toml")
    assert cli.main(["settings", "theme=nord", "bell=true", 'on_alarm=say "$LATENTOP_RUN"']) == 0
    shown = capsys.readouterr().out
    assert str(tmp_path / "settings.toml") in shown
    assert "nord  (at first: textual-dark)" in shown
    assert settings.meanings()["images"] in shown
    assert cli.main(["settings", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["settings"]["theme"] == "nord"
    assert told["settings"]["bell"] is True
    assert told["settings"]["on_alarm"] == 'say "$LATENTOP_RUN"'


@pytest.mark.parametrize(
    ("word", "what", "hint"),
    [
        ("theme=nrod", "settings: theme: 'nrod' is not accepted", "nord"),
        ("bell=2", "settings: bell: 2 is not accepted", "true or false"),
        ("bel=true", "settings: bel: no such setting", "bell"),
        ("theme", "theme: no KEY=VALUE", "latentop settings theme=nord"),
    ],
)
def test_a_bad_word_is_told_in_two_lines_and_nothing_is_written(
    word: str,
    what: str,
    hint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(settings, "path", lambda: tmp_path / "settings.toml")
    assert cli.main(["settings", "bell=true", word]) == 2
    assert_two_lines(capsys.readouterr().err, what, hint)
    assert not (tmp_path / "settings.toml").exists()
