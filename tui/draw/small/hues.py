"""Colours for any number of runs, turned from one colour of the theme so that they fit it."""

from colorsys import hls_to_rgb, rgb_to_hls

from rich.color import Color

TURN = 0.618034
"""The golden section: however many colours there are, a new one falls into the widest gap."""
PLAIN = ("blue", "yellow", "green", "magenta", "cyan", "red")
"""For themes that use the terminal's own colours."""
LIGHTNESS = (0.4, 0.65)
SATURATION = 0.55


def distinct(first: str, index: int) -> str:
    """The colour number ``index``, from 0, of those that begin with ``first`` (``#rrggbb``)."""
    if not first.startswith("#"):
        return PLAIN[index % len(PLAIN)]
    if index == 0:
        return first[:7]
    red, green, blue = (part / 255 for part in Color.parse(first[:7]).get_truecolor())
    hue, lightness, saturation = rgb_to_hls(red, green, blue)
    lightness = min(max(lightness, LIGHTNESS[0]), LIGHTNESS[1])
    turned = hls_to_rgb((hue + index * TURN) % 1, lightness, max(saturation, SATURATION))
    return "#" + "".join(f"{round(255 * part):02x}" for part in turned)
