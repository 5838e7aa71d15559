"""Many small networks of one shape side by side: every weight has the members as its first dimension."""

from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu


class Stack:
    """Perceptrons (members, batch, inputs) -> (members, batch, outputs), each member with weights of its own.

    ``normalised`` normalises hidden units over the batch; ``spectral`` divides each layer by its largest
    singular value (Miyato et al. 2018).
    """

    def __init__(
        self,
        members: int,
        widths: tuple[int, ...],
        random: torch.Generator,
        *,
        normalised: bool = False,
        spectral: bool = False,
    ) -> None:
        self.normalised, self.spectral = normalised, spectral
        self.weights: list[Tensor] = []
        self.biases: list[Tensor] = []
        for inputs, outputs in pairwise(widths):
            scale = (2 / inputs) ** 0.5
            self.weights.append(scale * torch.randn(members, inputs, outputs, generator=random))
            self.biases.append(torch.zeros(members, 1, outputs))
        self._left = [torch.randn(members, 1, one.shape[1], generator=random) for one in self.weights]
        for one in self.parameters:
            one.requires_grad_()

    @property
    def parameters(self) -> list[Tensor]:
        """All of them."""
        return [*self.weights, *self.biases]

    def __call__(self, values: Tensor) -> Tensor:
        """Outputs (members, batch, outputs) of inputs (members, batch, inputs)."""
        last = len(self.weights) - 1
        for place, bias in enumerate(self.biases):
            values = torch.baddbmm(bias, values, self._weight(place))
            if place < last:
                if self.normalised:
                    values = (values - values.mean(1, keepdim=True)) / (values.std(1, keepdim=True) + 1e-3)
                values = leaky_relu(values, 0.2)
        return values

    def _weight(self, place: int) -> Tensor:
        weight = self.weights[place]
        if not self.spectral:
            return weight
        with torch.no_grad():
            right = torch.nn.functional.normalize(self._left[place] @ weight, dim=2)
            left = torch.nn.functional.normalize(right @ weight.mT, dim=2)
            self._left[place] = left
        return weight / (left @ weight @ right.mT)


@dataclass(slots=True, kw_only=True)
class StackedAdam:
    """Adam (Kingma and Ba 2015) with a rate of its own for each member; ``rates`` is ``(members,)``."""

    parameters: list[Tensor]
    rates: Tensor
    beta1: Tensor
    beta2: float = 0.99
    _steps: int = 0
    _first: list[Tensor] = field(default_factory=list)
    _second: list[Tensor] = field(default_factory=list)

    def step(self, loss: Tensor) -> None:
        """Descend the sum of all members' losses: none depends on another's weights."""
        gradients = torch.autograd.grad(loss, self.parameters)
        if not self._first:
            self._first = [torch.zeros_like(one) for one in gradients]
            self._second = [torch.zeros_like(one) for one in gradients]
        self._steps += 1
        beta1, rates = self.beta1.view(-1, 1, 1), self.rates.view(-1, 1, 1)
        with torch.no_grad():
            for parameter, gradient, first, second in zip(
                self.parameters, gradients, self._first, self._second, strict=True
            ):
                first.mul_(beta1).add_((1 - beta1) * gradient)
                second.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
                size = (second / (1 - self.beta2**self._steps)).sqrt_().add_(1e-8)
                parameter.sub_(rates * first / (1 - beta1**self._steps) / size)
