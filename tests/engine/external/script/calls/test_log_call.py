"""What a call of log was given, by series."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import latentop
from latentop.engine.external.script.calls.log_call import MOST_SERIES, Logged
from latentop.engine.run.errors import UsageError
from latentop.engine.train import devices
from tests.support.elsewhere import Elsewhere, lying_on


class Heard:
    """A reader that keeps what it says of single values."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._logged = Logged(
            lambda what, accepted: self.said.append(f"{what}; {accepted}"), self.said.append
        )

    def read(self, given: Any) -> dict[str, float]:
        return {name: float(value) for name, value in self._logged.read(given)[0].items()}

    def pictures(self, given: Any) -> list[tuple[str, tuple[int, ...]]]:
        return [(kind, tuple(found.shape)) for kind, found in self._logged.read(given)[1]]


def test_halves_of_a_loss_may_lie_on_two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "hand_over", lambda _: None)
    given = {"errD_real": lying_on("cuda:0", 0.25), "errD_fake": lying_on("cuda:1", 0.5), "errG": 1.0}
    assert Heard().read(given)["loss/discriminator"] == 0.75


@pytest.mark.parametrize("here", ["errD_real", "errD_fake"])
def test_one_half_on_the_processor_has_nobody_wait_for_the_card(
    here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[Any] = []

    class Noted(Elsewhere):
        @classmethod
        def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func in (Tensor.to, Tensor.cpu, Tensor.item):
                moved.append(func)
            return super().__torch_function__(func, types, args, kwargs)

    monkeypatch.setattr(devices, "hand_over", lambda _: None)
    given = {name: lying_on("cuda:0", 0.25, Noted) for name in ("errD_real", "errD_fake")}
    found, _ = Logged(print, print).read({**given, here: torch.tensor(0.5)})
    assert not moved
    assert float(found["loss/discriminator"]) == 0.75


def test_nested_names_are_joined_and_none_is_left_out() -> None:
    heard = Heard()
    given = {"loss": {"G": 1.0, "D": {"gp": 2}}, "fid": None, 3: np.float32(0.5), "deep": {"x": {"y": True}}}
    for _ in range(2):
        read = heard.read(given)
        assert read == {"loss/generator": 1.0, "loss/D/gp": 2.0, "3": 0.5, "deep/x/y": 1.0}
    assert not heard.said


def test_both_parts_of_a_discriminator_s_loss_are_the_loss() -> None:
    heard = Heard()
    read = heard.read({"errD_real": torch.tensor(0.25), "errD_fake": 0.5, "errG": 1.0})
    assert read["loss/discriminator"] == 0.75
    assert (read["loss/discriminator-real"], read["loss/discriminator-fake"]) == (0.25, 0.5)
    assert heard.read({"errD_real": 0.25, "errD_fake": 0.5, "errD": 7.0})["loss/discriminator"] == 7.0


@pytest.mark.parametrize("turned", [False, True])
def test_two_names_never_share_a_series_and_the_plainer_one_has_it(turned: bool) -> None:
    heard = Heard()
    given = {"loss_G_adv": 1.0, "loss_G": 2.0, "train/loss": 3.0, "loss": 4.0}
    read = heard.read(dict(reversed(given.items())) if turned else given)
    assert read == {"loss_G_adv": 1.0, "loss/generator": 2.0, "train/loss": 3.0, "loss/total": 4.0}
    assert heard.read({"total_loss": 5.0}) == {"total_loss": 5.0}
    assert heard.read(given) == read
    assert not heard.said


def test_that_two_names_mean_one_series_is_said_where_it_can_t_be_helped() -> None:
    heard = Heard()
    heard.read({"errG": 1.0})
    assert heard.read({"loss/generator": 2.0}) == {"loss/generator": 2.0}
    (said,) = heard.said
    assert said.startswith("'errG' and 'loss/generator' mean the same series")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\x1b[31mred", r"'a\x1b[31mred'"),
        ("two\nlines", r"'two\nlines'"),
        ("  ", "'  '"),
        ("\ud800", r"'\ud800'"),
        ("x" * 5000, f"'{'x' * 100}'"),
    ],
)
def test_a_name_that_can_t_be_shown_is_said_once_and_the_rest_recorded(name: str, shown: str) -> None:
    heard = Heard()
    for _ in range(3):
        assert heard.read({name: 1.0, "loss": 2.0}) == {"loss/total": 2.0}
    (said,) = heard.said
    assert said == f"the name {shown} is not recorded; accepted: up to 100 printable characters"


def test_of_very_many_names_the_first_are_recorded() -> None:
    heard = Heard()
    given = {f"series {number}": float(number) for number in range(10_000)}
    for _ in range(2):
        assert len(heard.read(given)) == MOST_SERIES
    assert set(heard.said) == {
        f"more than {MOST_SERIES} names: the others are not recorded; log under the same ones"
    }
    assert len(heard.read({f"other {step}": 1.0 for step in range(10)})) == 0


def test_one_bad_value_leaves_the_others() -> None:
    heard = Heard()
    given = {"text": "much", "huge": 10**400, "many": torch.zeros(3), "loss": torch.tensor(0.5)}
    for _ in range(2):
        assert heard.read(given) == {"loss/total": 0.5}
    assert [said.partition(":")[0] for said in heard.said[:3]] == ["'text'", "'huge'", "'many'"]


@pytest.mark.parametrize("given", [None, 0.5, [("loss", 0.5)], "loss"])
def test_what_is_no_mapping_is_refused(given: Any) -> None:
    with pytest.raises(UsageError, match="log was given a"):
        Heard().read(given)


def test_pictures_are_no_series() -> None:
    heard = Heard()
    picture = latentop.Image(np.zeros((8, 8, 3), np.uint8))
    given = {"fakes": [picture, picture], "reconstructions": picture, "loss": 1.0}
    assert heard.pictures(given) == [("samples", (2, 3, 8, 8)), ("reconstruction", (1, 3, 8, 8))]
    assert heard.read(given) == {"loss/total": 1.0}
