"""Names of values as people write them, and which series of ours each is: one table for loops and logs."""

import re
from functools import lru_cache
from itertools import chain
from typing import Literal

from latentop.engine.run import series

Role = Literal["generator", "discriminator"]

ROLES: dict[Role, frozenset[str]] = {
    "generator": frozenset({"g", "gen", "generator", "netg"}),
    "discriminator": frozenset({"d", "dis", "disc", "discr", "discriminator", "critic", "crit", "netd"}),
}
LOSS = frozenset({"loss", "losses", "err", "error", "cost"})
NEUTRAL = frozenset(
    {"train", "training", "avg", "mean", "average", "total", "adv", "adversarial", "gan", "net"}
    | {"batch", "step", "epoch", "again"}
)
_HELD_OUT = frozenset({"val", "valid", "validation", "eval", "test"})
_ACCURACY = frozenset({"acc", "accuracy"})
_QUALITIES = {"fid": "quality/fid", "kid": "quality/kid", "inception": "quality/inception-score"}
_NO_QUALITY = frozenset({"best", "std", "sd", "min", "max", "var", "time", "num", "n"})
"""What a name says that is about a quality, and no reading of it."""
_RECONSTRUCTION = frozenset({"recon", "recons", "reconstruction", "rec"})
_DIVERGENCE = frozenset({"kl", "kld", "kldiv", "divergence", "div"})
_GLUED = {
    glued: (who, loss)
    for who in (*chain(*ROLES.values()), "kl", "kld", "recon", "rec")
    for loss in LOSS
    for glued in (who + loss, loss + who)
}
"""``Dcost``, ``errg``, ``genloss``: two words that no capital and no other letter parts."""
# In "lossD", "netG" and "GLoss", as in "loss_D", capitals begin a word.
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SCORES = {
    **dict.fromkeys(("d(x)", "d_x", "d(real)"), "score/real"),
    **dict.fromkeys(("d(g(z))", "d_g_z", "d(fake)"), "score/fake"),
}
"""As the tutorial of DCGAN prints them, and as people read them."""
REAL, FAKE = "loss/discriminator-real", "loss/discriminator-fake"
"""Both parts of a discriminator's loss; their sum is the loss."""

JUDGED = ("loss/", "grad/", "score/", "accuracy/", "valid/", "quality/", "kl/")
"""How the series begin that a log is judged by."""
_MEASURES = frozenset({"accuracy", "acc", "precision", "recall", "coverage", "density"})
"""Words of names that are no series of ours, and measures of samples all the same."""


def words(name: str) -> frozenset[str]:
    """The words of a name, in small letters: ``D_loss/train`` has ``d``, ``loss`` and ``train``."""
    return frozenset(
        part for word in _WORD.findall(name) for part in _GLUED.get(word.lower(), (word.lower(),))
    )


def is_judged(name: str) -> bool:
    """Whether a log is judged by a series of this name."""
    return name.startswith(JUDGED) or bool(words(name) & _MEASURES)


@lru_cache(maxsize=4096)
def known(name: str) -> str | None:
    """The series of ours that a name such as ``errG``, ``D(x)`` or ``val_loss`` means; None: unknown."""
    if name in series.REGISTRY:
        return name
    score = _SCORES.get(name.lower().removesuffix("1").rstrip("_"))
    if score:
        return score
    said = words(name)
    if name.lower().startswith("l_"):  # as BasicSR writes it
        said = said - {"l"} | {"loss"}
    if quality := _quality(name, said):
        return quality
    if (graded := name.lower().replace("_", "/", 1)) in series.REGISTRY:
        return graded
    found = _held_out(said - _HELD_OUT) if said & _HELD_OUT else _of_training(said)
    family, slash, _ = name.partition("/")
    return found or (name if slash and family in _FAMILIES else None)


_FAMILIES = frozenset(one.partition("/")[0] for one in series.REGISTRY if one.endswith("/…"))
"""Who begins a name so has chosen one of ours."""
_ADVERSARIAL = frozenset({"adv", "adversarial", "gan"})
"""Of a loss without a role: it is one of several."""


def _held_out(said: frozenset[str]) -> str | None:
    said -= NEUTRAL | {"autoencoder", "ae", "set"}
    if said & _RECONSTRUCTION and said <= _RECONSTRUCTION | LOSS:
        return "valid/reconstruction"
    return "valid/loss" if said and said <= LOSS else None


def _of_training(said: frozenset[str]) -> str | None:
    roles = [role for role, known_as in ROLES.items() if said & known_as]
    if len(roles) > 1:
        return None
    if roles:
        return _of_role(roles[0], said - ROLES[roles[0]] - NEUTRAL)
    said -= NEUTRAL - _ADVERSARIAL
    if said & _RECONSTRUCTION and said <= _RECONSTRUCTION | LOSS:
        return "loss/reconstruction"
    if said & _DIVERGENCE and said <= _DIVERGENCE | LOSS:
        return "loss/kl"
    return "loss/total" if said and said <= LOSS else None


def _of_role(role: Role, said: frozenset[str]) -> str | None:
    """Of the words beside the role: its loss, that of one of several GANs, a part of it, its accuracy."""
    if said and said <= _ACCURACY and role == "discriminator":
        return "accuracy/discriminator"
    if not said & LOSS:
        return None
    rest = said - LOSS
    if not rest or (role == "generator" and rest == {"fake"}):
        return f"loss/{role}"
    if len(rest) > 1:
        return None
    (other,) = rest
    if len(other) == 1:
        return f"loss/{role}-{other}"
    return {"real": REAL, "fake": FAKE}.get(other) if role == "discriminator" else None


def _quality(name: str, said: frozenset[str]) -> str | None:
    """A measure of samples: FID of however many images, KID, the inception score."""
    if said & _NO_QUALITY:
        return None
    if "IS" in _WORD.findall(name) and said <= {"is", "mean", "score", "metrics", "val"}:
        return _QUALITIES["inception"]
    if "inception" in said and not said & {"score"}:
        return None
    found = [quality for word, quality in _QUALITIES.items() if word in said]
    return found[0] if len(found) == 1 else None
