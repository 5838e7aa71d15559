"""One's own network is tried where it will train: on a GPU, a tensor made on the CPU is told at once."""

from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from latentop.engine.models import own
from latentop.engine.run.errors import UsageError
from latentop.engine.train import random_state
from latentop.presets.networks import OwnDiscriminator

CODE = """
import torch
from torch import nn

class Careless(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def forward(self, data):
        return self.layer(data + torch.ones(4))

class Careful(Careless):
    def forward(self, data):
        return self.layer(data + torch.ones(4, device=data.device))
"""


def moved(network: nn.Module, device: torch.device) -> nn.Module:
    """The network on that device, as ``to`` has it; fake weights can't be swapped in place."""
    for module in network.modules():
        for name, weight in module.named_parameters(recurse=False):
            setattr(module, name, nn.Parameter(weight.detach().to(device)))
    return network


@pytest.mark.parametrize("name", ["Careless", "Careful"])
def test_a_tensor_made_elsewhere_is_told_before_training(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torch's fake tensors know their devices, and refuse what a GPU would."""
    path = tmp_path / "mine.py"
    path.write_text(CODE)
    monkeypatch.setattr(random_state, "untouched", lambda _: nullcontext())  # whose states are no fakes
    monkeypatch.setattr(nn.Module, "to", moved)
    spec = OwnDiscriminator(lr=1e-3, made_by=name)
    with FakeTensorMode():
        cuda = torch.device("cuda:0")
        if name == "Careful":
            assert own.build(spec, (4,), str(path), cuda) is not None
            return
        with pytest.raises(UsageError) as refused:
            own.build(spec, (4,), str(path), cuda)
    assert refused.value.message.startswith("mine.py:11: Careless of (2, 4): ")
    assert "device=images.device" in refused.value.hint
