"""The records of what can be trained on: ``[data]`` of a preset."""

from typing import Annotated, Literal

from msgspec import Meta

from presets.records import Record


class Images(Record, frozen=True, kw_only=True):
    """What every set of images says."""

    train: Annotated[int, Meta(ge=0, le=10**8)] = 0
    """Train on the first so many images only, as many of each class; 0: on all."""
    held_out: Annotated[int, Meta(ge=0, le=10**7)] = 0
    """Validate on the last so many training images and leave them out; 0: validate on the test set.

    Where there is no test set, 0 means a tenth of the images.
    """


class FashionMNIST(Images, frozen=True, kw_only=True, tag_field="name", tag="fashion-mnist"):
    """Xiao et al. 2017, arXiv 1708.07747: clothing in ten classes, 28×28, grey."""

    size: Literal["small", "full"] = "small"
    """``small``: 10 000 training and 2 000 test images, inside the package. ``full``: 60 000 and 10 000."""


class MNIST(Images, frozen=True, kw_only=True, tag_field="name", tag="mnist"):
    """LeCun et al. 1998: handwritten digits in ten classes, 28×28, grey."""


class CIFAR10(Images, frozen=True, kw_only=True, tag_field="name", tag="cifar10"):
    """Krizhevsky 2009: photographs in ten classes, 32×32, colour."""


class CelebA(Images, frozen=True, kw_only=True, tag_field="name", tag="celeba"):
    """Liu et al. 2015: faces, cropped to the middle and resized, colour."""

    pixels: Annotated[int, Meta(ge=8, le=256)] = 64
    """Height and width."""


class Digits(Images, frozen=True, kw_only=True, tag_field="name", tag="digits"):
    """scikit-learn's 1 797 digits, 8×8, grey; only where scikit-learn is installed."""


class Folder(Images, frozen=True, kw_only=True, tag_field="name", tag="folder"):
    """A folder of your own images, of any size and mode; its subfolders are classes."""

    path: str = ""
    """Where it is: absolute, or as seen from where the run is started."""
    pixels: Annotated[int, Meta(ge=8, le=256)] = 64
    """Height and width: the middle is cropped to a square and resized."""
    channels: Literal[1, 3] = 3
    """1: grey; 3: colour."""


class Ring(Record, frozen=True, kw_only=True, tag_field="name", tag="ring"):
    """A mixture of 2-D Gaussians on a circle (Lin et al. 2018, PacGAN, arXiv 1712.04086, section 4.1)."""

    modes: Annotated[int, Meta(ge=1, le=64)] = 8
    """Gaussians on the circle."""
    radius: Annotated[float, Meta(gt=0, le=100)] = 1.0
    """Of the circle."""
    sd: Annotated[float, Meta(gt=0, le=10)] = 0.01
    """Standard deviation of each Gaussian."""
    points: Annotated[int, Meta(ge=1000, le=10**7)] = 100_000
    """Points to train on."""


class Grid(Record, frozen=True, kw_only=True, tag_field="name", tag="grid"):
    """A mixture of 2-D Gaussians on a square grid (PacGAN, as above)."""

    side: Annotated[int, Meta(ge=1, le=16)] = 5
    """Modes along one side."""
    spacing: Annotated[float, Meta(gt=0, le=100)] = 2.0
    """From one mode to the next."""
    sd: Annotated[float, Meta(gt=0, le=10)] = 0.05
    """Standard deviation of each Gaussian."""
    points: Annotated[int, Meta(ge=1000, le=10**7)] = 100_000
    """Points to train on."""


class Plane3D(Record, frozen=True, kw_only=True, tag_field="name", tag="plane-3d"):
    """Points near a tilted 2-D surface in 3-D (Géron 2022, chapter 17, PCA with a linear autoencoder)."""

    points: Annotated[int, Meta(ge=10, le=10**6)] = 60
    """Points to train on."""


class Zero(Record, frozen=True, kw_only=True, tag_field="name", tag="zero"):
    """One point at zero: what the Dirac-GAN learns (Mescheder et al. 2018, arXiv 1801.04406, section 2)."""


ImageSet = FashionMNIST | MNIST | CIFAR10 | CelebA | Digits | Folder
Data = ImageSet | Ring | Grid | Plane3D | Zero
