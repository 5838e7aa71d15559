"""The sampler: every image once per epoch, and a place from which training continues as if never stopped."""

import json
from itertools import islice

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latentop.engine.data import Sampler
from latentop.engine.run.errors import UsageError

COUNTS = st.integers(1, 60)
SEEDS = st.integers(0, 2**63 - 1)


def take(sampler: Sampler, batches: int) -> list[list[int]]:
    return [batch.tolist() for batch in islice(sampler, batches)]


@given(count=COUNTS, seed=SEEDS, data=st.data())
def test_an_epoch_visits_no_image_twice_and_drops_only_what_fills_no_batch(
    count: int, seed: int, data: st.DataObject
) -> None:
    batch = data.draw(st.integers(1, count))
    sampler = Sampler(count, batch, seed)
    for epoch in range(3):
        batches = take(sampler, sampler.batches_per_epoch)
        visited = [index for indices in batches for index in indices]
        assert sampler.epoch == epoch
        assert {len(indices) for indices in batches} == {batch}
        assert len(set(visited)) == len(visited) == count - count % batch
        assert set(visited) <= set(range(count))


@given(count=COUNTS, seed=SEEDS, done=st.integers(0, 40), data=st.data())
def test_restoring_continues_as_if_never_stopped(
    count: int, seed: int, done: int, data: st.DataObject
) -> None:
    batch = data.draw(st.integers(1, count))
    stopped = Sampler(count, batch, seed)
    take(stopped, done)
    place = json.loads(json.dumps(stopped.state()))
    resumed = Sampler(count, batch, seed)
    resumed.restore(place)
    assert resumed.epoch == stopped.epoch
    assert resumed.state() == stopped.state()
    assert take(resumed, 30) == take(stopped, 30)


def test_going_back_repeats_the_same_batches() -> None:
    sampler = Sampler(100, 8, seed=42)
    take(sampler, 20)
    place = sampler.state()
    first = take(sampler, 20)
    sampler.restore(place)
    assert take(sampler, 20) == first


def test_the_seed_alone_decides_the_order() -> None:
    orders = [take(Sampler(1000, 100, seed), 20) for seed in (42, 42, 43, 42 + 2**32)]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert orders[0] != orders[3]  # torch itself would drop the high bits of the seed


def test_every_epoch_has_an_order_of_its_own_even_across_neighbouring_seeds() -> None:
    epochs = [tuple(take(Sampler(100, 100, seed), 3)[e]) for seed in (1, 2, 3) for e in range(3)]
    assert len(set(epochs)) == 9


def test_no_image_is_left_out_for_long() -> None:
    sampler = Sampler(10, 7, seed=0)
    assert {index for batch in take(sampler, 20) for index in batch} == set(range(10))


def test_the_global_random_state_is_neither_used_nor_changed() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = take(Sampler(50, 5, seed=7), 30)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert take(Sampler(50, 5, seed=7), 30) == first


def test_batches_index_tensors() -> None:
    images = torch.arange(20).float()
    batch = next(Sampler(20, 4, seed=0))
    assert batch.dtype == torch.int64
    assert images[batch].tolist() == batch.tolist()


@pytest.mark.parametrize("batch", [0, 10_001])
def test_a_batch_that_the_data_cannot_fill_is_refused_with_what_would_do(batch: int) -> None:
    with pytest.raises(UsageError) as caught:
        Sampler(10_000, batch, seed=0)
    assert f"batch = {batch}" in caught.value.message
    assert "from 1 to 10000" in caught.value.hint


@pytest.mark.parametrize(
    "place",
    [{"epoch": -1, "position": 0}, {"epoch": 0, "position": -1}, {"epoch": 0, "position": 12}],
)
def test_a_place_of_another_sampler_is_refused(place: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="is no place among 10 images"):
        Sampler(10, 4, seed=0).restore(place)


def test_an_order_is_copied_to_the_device_before_it_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that nobody waits for may read memory that is another's already."""
    real, asked = torch.Tensor.to, []

    def to(tensor: torch.Tensor, *args: object, **settings: object) -> torch.Tensor:
        asked.append(settings.get("non_blocking", False))
        return real(tensor, *args, **settings)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(torch.Tensor, "to", to)
    next(Sampler(10, 4, seed=1, device=torch.device("meta")))
    assert asked == [False]
