"""The records of what can be trained on: ``[data]`` of a preset."""

from typing import Annotated, Literal

from latentop.presets.records import Record, means


class Images(Record, frozen=True, kw_only=True):
    """What every set of images says."""

    train: Annotated[
        int,
        means("Train on the first so many images only, as many of each class; 0: on all.", ge=0, le=10**8),
    ] = 0
    held_out: Annotated[
        int,
        means(
            "Validate on the last so many training images and leave them out; 0: validate on the test"
            " set. Where there is no test set, 0 means a tenth of the images. Of a folder, names decide"
            " which those are.",
            ge=0,
            le=10**7,
        ),
    ] = 0


class FashionMNIST(Images, frozen=True, kw_only=True, tag_field="name", tag="fashion-mnist"):
    """Xiao et al. 2017, arXiv 1708.07747: clothing in ten classes, 28×28, grey."""

    size: Annotated[
        Literal["small", "full"],
        means("small: 10 000 training and 2 000 test images, inside the package. full: 60 000 and 10 000."),
    ] = "small"


class MNIST(Images, frozen=True, kw_only=True, tag_field="name", tag="mnist"):
    """LeCun et al. 1998: handwritten digits in ten classes, 28×28, grey."""


class CIFAR10(Images, frozen=True, kw_only=True, tag_field="name", tag="cifar10"):
    """Krizhevsky 2009: photographs in ten classes, 32×32, colour."""


class CelebA(Images, frozen=True, kw_only=True, tag_field="name", tag="celeba"):
    """Liu et al. 2015: faces, cropped to the middle and resized, colour."""

    pixels: Annotated[int, means("Height and width.", ge=8, le=256)] = 64


class Digits(Images, frozen=True, kw_only=True, tag_field="name", tag="digits"):
    """scikit-learn's 1 797 digits, 8×8, grey; only where scikit-learn is installed."""


class Folder(Images, frozen=True, kw_only=True, tag_field="name", tag="folder"):
    """A folder of your own images, of any size and mode; its subfolders are classes."""

    path: Annotated[str, means("Where it is: absolute, or as seen from where the run is started.")] = ""
    pixels: Annotated[
        int, means("Height and width: the middle is cropped to a square and resized.", ge=8, le=256)
    ] = 64
    channels: Annotated[Literal[1, 3], means("1: grey; 3: colour.")] = 3
    background: Annotated[
        str,
        means(
            "Shows through where an image is transparent.", pattern=r"^(white|black|grey|#[0-9a-fA-F]{6})$"
        ),
    ] = "white"


class Ring(Record, frozen=True, kw_only=True, tag_field="name", tag="ring"):
    """A mixture of 2-D Gaussians on a circle (Lin et al. 2018, PacGAN, arXiv 1712.04086, section 4.1)."""

    modes: Annotated[int, means("Gaussians on the circle.", ge=1, le=64)] = 8
    radius: Annotated[float, means("Of the circle.", gt=0, le=100)] = 1.0
    sd: Annotated[float, means("Standard deviation of each Gaussian.", gt=0, le=10)] = 0.01
    points: Annotated[int, means("Points to train on.", ge=1000, le=10**7)] = 100_000


class Grid(Record, frozen=True, kw_only=True, tag_field="name", tag="grid"):
    """A mixture of 2-D Gaussians on a square grid (PacGAN, as above)."""

    side: Annotated[int, means("Modes along one side.", ge=1, le=16)] = 5
    spacing: Annotated[float, means("From one mode to the next.", gt=0, le=100)] = 2.0
    sd: Annotated[float, means("Standard deviation of each Gaussian.", gt=0, le=10)] = 0.05
    points: Annotated[int, means("Points to train on.", ge=1000, le=10**7)] = 100_000


class Plane3D(Record, frozen=True, kw_only=True, tag_field="name", tag="plane-3d"):
    """Points near a tilted 2-D surface in 3-D (Géron 2022, chapter 17, PCA with a linear autoencoder)."""

    points: Annotated[int, means("Points to train on.", ge=10, le=10**6)] = 60


class Zero(Record, frozen=True, kw_only=True, tag_field="name", tag="zero"):
    """One point at zero: what the Dirac-GAN learns (Mescheder et al. 2018, arXiv 1801.04406, section 2)."""


ImageSet = FashionMNIST | MNIST | CIFAR10 | CelebA | Digits | Folder
Data = ImageSet | Ring | Grid | Plane3D | Zero
