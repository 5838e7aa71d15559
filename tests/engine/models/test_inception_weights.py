"""Weights of Inception that are no weights: told in a line, and never kept."""

from pathlib import Path

import pytest
from torch_fidelity import feature_extractor_inceptionv3 as library

from latentop.engine.models import inception
from latentop.engine.run.errors import UsageError
from latentop.engine.watch.samples import feature_network
from latentop.presets.feature_choice import INCEPTION

NAME = "weights-6726825d.pth"
PAGE = b"<html>sign in</html>"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where weights lie; they would be fetched from a file that holds a page."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (tmp_path / NAME).write_bytes(PAGE)
    monkeypatch.setattr(library, "URL_INCEPTION_V3", (tmp_path / NAME).as_uri())
    feature_network._loaded.cache_clear()
    return tmp_path / "torch" / "hub" / "checkpoints" / NAME


@pytest.mark.parametrize("held", [PAGE, b"", b"PK\x03\x04 cut off"])
def test_a_broken_file_is_named_and_how_to_mend_it(place: Path, held: bytes) -> None:
    place.parent.mkdir(parents=True)
    place.write_bytes(held)
    with pytest.raises(UsageError) as caught:
        feature_network.load(INCEPTION)
    assert caught.value.message.startswith(f"the weights of Inception v3 at {place} are broken: ")
    assert "\n" not in caught.value.message
    assert caught.value.hint == f"remove {place}, and start again"


def test_what_has_another_hash_is_not_kept(place: Path) -> None:
    with pytest.raises(UsageError, match="can't be fetched: invalid hash value"):
        inception.require_weights()
    assert list(place.parent.iterdir()) == []
