"""Names as people write them, in the repositories that they learn from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentop.engine.external.series_names import FAKE, REAL, known
from latentop.engine.run.series import REGISTRY

G, D = "loss/generator", "loss/discriminator"
OF_REPOSITORIES: dict[str, dict[str, str | None]] = {
    "the DCGAN tutorial": {
        "Loss_D": D,
        "Loss_G": G,
        "errD": D,
        "errG": G,
        "errD_real": REAL,
        "errD_fake": FAKE,
        "D(x)": "score/real",
        "D(G(z))": "score/fake",
        "D_x": "score/real",
        "D_G_z1": "score/fake",
        "D_G_z2": None,
    },
    "PyTorch-GAN": {
        "D loss": D,
        "G loss": G,
        "loss_D": D,
        "loss_G": G,
        "d_loss": D,
        "g_loss": G,
        "loss_D_A": "loss/discriminator-a",
        "loss_cycle": None,
        "loss_identity": None,
        "loss_pixel": None,
        "adv_loss": None,
        "info_loss": None,
    },
    "pix2pix and CycleGAN": {"G_GAN": None, "G_L1": None, "D_real": None, "D_A": None, "idt_A": None},
    "StyleGAN": {
        "Loss/G/loss": G,
        "Loss/D/loss": D,
        "Loss/scores/real": None,
        "Loss/signs/fake": None,
        "Loss/r1_penalty": None,
        "Loss/pl_penalty": None,
        "Progress/kimg": None,
        "Metrics/fid50k_full": "quality/fid",
        "Timing/sec_per_kimg": None,
    },
    "BigGAN": {"IS_mean": "quality/inception-score", "IS_std": None, "FID": "quality/fid", "itr": None},
    "Wasserstein GANs": {
        "critic_loss": D,
        "loss_critic": D,
        "train disc cost": D,
        "train gen cost": G,
        "Dcost": D,
        "Gcost": G,
        "D_cost": D,
        "cost_d": D,
        "costG": G,
        "costg": G,
        "criticloss": D,
        "genloss": G,
        "gradient_penalty": None,
        "Wasserstein_D": None,
    },
    "variational autoencoders": {
        "Reconstruction_Loss": "loss/reconstruction",
        "recons_loss": "loss/reconstruction",
        "KLD": "loss/kl",
        "kld_loss": "loss/kl",
        "kl": "loss/kl",
        "recon": "loss/reconstruction",
        "loss": "loss/total",
        "train_loss": "loss/total",
        "test_loss": "valid/loss",
        "train_total": None,  # of images, as often as of losses
        "val_total": None,
        "val_recon_loss": "valid/reconstruction",
        "kl_weight": None,
        "vq_loss": None,
        "elbo": None,
    },
    "Lightning and its bolts": {
        "loss/gen": G,
        "loss/disc": D,
        "loss/gen_epoch": G,
        "d_loss_real": REAL,
        "d_loss_fake": FAKE,
        "train_loss_step": "loss/total",
        "train_loss_epoch": "loss/total",
        "val_loss": "valid/loss",
        "epoch": None,
        "step": None,
    },
    "Keras": {
        "loss": "loss/total",
        "val_loss": "valid/loss",
        "reconstruction_loss": "loss/reconstruction",
        "kl_loss": "loss/kl",
        "g_loss": G,
        "d_loss": D,
        "accuracy": None,
        "learning_rate": None,
    },
}


@pytest.mark.parametrize(
    ("name", "series"), [pair for names in OF_REPOSITORIES.values() for pair in names.items()]
)
def test_names_of_real_repositories_mean_what_people_mean(name: str, series: str | None) -> None:
    assert known(name) == series


@given(
    role=st.sampled_from(
        [("generator", G), ("G", G), ("gen", G), ("netG", G), ("D", D), ("critic", D), ("disc", D)]
    ),
    loss=st.sampled_from(["loss", "Loss", "err", "cost"]),
    between=st.sampled_from(["_", "/", " ", ".", "-", ": "]),
    around=st.sampled_from(["", "train/", "avg_", "adv_"]),
    turned=st.booleans(),
)
def test_a_loss_is_its_role_s_however_it_is_written(
    role: tuple[str, str], loss: str, between: str, around: str, turned: bool
) -> None:
    name, series = role
    words = [loss, name] if turned else [name, loss]
    assert known(around + between.join(words)) == series


@given(st.text())
def test_any_text_has_a_series_or_none(name: str) -> None:
    series = known(name)
    if series is not None:
        assert known(series) == series  # written again, it means the same
        family = series.partition("/")[0]
        assert series in REGISTRY or f"{family}/…" in REGISTRY or series in (REAL, FAKE)


@pytest.mark.parametrize("name", [one for one in REGISTRY if "…" not in one])
def test_what_is_called_as_here_is_that(name: str) -> None:
    assert known(name) == name
