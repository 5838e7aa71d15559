"""Who has no home: containers and jobs may run as a user that the machine does not know."""

from pathlib import Path

import platformdirs
import pytest

from engine.run.errors import UsageError
from presets import catalogue
from tui import cli, settings
from tui.settings import Remembered, Settings


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_name: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(platformdirs, "user_config_path", unknown)


def test_settings_are_as_at_first_and_can_only_be_changed_for_now() -> None:
    remembered = Remembered(settings.path())
    assert remembered.settings == Settings()
    assert remembered.trouble == ""
    with pytest.raises(UsageError):
        remembered.change(bell=True)
    assert remembered.settings.bell


def test_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["presets"]) == 0
    assert "dcgan" in capsys.readouterr().out
    assert catalogue.find("ring").name == "ring"
