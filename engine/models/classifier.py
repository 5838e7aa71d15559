"""A classifier on an encoder: what the codings know, told as one logit a class."""

from collections.abc import Sequence

from torch import Tensor, nn

from latentop.engine.models.stacked import dense


class Classifier(nn.Module):
    """Data ``(batch, *shape)`` through ``encoder`` and dense layers to logits ``(batch, classes)``.

    ReLU on the hidden layers of the head, which is initialised as the stacked autoencoder is.
    """

    def __init__(self, encoder: nn.Module, codings: int, hidden: Sequence[int], classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Sequential(*dense([codings, *hidden, classes], "relu"))

    def forward(self, data: Tensor) -> Tensor:
        """Encode and judge."""
        logits: Tensor = self.head(self.encoder(data))
        return logits
