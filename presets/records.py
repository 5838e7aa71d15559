"""What records of a preset are made from: one base, and the numbers that several of them share."""

from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta


def means(meaning: str, **bounds: Any) -> Meta:
    """What a setting means, as a form says it, and its bounds: for the type of a field."""
    return Meta(description=meaning, **bounds)


def meaning(annotated: Any) -> str:
    """What ``means`` says in the type of a field; empty where it says nothing."""
    texts = (one.description for one in get_args(annotated) if isinstance(one, Meta))
    return next(filter(None, texts), "")


LearningRate = Annotated[float, means("Learning rate.", gt=0, le=10)]
Width = Annotated[int, Meta(ge=1, le=4096)]
Widths = Annotated[tuple[Width, ...], Meta(max_length=16)]
Channels = Annotated[int, Meta(ge=1, le=1024)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Share = Annotated[float, Meta(ge=0, lt=1)]
Weight = Annotated[float, Meta(ge=0, le=1e6)]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every record: immutable, named fields only, unknown keys refused.

    Subclasses repeat ``frozen`` and ``kw_only`` for type checkers, which do not inherit them.
    """

    @property
    def tag(self) -> str:
        """The name by which a preset chooses this record among others: ``dcgan``, ``fashion-mnist``."""
        return str(self.__struct_config__.tag)
